import { createHash } from 'node:crypto';
import { elementCount, type NamedArray } from '../compute/tensor.js';

/**
 * The safetensors format (huggingface/safetensors, README "Format"): u64 LE length of the header, a JSON header with dtype, shape and
 * offsets of each tensor and text metadata, the bytes. Float32 only. The metadata carries a SHA-256 of the whole file, taken with the
 * checksum's own 64 digits as zeros.
 */
const CHECKSUM = 'sha256';
const NO_CHECKSUM = '0'.repeat(64);
const MAX_HEADER_BYTES = 1 << 24;

export function encodeSafetensors(
  tensors: readonly NamedArray[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { ...metadata, [CHECKSUM]: NO_CHECKSUM } };
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = JSON.stringify(header);
  // The format aligns the data to 8 bytes with spaces.
  const json = Buffer.from(text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8)));
  const file = Buffer.alloc(8 + json.length + offset);
  file.writeBigUInt64LE(BigInt(json.length), 0);
  json.copy(file, 8);
  let at = 8 + json.length;
  for (const { data } of tensors) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  const place = file.indexOf(`"${CHECKSUM}":"${NO_CHECKSUM}"`) + CHECKSUM.length + 4;
  file.write(createHash('sha256').update(file).digest('hex'), place, 'latin1');
  return file;
}

/** Reads a file that `encodeSafetensors` wrote. Throws an `Error` that says what is wrong with any other. */
export function decodeSafetensors(file: Uint8Array): { tensors: NamedArray[]; metadata: Record<string, string> } {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < 8) throw new Error(`it is only ${bytes.length} bytes long`);
  const headerBytes = bytes.readBigUInt64LE(0);
  if (headerBytes > MAX_HEADER_BYTES || 8 + Number(headerBytes) > bytes.length)
    throw new Error('its header is cut off or damaged');
  const dataStart = 8 + Number(headerBytes);
  const header = parseHeader(bytes.toString('utf8', 8, dataStart));
  const { __metadata__: metadata, ...entries } = header;
  if (!isTextRecord(metadata)) throw new Error('its header has no metadata');
  checkChecksum(bytes, dataStart, metadata[CHECKSUM]);
  const tensors = Object.entries(entries).map(([name, entry]) => readTensor(name, entry, bytes.subarray(dataStart)));
  return { tensors, metadata };
}

function parseHeader(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new Error('its header is damaged');
  }
}

function isTextRecord(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null && Object.values(value).every(text => typeof text === 'string');
}

function checkChecksum(bytes: Buffer, dataStart: number, checksum: string | undefined): void {
  const place = checksum?.length === 64 ? bytes.indexOf(`"${CHECKSUM}":"${checksum}"`) : -1;
  if (place < 0 || place > dataStart) throw new Error('it carries no checksum');
  const digits = place + CHECKSUM.length + 4;
  const hash = createHash('sha256');
  hash
    .update(bytes.subarray(0, digits))
    .update(NO_CHECKSUM, 'latin1')
    .update(bytes.subarray(digits + 64));
  if (hash.digest('hex') !== checksum) throw new Error('its checksum does not match its content');
}

function readTensor(name: string, entry: unknown, data: Buffer): NamedArray {
  const { dtype, shape, data_offsets } = entry as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  const sizes =
    Array.isArray(shape) && shape.every(n => Number.isSafeInteger(n) && n >= 0) ? (shape as number[]) : undefined;
  const [begin, end] = Array.isArray(data_offsets) ? (data_offsets as number[]) : [];
  const inside = Number.isSafeInteger(begin) && Number.isSafeInteger(end) && begin! >= 0 && end! <= data.length;
  if (dtype !== 'F32' || !sizes || !inside || end! - begin! !== 4 * elementCount(sizes)) {
    throw new Error(`its tensor ${name.slice(0, 80)} is not described properly`);
  }
  // A copy, aligned and on its own.
  return { name, shape: sizes, data: new Float32Array(new Uint8Array(data.subarray(begin, end)).buffer) };
}
