import { type Input, malformed } from '../../../base/scale.js';
import { type Field, fixedBytes, isByte, type Layout, leastBytes } from './layout.js';

/** Reads one value. Made once per type, run once per answer. */
export type Read = (input: Input) => unknown;

/** A variant of an enum, with its fields as a record, or undefined where it has none. */
export interface Choice {
  readonly name: string;
  readonly value: unknown;
}

/**
 * A decoder of one layout. Integers of up to four bytes are numbers and longer ones bigints; lists of them are typed
 * arrays, lists and arrays of bytes `Uint8Array`s; records are objects by the metadata's names or, without names,
 * arrays; an option is its value or undefined; an enum's variant is a `Choice`; bits are an array of booleans.
 */
export function compileValue(layout: Layout): Read {
  switch (layout.kind) {
    case 'int': {
      const { bytes, signed } = layout;
      return bytes > 4 ? input => input.bigInt(bytes, signed) : input => input.int(bytes, signed);
    }
    case 'compact':
      return readCompact(layout.bytes);
    case 'bool':
      return input => input.bool();
    case 'text':
      return input => input.text();
    case 'record':
      return readFields(layout.fields);
    case 'list':
      return readList(layout.of);
    case 'array':
      return readArray(layout.of, layout.length);
    case 'option':
      return readOption(compileValue(layout.of));
    case 'choice':
      return readChoice(layout);
    case 'bits':
      return input => readBits(input, layout.storeBytes);
    case 'again': {
      let read: Read | undefined;
      return input => {
        read ??= compileValue(layout.layout());
        return input.nested(read);
      };
    }
  }
}

/** Refuses a compact number that its type cannot hold, as the runtime does. */
export function readCompact(bytes: number): (input: Input) => number | bigint {
  if (bytes > 4) {
    const most = 1n << BigInt(8 * bytes);
    return input => {
      const value = input.compactBig();
      if (value >= most) throw malformed(`${value} is no number of ${8 * bytes} bits`);
      return value;
    };
  }
  const most = 2 ** (8 * bytes);
  return input => {
    const value = input.compact();
    if (value >= most) throw malformed(`${value} is no number of ${8 * bytes} bits`);
    return value;
  };
}

function readFields(fields: readonly Field[]): Read {
  const reads = fields.map(field => compileValue(field.layout));
  const names = fields.map(field => field.name);
  if (names.some(name => name === undefined)) return input => reads.map(read => read(input));
  return input => {
    const record: Record<string, unknown> = {};
    for (let i = 0; i < reads.length; i++) record[names[i]!] = reads[i]!(input);
    return record;
  };
}

function readOption(some: Read): Read {
  return input => {
    const tag = input.u8();
    if (tag > 1) throw malformed(`${tag} is no tag of an option`);
    return tag === 0 ? undefined : some(input);
  };
}

function readChoice({ variants }: Extract<Layout, { kind: 'choice' }>): Read {
  const byIndex = new Map(
    variants.map(({ index, name, fields }) => {
      const read = fields.length === 1 ? compileValue(fields[0]!.layout) : readFields(fields);
      return [index, { name, read: fields.length === 0 ? () => undefined : read }] as const;
    }),
  );
  return input => {
    const index = input.u8();
    const variant = byIndex.get(index);
    if (!variant) throw malformed(`there is no variant ${index}`);
    return { name: variant.name, value: variant.read(input) } satisfies Choice;
  };
}

function readBits(input: Input, storeBytes: number): boolean[] {
  const n = input.compact();
  const bytes = Math.ceil(n / (8 * storeBytes)) * storeBytes;
  const packed = input.take(bytes);
  return Array.from({ length: n }, (_, i) => ((packed[i >> 3]! >> (i & 7)) & 1) === 1);
}

function readList(of: Layout): Read {
  const least = leastBytes(of);
  if (isByte(of)) return input => input.take(input.length(1)).slice();
  const make = typedArrayOf(of);
  const read = compileValue(of);
  if (!make) {
    return input => {
      const n = input.length(least);
      const list: unknown[] = [];
      for (let i = 0; i < n; i++) list.push(read(input));
      return list;
    };
  }
  return input => fill(make(input.length(least)), read, input);
}

function readArray(of: Layout, length: number): Read {
  if (isByte(of)) return input => input.take(length).slice();
  const make = typedArrayOf(of);
  const read = compileValue(of);
  if (make) {
    const bytes = length * (fixedBytes(of) ?? leastBytes(of));
    return input => {
      if (input.left < bytes) input.skip(bytes);
      return fill(make(length), read, input);
    };
  }
  return input => {
    const list: unknown[] = [];
    for (let i = 0; i < length; i++) list.push(read(input));
    return list;
  };
}

type Numbers = { readonly length: number; [index: number]: unknown };

/** The typed array that holds every value of a layout, or undefined. */
function typedArrayOf(layout: Layout): ((n: number) => Numbers) | undefined {
  if (layout.kind !== 'int' && layout.kind !== 'compact') return undefined;
  const signed = layout.kind === 'int' && layout.signed;
  switch (layout.bytes) {
    case 1:
      return signed ? n => new Int8Array(n) : n => new Uint8Array(n);
    case 2:
      return signed ? n => new Int16Array(n) : n => new Uint16Array(n);
    case 4:
      return signed ? n => new Int32Array(n) : n => new Uint32Array(n);
    case 8:
      return signed ? n => new BigInt64Array(n) : n => new BigUint64Array(n);
    default:
      return undefined;
  }
}

function fill(numbers: Numbers, read: Read, input: Input): Numbers {
  for (let i = 0; i < numbers.length; i++) numbers[i] = read(input);
  return numbers;
}
