/**
 * The header of a safetensors file (huggingface/safetensors, README "Format"): u64 LE length, a JSON object of each tensor's dtype,
 * shape and offsets, and text metadata. As strict as the reference: tensors lie one behind the other and fill the file.
 */

/** Bytes of one element. */
export const DTYPE_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
} as const;

export type Dtype = keyof typeof DTYPE_BYTES;

export interface TensorEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Bytes from the start of the file. */
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  /** In the order in which they lie in the file. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly dataStart: number;
}

/** As the reference has it. */
const MAX_HEADER_BYTES = 100_000_000;
const MAX_RANK = 64;

/** How long the header is, from the first 8 bytes of a file of this length. Throws an `Error` that says what is wrong. */
export function headerLength(first: Uint8Array, fileBytes: number): number {
  if (first.length < 8) throw new Error(`it is only ${first.length} bytes long`);
  const length = Buffer.from(first.buffer, first.byteOffset, 8).readBigUInt64LE(0);
  if (length > BigInt(MAX_HEADER_BYTES) || 8n + length > BigInt(fileBytes)) {
    throw new Error('its header is cut off or damaged');
  }
  return Number(length);
}

/** Reads a header's JSON. Throws an `Error` that says what is wrong. */
export function parseHeader(json: Uint8Array, fileBytes: number): Header {
  const dataStart = 8 + json.length;
  const { __metadata__: metadata = {}, ...entries } = objectOf(json);
  if (!isTextRecord(metadata)) throw new Error('its metadata is not text');
  const tensors = Object.entries(entries).map(([name, entry]) => entryOf(name, entry, dataStart));
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = dataStart;
  for (const { name, begin, end } of tensors) {
    if (begin !== at) throw new Error(`its tensor ${shown(name)} overlaps another or leaves a gap`);
    at = end;
  }
  if (at !== fileBytes) throw new Error(`its tensors end at byte ${at}, the file at ${fileBytes}`);
  return { tensors: new Map(tensors.map(entry => [entry.name, entry])), metadata, dataStart };
}

function objectOf(json: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    throw new Error('its header is damaged');
  }
  if (json[0] !== 0x7b || typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('its header is damaged');
  }
  return value as Record<string, unknown>;
}

function entryOf(name: string, entry: unknown, dataStart: number): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const wrong = new Error(`its tensor ${shown(name)} is not described properly`);
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPE_BYTES, dtype)) throw wrong;
  if (!isNaturals(shape) || shape.length > MAX_RANK || !isNaturals(offsets) || offsets.length !== 2) throw wrong;
  const [begin, end] = offsets as [number, number];
  if (end - begin !== sizeOf(dtype as Dtype, shape)) throw wrong;
  return { name, dtype: dtype as Dtype, shape, begin: dataStart + begin, end: dataStart + end };
}

/** Bytes, or NaN where a product on the way is beyond what can be counted: a zero later on does not mend it. */
function sizeOf(dtype: Dtype, shape: readonly number[]): number {
  return shape.reduce(
    (bytes, size) => (Number.isSafeInteger(bytes * size) ? bytes * size : Number.NaN),
    DTYPE_BYTES[dtype],
  );
}

function isNaturals(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(n => Number.isSafeInteger(n) && n >= 0);
}

function isTextRecord(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(text => typeof text === 'string')
  );
}

/** A stranger's name in a message. */
export function shown(name: string): string {
  return JSON.stringify(name.slice(0, 80));
}
