/** As much of DER (X.690) as one certificate needs, without a library: both ends of it are written here. */

/** One element: tag, length and the parts as content. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  return Buffer.concat([Uint8Array.of(tag, ...lengthBytes(content.length)), content]);
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag, length and content. */
  readonly whole: Uint8Array;
}

/** The elements that these bytes consist of. Throws a plain `Error` for anything that is not DER, or above 64 KiB. */
export function readDer(bytes: Uint8Array): DerElement[] {
  const elements: DerElement[] = [];
  for (let start = 0; start < bytes.length; ) {
    const element = readElement(bytes, start);
    elements.push(element);
    start += element.whole.length;
  }
  return elements;
}

function readElement(bytes: Uint8Array, start: number): DerElement {
  const tag = at(bytes, start);
  if ((tag & 0x1f) === 0x1f) throw new Error('a tag of several bytes');
  const first = at(bytes, start + 1);
  const sizeBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || sizeBytes > 2) throw new Error('a length that is indefinite or too large');
  let length = sizeBytes === 0 ? first : 0;
  for (let i = 0; i < sizeBytes; i++) length = length * 256 + at(bytes, start + 2 + i);
  if (sizeBytes > 0 && length < (sizeBytes === 1 ? 0x80 : 0x100)) throw new Error('a length that is not the shortest');
  const from = start + 2 + sizeBytes;
  if (from + length > bytes.length) throw new Error('the bytes end too soon');
  return { tag, content: bytes.subarray(from, from + length), whole: bytes.subarray(start, from + length) };
}

function at(bytes: Uint8Array, i: number): number {
  const byte = bytes[i];
  if (byte === undefined) throw new Error('the bytes end too soon');
  return byte;
}
