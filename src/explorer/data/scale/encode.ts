import { BittensorError, concat, fromHex, publicKeyOf, utf8 } from '../../../base/browser.js';
import type { Codec } from './values.js';

const BITS: Readonly<Record<string, number>> = { u8: 8, u16: 16, u32: 32, u64: 64, u128: 128, u256: 256 };

/**
 * A value of a simple type (number, truth, account, bytes, text, the name of a variant without fields, a tuple of such) as bytes,
 * from what a person types. Error `bad_argument` says what is wanted.
 */
export function encodeText(codec: Codec, id: number, text: string): Uint8Array {
  const { def, path } = codec.typeOf(id);
  if (path.at(-1) === 'AccountId32') return accountKey(text);
  switch (def.kind) {
    case 'composite':
      if (def.fields.length === 1) return encodeText(codec, def.fields[0]!.type, text);
      return encodeParts(
        codec,
        def.fields.map(field => field.type),
        text,
      );
    case 'tuple':
      return encodeParts(codec, def.of, text);
    case 'compact':
      return compact(whole(text, 128));
    case 'primitive': {
      const bits = BITS[def.name];
      if (bits !== undefined) return littleEndian(whole(text, bits), bits / 8);
      if (/^i\d+$/.test(def.name))
        return littleEndian(signed(text, Number(def.name.slice(1))), Number(def.name.slice(1)) / 8);
      if (def.name === 'bool') return Uint8Array.of(truth(text) ? 1 : 0);
      if (def.name === 'str') return withLength(utf8(text));
      break;
    }
    case 'sequence':
      return withLength(/^0x([0-9a-f]{2})*$/i.test(text) ? fromHex(text) : utf8(text));
    case 'array': {
      const bytes = /^0x([0-9a-f]{2})*$/i.test(text) ? fromHex(text) : new Uint8Array();
      if (bytes.length === def.length) return bytes;
      throw badArgument(`${def.length} bytes are wanted, as 0x and ${2 * def.length} digits, not ${shown(text)}`);
    }
    case 'variant': {
      const variant = def.variants.find(({ name }) => name.toLowerCase() === text.trim().toLowerCase());
      if (variant?.fields.length === 0) return Uint8Array.of(variant.index);
      const plain = def.variants.filter(({ fields }) => fields.length === 0).map(({ name }) => name);
      throw badArgument(`one of ${plain.slice(0, 20).join(', ')} is wanted, not ${shown(text)}`);
    }
  }
  throw badArgument(`a value of ${path.join('::') || def.kind} cannot be typed here`);
}

function encodeParts(codec: Codec, types: readonly number[], text: string): Uint8Array {
  const parts = text.split(',').map(part => part.trim());
  if (parts.length !== types.length)
    throw badArgument(`${types.length} values with commas between are wanted, not ${shown(text)}`);
  return concat(...types.map((type, i) => encodeText(codec, type, parts[i]!)));
}

function accountKey(text: string): Uint8Array {
  try {
    return publicKeyOf(text.trim());
  } catch (error) {
    throw badArgument((error as Error).message);
  }
}

function whole(text: string, bits: number): bigint {
  const digits = text.trim().replace(/[_ ]/g, '');
  const value = /^(\d{1,80}|0x[0-9a-f]{1,64})$/i.test(digits) ? BigInt(digits) : -1n;
  if (value >= 0n && value < 1n << BigInt(bits)) return value;
  throw badArgument(`a whole number of ${bits} bits is wanted, not ${shown(text)}`);
}

function signed(text: string, bits: number): bigint {
  const value = /^-?\d{1,80}$/.test(text.trim()) ? BigInt(text.trim()) : undefined;
  if (value !== undefined && BigInt.asIntN(bits, value) === value) return BigInt.asUintN(bits, value);
  throw badArgument(`a whole number of ${bits} bits is wanted, not ${shown(text)}`);
}

function truth(text: string): boolean {
  if (/^(true|yes|1)$/i.test(text.trim())) return true;
  if (/^(false|no|0)$/i.test(text.trim())) return false;
  throw badArgument(`true or false is wanted, not ${shown(text)}`);
}

export function littleEndian(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 255n);
  return bytes;
}

/** SCALE's compact integer. */
export function compact(value: bigint): Uint8Array {
  if (value < 1n << 6n) return Uint8Array.of(Number(value) << 2);
  if (value < 1n << 14n) return littleEndian((value << 2n) | 1n, 2);
  if (value < 1n << 30n) return littleEndian((value << 2n) | 2n, 4);
  let length = 4;
  while (value >> BigInt(8 * length) > 0n) length++;
  return concat(Uint8Array.of(((length - 4) << 2) | 3), littleEndian(value, length));
}

function withLength(bytes: Uint8Array): Uint8Array {
  return concat(compact(BigInt(bytes.length)), bytes);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}

function badArgument(message: string): BittensorError {
  return new BittensorError('bad_argument', message);
}
