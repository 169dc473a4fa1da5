import { createReadStream, statSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { badDataset, unreadable } from './bad-dataset.js';
import { type ByteStore, bytesInFile, bytesInMemory } from './byte-store.js';
import { checkIdxBytes, readIdxHeader } from './idx-header.js';
import type { ImageRows } from './images.js';

/** What an unpacked file may have: ten times MNIST. A larger one is to be unpacked on the disk, from where it is read row by row. */
const MAX_UNPACKED = 512 * 1024 * 1024;
const AGAIN = 'get the file again';

/**
 * Images and labels in the IDX format of MNIST (magic numbers 2051 and 2049, big-endian counts), plain or packed with gzip.
 * Plain images stay on the disk. Nothing is allocated by what a header claims. Code `bad_dataset`.
 */
export async function openIdx(
  imagesPath: string,
  labelsPath: string,
  size: readonly [height: number, width: number],
  signal?: AbortSignal,
): Promise<ImageRows> {
  const images = await openIdxFile(imagesPath, 3, signal);
  try {
    const [count, height, width] = images.shape as [number, number, number];
    if (height !== size[0] || width !== size[1]) {
      const wrong = `its images have ${height} x ${width} pixels`;
      throw badDataset(imagesPath, wrong, `the model takes ${size.join(' x ')}`);
    }
    const file = await openIdxFile(labelsPath, 1, signal);
    const labels = file.content.read(file.header, file.shape[0]!);
    file.content.close();
    if (labels.length !== count) {
      throw badDataset(
        labelsPath,
        `${labels.length} labels for ${count} images`,
        'take the two files that belong together',
      );
    }
    const beyond = labels.findIndex(label => label > 9);
    if (beyond >= 0) {
      throw badDataset(labelsPath, `label ${labels[beyond]} of image ${beyond}`, 'the model tells 0 to 9 apart');
    }
    const pixels = height * width;
    return {
      count,
      size: [height, width, 1],
      bytes: images.content.bytes + count,
      read(row, into) {
        into.set(images.content.read(images.header + row * pixels, pixels));
        return labels[row]!;
      },
      close: images.content.close,
    };
  } catch (error) {
    images.content.close();
    throw error;
  }
}

interface IdxFile {
  content: ByteStore;
  /** Bytes before the first row. */
  header: number;
  shape: readonly number[];
}

async function openIdxFile(path: string, rank: number, signal?: AbortSignal): Promise<IdxFile> {
  try {
    const packed = path.endsWith('.gz');
    const content = packed ? bytesInMemory(await unpack(path, rank, signal)) : bytesInFile(path);
    try {
      const head = readIdxHeader(path, content.read(0, 4 + 4 * rank), [rank]);
      checkIdxBytes(path, head, content.bytes);
      return { content, header: head.header, shape: head.shape };
    } catch (error) {
      content.close();
      throw error;
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Unpacks as far as the header says, and no further. */
async function unpack(path: string, rank: number, signal?: AbortSignal): Promise<Buffer> {
  statSync(path);
  const parts: Buffer[] = [];
  let count = 0;
  let expected: number | undefined;
  const source = createReadStream(path, { signal });
  const gunzip = createGunzip();
  source.on('error', error => gunzip.destroy(error));
  try {
    for await (const part of source.pipe(gunzip) as AsyncIterable<Buffer>) {
      parts.push(part);
      count += part.length;
      if (expected === undefined && count >= 4 + 4 * rank) {
        expected = readIdxHeader(path, Buffer.concat(parts), [rank]).bytes;
        if (expected > MAX_UNPACKED) {
          throw badDataset(path, `unpacked it has ${expected} bytes`, 'unpack it with gunzip first');
        }
      }
      if (expected !== undefined && count > expected) {
        throw badDataset(path, `more than the ${expected} bytes that its header says`, AGAIN);
      }
    }
  } finally {
    source.destroy();
  }
  return Buffer.concat(parts);
}
