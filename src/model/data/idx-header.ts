import { badDataset } from './bad-dataset.js';

/** What comes before the content of an IDX file of bytes (the format of MNIST): 0, 0, type 8, rank, and each size as u32 BE. */
export interface IdxHeader {
  /** Bytes before the first row. */
  readonly header: number;
  readonly shape: readonly number[];
  /** Of the whole file, by what it says; not a safe integer where it claims too much. */
  readonly bytes: number;
}

/** Files of bytes begin with this much plus their rank. */
const MAGIC = 0x0800;

/** True of what begins as an IDX file of bytes, of whatever rank. */
export function isIdx(start: Buffer): boolean {
  return start.length >= 8 && start.readUInt16BE(0) === 0 && start[2] === MAGIC >> 8;
}

/** Reads the header of a file of one of these ranks: 1 is a list of labels, 3 one of images, 4 one of images with colours. Code `bad_dataset`. */
export function readIdxHeader(path: string, start: Buffer, ranks: readonly number[]): IdxHeader {
  const magic = start.length >= 4 ? start.readUInt32BE(0) : undefined;
  const rank = ranks.find(rank => magic === MAGIC + rank);
  if (rank === undefined || start.length < 4 + 4 * rank) {
    const what = ranks.includes(3) ? 'images' : 'labels';
    const found = magic === undefined ? `${start.length} bytes` : `it begins with ${magic}`;
    const wanted = ranks.map(rank => MAGIC + rank).join(' or ');
    throw badDataset(path, `no IDX file of ${what}: ${found}`, `one of ${what} begins with ${wanted}`);
  }
  const shape = Array.from({ length: rank }, (_, i) => start.readUInt32BE(4 + 4 * i));
  if (shape.includes(0)) throw badDataset(path, `it is empty (${shape.join(' x ')})`, 'get the file again');
  const header = 4 + 4 * rank;
  return { header, shape, bytes: header + shape.reduce((a, b) => a * b) };
}

/** Code `bad_dataset` unless a file has the bytes that its header says. */
export function checkIdxBytes(path: string, { bytes, shape }: IdxHeader, found: number): void {
  if (found === bytes) return;
  const claims = `${found} bytes where its header says ${bytes} (${shape.join(' x ')})`;
  throw badDataset(path, claims, 'get the file again');
}
