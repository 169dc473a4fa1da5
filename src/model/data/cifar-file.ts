import { badDataset, unreadable } from './bad-dataset.js';
import { bytesInFile } from './byte-store.js';
import type { ImageRows } from './images.js';

const [SIDE, PLANE] = [32, 32 * 32];
const RECORD = 1 + 3 * PLANE;
/** Records looked at in one go when a file is opened. */
const CHECKED = 256;

/**
 * The binary version of CIFAR-10: records of a label and the red, green and blue planes of 32 x 32. Rows are read from the disk as they
 * are needed. Code `bad_dataset`.
 */
export function openCifar(paths: readonly string[]): ImageRows {
  const files: { start: number; rows: ImageRows }[] = [];
  let count = 0;
  try {
    for (const path of paths) {
      const rows = openFile(path);
      files.push({ start: count, rows });
      count += rows.count;
    }
  } catch (error) {
    for (const { rows } of files) rows.close();
    throw error;
  }
  return {
    count,
    size: [SIDE, SIDE, 3],
    bytes: files.reduce((sum, { rows }) => sum + rows.bytes, 0),
    read(row, into) {
      const file = files.findLast(({ start }) => start <= row)!;
      return file.rows.read(row - file.start, into);
    },
    close() {
      for (const { rows } of files) rows.close();
    },
  };
}

function openFile(path: string): ImageRows {
  try {
    const file = bytesInFile(path);
    const count = file.bytes / RECORD;
    try {
      if (count < 1 || !Number.isInteger(count)) {
        const problem = `its ${file.bytes} bytes are not whole records of ${RECORD}`;
        throw badDataset(path, problem, 'take the binary version of CIFAR-10, unpacked (data_batch_1.bin)');
      }
      for (let start = 0; start < count; start += CHECKED) {
        const records = file.read(start * RECORD, CHECKED * RECORD);
        for (let at = 0; at < records.length; at += RECORD) {
          if (records[at]! > 9) {
            const problem = `label ${records[at]} of image ${start + at / RECORD}`;
            throw badDataset(path, problem, 'CIFAR-10 has 0 to 9; its binary version is what is read');
          }
        }
      }
    } catch (error) {
      file.close();
      throw error;
    }
    return {
      count,
      size: [SIDE, SIDE, 3],
      bytes: file.bytes,
      read(row, into) {
        const record = file.read(row * RECORD, RECORD);
        for (let i = 0, to = 0; i < PLANE; i++) {
          for (let c = 0; c < 3; c++) into[to++] = record[1 + c * PLANE + i]!;
        }
        return record[0]!;
      },
      close: file.close,
    };
  } catch (error) {
    throw unreadable(path, error);
  }
}
