import { type Input, malformed } from '../../../base/scale.js';
import { type Field, fixedBytes, isByte, type Layout, leastBytes } from './layout.js';
import { compileValue, readCompact } from './values.js';

/** What a column holds: a typed array, rounded numbers (`number`), bigints, or 32 bytes for each record (`key`). */
export interface ColumnArrays {
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly number: Float64Array;
  readonly u64: BigUint64Array;
  readonly big: bigint[];
  readonly key: Uint8Array;
}

export interface Wanted {
  /** The metadata's names: `axon_info.port`. */
  readonly field: string;
  readonly as: keyof ColumnArrays;
  /** Without this field the records are of no use. */
  readonly needed?: true;
  /** Of a list of records, the sum of their last numbers. */
  readonly sum?: true;
}

export type Columns<W extends Readonly<Record<string, Wanted>>> = { readonly n: number } & {
  readonly [K in keyof W]: ColumnArrays[W[K]['as']];
};

/** Reads a part of record `i`, most often into a column. */
type Step = (input: Input, i: number) => void;
type Bind = (columns: Readonly<Record<string, ColumnArrays[keyof ColumnArrays]>>) => Step;

/** No subnet numbers more records than a u16 can. */
const MOST_RECORDS = 65_536;

/**
 * A decoder of lists of records into columns, one array per field, made for the order, names and widths that the
 * metadata gives them: what is not wanted is passed over, what the records do not have stays 0. Numbers may be plain or
 * compact, of any width, booleans or 0 and 1; one that its column cannot hold is an error. Error `unsupported` when
 * this is no list of records, or a needed field is missing or no such thing.
 */
export function compileColumns<const W extends Readonly<Record<string, Wanted>>>(
  list: Layout,
  wanted: W,
): (input: Input) => Columns<W> {
  if (list.kind !== 'list' || list.of.kind !== 'record') throw malformed('it is no list of records');
  const record = list.of;
  const names = new Map(Object.entries(wanted).map(([name, { field }]) => [field, name]));
  const found = new Set<string>();
  const binds = mergeSkips(bindFields(record.fields, '', { names, wanted, found }));
  const missing = Object.entries(wanted).find(([name, { needed }]) => needed && !found.has(name));
  if (missing) throw malformed(`its records have no field ${missing[1].field}`);
  const least = leastBytes(record);
  return input => {
    const n = input.length(least);
    if (n > MOST_RECORDS) throw malformed(`${n} records are too many`);
    const columns = Object.fromEntries(Object.entries(wanted).map(([name, { as }]) => [name, emptyColumn(as, n)]));
    const steps = binds.map(bind => bind(columns));
    for (let i = 0; i < n; i++) for (let k = 0; k < steps.length; k++) steps[k]!(input, i);
    return { ...columns, n } as unknown as Columns<W>;
  };
}

export function emptyColumn<K extends keyof ColumnArrays>(as: K, n: number): ColumnArrays[K] {
  const make: { readonly [A in keyof ColumnArrays]: () => ColumnArrays[A] } = {
    u8: () => new Uint8Array(n),
    u16: () => new Uint16Array(n),
    u32: () => new Uint32Array(n),
    number: () => new Float64Array(n),
    u64: () => new BigUint64Array(n),
    big: () => new Array<bigint>(n).fill(0n),
    key: () => new Uint8Array(32 * n),
  };
  return make[as]();
}

interface Search {
  readonly names: ReadonlyMap<string, string>;
  readonly wanted: Readonly<Record<string, Wanted>>;
  readonly found: Set<string>;
}

type Part = { readonly bytes: number } | { readonly bind: Bind };

function bindFields(fields: readonly Field[], prefix: string, search: Search): Part[] {
  return fields.flatMap(({ name, layout }) => {
    const path = `${prefix}${name ?? ''}`;
    const column = search.names.get(path);
    if (column !== undefined) {
      search.found.add(column);
      return [{ bind: store(column, search.wanted[column]!, layout) }];
    }
    const inside = [...search.names.keys()].some(field => field.startsWith(`${path}.`));
    if (inside && layout.kind === 'record') return bindFields(layout.fields, `${path}.`, search);
    const bytes = fixedBytes(layout);
    return bytes === undefined ? [{ bind: passOver(layout) }] : [{ bytes }];
  });
}

/** Neighbouring fields that nobody wants are passed over at once. */
function mergeSkips(parts: readonly Part[]): Bind[] {
  const binds: Bind[] = [];
  let bytes = 0;
  const flush = () => {
    const length = bytes;
    bytes = 0;
    if (length > 0) binds.push(() => input => void input.skip(length));
  };
  for (const part of parts) {
    if ('bytes' in part) bytes += part.bytes;
    else {
      flush();
      binds.push(part.bind);
    }
  }
  flush();
  return binds;
}

function passOver(layout: Layout): Bind {
  const skip = compileSkip(layout);
  return () => skip;
}

/** Moves past a value; lists of elements of one size in one step. */
function compileSkip(layout: Layout): (input: Input) => void {
  if (layout.kind === 'compact') return input => void input.compact();
  if (layout.kind === 'list') {
    const bytes = fixedBytes(layout.of);
    if (bytes !== undefined) return input => void input.skip(bytes * input.length(bytes));
    const [least, skip] = [leastBytes(layout.of), compileSkip(layout.of)];
    return input => {
      for (let n = input.length(least); n > 0; n--) skip(input);
    };
  }
  if (layout.kind === 'record') {
    const skips = layout.fields.map(field => compileSkip(field.layout));
    return input => {
      for (let i = 0; i < skips.length; i++) skips[i]!(input);
    };
  }
  const read = compileValue(layout);
  return input => void read(input);
}

function store(name: string, { as, sum, field }: Wanted, layout: Layout): Bind {
  const unfit = (what: string) => malformed(`${field} is ${what}`);
  if (as === 'key') {
    if (layout.kind !== 'array' || !isByte(layout.of) || layout.length !== 32) throw unfit('no key of 32 bytes');
    return columns => {
      const column = columns[name] as Uint8Array;
      return (input, i) => copyKey(column, input, i);
    };
  }
  if (as === 'u64' || as === 'big') {
    const read = sum && layout.kind === 'list' ? readSum(layout.of, field) : readBig(layout, field);
    if (as === 'big') {
      return columns => {
        const column = columns[name] as bigint[];
        return (input, i) => {
          column[i] = read(input);
        };
      };
    }
    return columns => {
      const column = columns[name] as BigUint64Array;
      return (input, i) => {
        const value = read(input);
        if (value < 0n || value > U64_MAX) throw unfit(`${value}, more than 64 bits hold`);
        column[i] = value;
      };
    };
  }
  const read = readNumber(layout, field);
  if (as === 'number') {
    return columns => {
      const column = columns[name] as Float64Array;
      return (input, i) => {
        column[i] = read(input);
      };
    };
  }
  const most = { u8: 0xff, u16: 0xffff, u32: 0xffff_ffff }[as];
  return columns => {
    const column = columns[name] as Uint8Array | Uint16Array | Uint32Array;
    return (input, i) => {
      const value = read(input);
      if (!(value >= 0 && value <= most)) throw unfit(`${value}, more than ${most}`);
      column[i] = value;
    };
  };
}

const U64_MAX = 2n ** 64n - 1n;

function copyKey(column: Uint8Array, input: Input, i: number): void {
  const at = input.skip(32);
  const { bytes } = input;
  // Faster than a view and `set` for so few bytes.
  for (let k = 0; k < 32; k++) column[32 * i + k] = bytes[at + k]!;
}

/** A number of any layout, rounded beyond 2^53. */
function readNumber(layout: Layout, field: string): (input: Input) => number {
  if (layout.kind === 'compact') {
    const { bytes } = layout;
    const read = readCompact(bytes);
    return bytes > 4 ? input => input.compact() : (read as (input: Input) => number);
  }
  if (layout.kind === 'bool') return input => (input.bool() ? 1 : 0);
  if (layout.kind === 'int') {
    const { bytes, signed } = layout;
    if (bytes > 8 || (bytes === 8 && signed)) return input => Number(input.bigInt(bytes, signed));
    if (signed) return input => input.int(bytes, true);
    if (bytes === 8) return readU64;
    if (bytes === 4) return input => input.u32();
    return bytes === 2 ? input => input.u16() : input => input.u8();
  }
  throw malformed(`${field} is no number but a ${layout.kind}`);
}

/** Two halves are faster than a bigint. */
function readU64(input: Input): number {
  const low = input.u32();
  return input.u32() * 2 ** 32 + low;
}

function readBig(layout: Layout, field: string): (input: Input) => bigint {
  if (layout.kind === 'compact') {
    const read = readCompact(layout.bytes);
    return input => BigInt(read(input));
  }
  if (layout.kind === 'int') {
    const { bytes, signed } = layout;
    if (bytes === 16 && !signed) return readU128;
    return bytes > 4 ? input => input.bigInt(bytes, signed) : input => BigInt(input.int(bytes, signed));
  }
  throw malformed(`${field} is no number but a ${layout.kind}`);
}

function readU128(input: Input): bigint {
  const low = input.u64();
  const high = input.u64();
  return high === 0n ? low : (high << 64n) | low;
}

/** The last field of each record, added up: `Vec<(AccountId, Compact<u64>)>`. */
function readSum(of: Layout, field: string): (input: Input) => bigint {
  const fields: readonly Field[] = of.kind === 'record' ? of.fields : [{ name: undefined, layout: of }];
  const last = fields.at(-1);
  if (!last) throw malformed(`${field} is a list of nothing`);
  const before = compileSkip({ kind: 'record', fields: fields.slice(0, -1) });
  const fixed = fixedBytes({ kind: 'record', fields: fields.slice(0, -1) });
  const read = readBig(last.layout, field);
  const least = leastBytes(of);
  return input => {
    let sum = 0n;
    for (let n = input.length(least); n > 0; n--) {
      if (fixed === undefined) before(input);
      else input.skip(fixed);
      sum += read(input);
    }
    return sum;
  };
}
