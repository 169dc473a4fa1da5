import { unhex } from '../codec.js';
import { invalidParams } from '../rpc-error.js';

/** Positional parameters of a request, or one object, which counts as the first of them; each reader says by name what is missing or wrong. */
export class Params {
  private readonly values: readonly unknown[];

  constructor(params: unknown) {
    if (params === undefined || params === null) this.values = [];
    else if (Array.isArray(params)) this.values = params;
    else if (typeof params === 'object') this.values = [params];
    else throw invalidParams('a list is expected, or an object');
  }

  /** The raw value; null and absent are the same. */
  at(index: number): unknown {
    return this.values[index] ?? undefined;
  }

  /** A field of the object at that place; a value that is no object counts as the field `otherwise`. */
  field(index: number, name: string, otherwise?: string): unknown {
    const value = this.at(index);
    if (typeof value === 'object' && !Array.isArray(value)) {
      return (value as Readonly<Record<string, unknown>>)[name] ?? undefined;
    }
    return name === otherwise ? value : undefined;
  }

  text(index: number, name: string): string {
    const value = this.at(index);
    if (typeof value !== 'string') throw invalidParams(`${name} has to be a string`);
    return value;
  }

  bytes(index: number, name: string): Uint8Array {
    return bytesOf(this.at(index), name);
  }

  /** Like `bytes`; undefined when absent. */
  optionalBytes(index: number, name: string): Uint8Array | undefined {
    return this.at(index) === undefined ? undefined : this.bytes(index, name);
  }

  /** A list of hexadecimal strings. */
  bytesList(index: number, name: string): Uint8Array[] {
    const value = this.at(index);
    if (!Array.isArray(value)) throw invalidParams(`${name} has to be a list`);
    return value.map((item, i) => bytesOf(item, `${name}[${i}]`));
  }

  count(index: number, name: string): number {
    const value = this.at(index);
    if (!Number.isSafeInteger(value) || (value as number) < 0) throw invalidParams(`${name} has to be a whole number`);
    return value as number;
  }
}

/** The 0x may be missing, as Substrate has it: the official Python SDK 11 leaves it out. */
export function bytesOf(value: unknown, name: string): Uint8Array {
  if (typeof value !== 'string') throw invalidParams(`${name} has to be a 0x-hexadecimal string`);
  try {
    return unhex(value.startsWith('0x') ? value : `0x${value}`);
  } catch {
    throw invalidParams(`${name} has to be a 0x-hexadecimal string, not ${value.slice(0, 80)}`);
  }
}
