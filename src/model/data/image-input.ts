import { readFileSync, statSync } from 'node:fs';
import { gunzipSync, inflateSync } from 'node:zlib';
import { BittensorError, isBittensorError, messageOf } from '../../base/index.js';
import type { ModelErrorCode } from '../errors.js';
import { checkIdxBytes, isIdx, readIdxHeader } from './idx-header.js';

/** Images that somebody wants to have looked at. */
export interface ImageInput {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Row by row, channels last; 0 to 255. */
  readonly images: readonly Uint8Array[];
}

const MAX_FILE_BYTES = 256 * 2 ** 20;
const MAX_PIXELS = 2 ** 26;

/**
 * Reads images of this size from a file: IDX (`.gz` or not), PNG (8 bits, grey or colour, not interlaced), or CSV with an image in each
 * row, numbers from 0 to 255. Code `bad_dataset` says what is wrong.
 */
export function readImages(path: string, size: { height: number; width: number; channels: number }): ImageInput {
  try {
    if (statSync(path).size > MAX_FILE_BYTES) throw new Error(`it is larger than ${MAX_FILE_BYTES} bytes`);
    const raw = readFileSync(path);
    const bytes = raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw, { maxOutputLength: MAX_FILE_BYTES }) : raw;
    const input = isPng(bytes)
      ? readPng(bytes, size.channels)
      : isIdx(bytes)
        ? readIdx(path, bytes)
        : readCsv(bytes, size);
    const { height, width, channels, images } = input;
    if (images.length === 0) throw new Error('it holds no image');
    if (height !== size.height || width !== size.width || channels !== size.channels) {
      const wanted = `${size.height} x ${size.width} x ${size.channels}`;
      throw new Error(`its images are ${height} x ${width} x ${channels}, the model takes ${wanted}`);
    }
    return input;
  } catch (error) {
    if (isBittensorError(error) && error.code === 'bad_dataset') throw error;
    const text = `cannot read images from ${path}: ${plainReason(error)}`;
    throw new BittensorError<ModelErrorCode>('bad_dataset', text, { cause: error, data: { path } });
  }
}

function plainReason(error: unknown): string {
  const reasons: Record<string, string> = {
    ENOENT: 'there is no such file',
    EISDIR: 'it is a folder; give a file in it',
    EACCES: 'it may not be read',
    ERR_BUFFER_TOO_LARGE: `unpacked it is larger than ${MAX_FILE_BYTES} bytes`,
  };
  return reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? messageOf(error);
}

/** A list of images, of one channel where its rank says of none. */
function readIdx(path: string, bytes: Buffer): ImageInput {
  const head = readIdxHeader(path, bytes, [3, 4]);
  checkIdxBytes(path, head, bytes.length);
  const [count, height, width, channels = 1] = head.shape as [number, number, number, number?];
  const pixels = height * width * channels;
  const image = (i: number) => bytes.subarray(head.header + i * pixels, head.header + (i + 1) * pixels);
  return { height, width, channels, images: Array.from({ length: count }, (_, i) => image(i)) };
}

function readCsv(
  bytes: Buffer,
  { height, width, channels }: { height: number; width: number; channels: number },
): ImageInput {
  const pixels = height * width * channels;
  const lines = bytes.toString('utf8').split(/\r?\n/);
  const images = lines.flatMap((line, row) => {
    if (line.trim() === '') return [];
    const numbers = line.split(/[,;\t ]+/).map(Number);
    if (numbers.length !== pixels) throw new Error(`line ${row + 1} has ${numbers.length} numbers, not ${pixels}`);
    const wrong = numbers.find(number => !(Number.isInteger(number) && number >= 0 && number <= 255));
    if (wrong !== undefined) throw new Error(`line ${row + 1} has a number that is not from 0 to 255: ${wrong}`);
    return [Uint8Array.from(numbers)];
  });
  return { height, width, channels, images };
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
/** Samples of a pixel by colour type: grey, RGB, grey and alpha, RGB and alpha. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 4: 2, 6: 4 };

function isPng(bytes: Buffer): boolean {
  return bytes.subarray(0, 8).equals(SIGNATURE);
}

/** PNG (W3C, 3rd edition): 8 bits a sample, filters, no palette, no interlace; transparency is left out. */
function readPng(bytes: Buffer, channels: number): ImageInput {
  const data: Buffer[] = [];
  let head: Buffer | undefined;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const name = bytes.toString('latin1', at + 4, at + 8);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (content.length !== length) throw new Error('the PNG is cut off');
    if (name === 'IHDR') head = content;
    if (name === 'IDAT') data.push(content);
    if (name === 'IEND') break;
    at += 12 + length;
  }
  if (head?.length !== 13) throw new Error('the PNG has no header');
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const [depth, colour, , , interlace] = head.subarray(8);
  const samples = SAMPLES[colour!];
  if (depth !== 8 || samples === undefined || interlace !== 0) {
    throw new Error('only PNGs of 8 bits without palette and interlace are read');
  }
  if (width * height === 0 || width * height > MAX_PIXELS) throw new Error(`a PNG of ${width} x ${height}`);
  const stride = width * samples;
  const rows = inflateSync(Buffer.concat(data), { maxOutputLength: height * (stride + 1) });
  if (rows.length !== height * (stride + 1)) throw new Error('the PNG is cut off');
  const plain = unfiltered(rows, height, stride, samples);
  const image = new Uint8Array(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = pixel * samples;
    const [red, green, blue] =
      samples >= 3 ? [plain[at]!, plain[at + 1]!, plain[at + 2]!] : [plain[at]!, plain[at]!, plain[at]!];
    // Luma of BT.601, as image libraries make grey of colours.
    if (channels === 1) image[pixel] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    else image.set([red, green, blue], pixel * channels);
  }
  return { height, width, channels, images: [image] };
}

/** Undoes the five filters of PNG, line by line. */
function unfiltered(rows: Buffer, height: number, stride: number, samples: number): Uint8Array {
  const out = new Uint8Array(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)]!;
    if (filter > 4) throw new Error(`the PNG has a filter ${filter}`);
    for (let x = 0; x < stride; x++) {
      const left = x >= samples ? out[y * stride + x - samples]! : 0;
      const up = y > 0 ? out[(y - 1) * stride + x]! : 0;
      const corner = y > 0 && x >= samples ? out[(y - 1) * stride + x - samples]! : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]!;
      out[y * stride + x] = rows[y * (stride + 1) + 1 + x]! + guess;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [left, up, corner].map(value => Math.abs(estimate - value)) as [number, number, number];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
