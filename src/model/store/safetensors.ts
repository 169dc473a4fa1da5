import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { writeAtomic, writeWhole } from '../../base/index.js';
import { elementCount, type NamedArray } from '../compute/tensor.js';
import { type Header, headerLength, parseHeader, shown, type TensorEntry } from './safetensors-header.js';
import { floatsOf, type StoredNumbers, storedNumbers } from './stored-numbers.js';

/**
 * Safetensors files. What is written is float32, and its metadata carries a SHA-256 of the whole file, taken with the checksum's own
 * 64 digits as zeros. What is read may come from anywhere, and of a large file one tensor at a time is in memory.
 */
const CHECKSUM = 'sha256';
const NO_CHECKSUM = '0'.repeat(64);
/** So much of a file is hashed at once. */
const PIECE_BYTES = 1 << 20;

export type Metadata = Readonly<Record<string, string>>;

export function encodeSafetensors(tensors: readonly NamedArray[], metadata: Metadata): Uint8Array {
  const head = headerOf(tensors, metadata);
  const file = Buffer.concat([head, ...tensors.map(({ data }) => bytesOf(data))]);
  file.write(createHash('sha256').update(file).digest('hex'), checksumPlace(head, NO_CHECKSUM)!, 'latin1');
  return file;
}

/** Writes a file tensor by tensor, so that its whole is never in memory; atomically. Error code `disk`. */
export function writeSafetensors(path: string, tensors: readonly NamedArray[], metadata: Metadata): void {
  const head = headerOf(tensors, metadata);
  writeAtomic(path, file => {
    const hash = createHash('sha256');
    for (const piece of [head, ...tensors.map(({ data }) => bytesOf(data))]) {
      hash.update(piece);
      writeWhole(file, piece);
    }
    writeWhole(file, Buffer.from(hash.digest('hex'), 'latin1'), checksumPlace(head, NO_CHECKSUM)!);
  });
}

/** Reads a file that `encodeSafetensors` made. Throws an `Error` that says what is wrong with any other. */
export function decodeSafetensors(file: Uint8Array): { tensors: NamedArray[]; metadata: Record<string, string> } {
  const stored = new Safetensors({
    length: file.length,
    read: (begin, length) => file.subarray(begin, begin + length),
    close: () => {},
  });
  stored.verifyChecksum();
  return { tensors: stored.names().map(name => stored.floats(name)), metadata: { ...stored.metadata } };
}

/** Opens a file; to be closed again. Throws an `Error` that says what is wrong. */
export function openSafetensors(path: string): Safetensors {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    return new Safetensors({
      length: size,
      read: (begin, length) => readExactly(file, begin, length),
      close: () => closeSync(file),
    });
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

interface Source {
  readonly length: number;
  /** The bytes may belong to the source. */
  read(begin: number, length: number): Uint8Array;
  close(): void;
}

/** A safetensors file whose header was checked. Tensors are read when they are asked for. */
export class Safetensors implements Disposable {
  private readonly header: Header;
  private readonly head: Buffer;

  constructor(private readonly source: Source) {
    const length = headerLength(source.read(0, Math.min(8, source.length)), source.length);
    this.head = Buffer.from(source.read(0, 8 + length));
    this.header = parseHeader(this.head.subarray(8), source.length);
  }

  get metadata(): Metadata {
    return this.header.metadata;
  }

  /** In the order in which they lie in the file. */
  names(): string[] {
    return [...this.header.tensors.keys()];
  }

  entry(name: string): TensorEntry | undefined {
    return this.header.tensors.get(name);
  }

  /** A tensor in its own numbers, float16 and bfloat16 as float32. Throws for one that is not there, and for an unknown type. */
  numbers(name: string): StoredNumbers {
    const entry = this.header.tensors.get(name);
    if (!entry) throw new Error(`it has no tensor ${shown(name)}`);
    return storedNumbers(entry, this.source.read(entry.begin, entry.end - entry.begin));
  }

  /** A tensor as float32, whatever its type. */
  floats(name: string): NamedArray {
    const { shape, data } = this.numbers(name);
    return { name, shape, data: floatsOf(data) };
  }

  /** Throws an `Error` unless the file carries the checksum of what is in it. Reads all of it. */
  verifyChecksum(): void {
    const checksum = this.metadata[CHECKSUM];
    const place = checksum?.length === 64 ? checksumPlace(this.head, checksum) : undefined;
    if (place === undefined) throw new Error('it carries no checksum');
    const head = Buffer.from(this.head);
    head.write(NO_CHECKSUM, place, 'latin1');
    const hash = createHash('sha256').update(head);
    for (let at = head.length; at < this.source.length; at += PIECE_BYTES) {
      hash.update(this.source.read(at, Math.min(PIECE_BYTES, this.source.length - at)));
    }
    if (hash.digest('hex') !== checksum) throw new Error('its checksum does not match its content');
  }

  close(): void {
    this.source.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Length and JSON, padded with spaces so that the data is aligned to 8 bytes, as the format has it. */
function headerOf(tensors: readonly NamedArray[], metadata: Metadata): Buffer {
  const header: Record<string, unknown> = { __metadata__: { ...metadata, [CHECKSUM]: NO_CHECKSUM } };
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    if (elementCount(shape) !== data.length) throw new RangeError(`${name} has ${data.length} numbers for [${shape}]`);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = JSON.stringify(header);
  const json = Buffer.from(text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length), 0);
  return Buffer.concat([length, json]);
}

/** Where the digits of the checksum stand; undefined where they do not. */
function checksumPlace(head: Buffer, digits: string): number | undefined {
  const place = head.indexOf(`"${CHECKSUM}":"${digits}"`);
  return place < 0 ? undefined : place + CHECKSUM.length + 4;
}

function bytesOf(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function readExactly(file: number, begin: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    // Node reads at most 2 GiB at a time.
    const got = readSync(file, bytes, done, Math.min(length - done, 1 << 30), begin + done);
    if (got === 0) throw new Error(`it ended at byte ${begin + done} while it was read`);
    done += got;
  }
  return bytes;
}
