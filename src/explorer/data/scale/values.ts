import { encodeAddress, toHex } from '../../../base/browser.js';
import { type Input, malformed } from '../../../base/scale.js';
import type { Field, Metadata, Primitive, Type } from './metadata.js';

/** An account's key. Its address is computed when it is wanted, and remembered. */
export class Account {
  constructor(
    readonly hex: string,
    private readonly bytes: Uint8Array,
  ) {}

  get address(): string {
    let address = addresses.get(this.hex);
    if (address === undefined) {
      if (addresses.size > MOST_ADDRESSES) addresses.clear();
      address = encodeAddress(this.bytes);
      addresses.set(this.hex, address);
    }
    return address;
  }

  toString(): string {
    return this.address;
  }
}

const addresses = new Map<string, string>();
const MOST_ADDRESSES = 131_072;

/** One of an enumeration; `value` is undefined, a field's value, a list or a record. */
export class Choice {
  constructor(
    readonly name: string,
    readonly value: Decoded,
  ) {}
}

/**
 * A decoded value: integers of up to four bytes are numbers, longer and compact ones bigint; bytes `Uint8Array`;
 * records plain objects without a prototype; an empty option undefined.
 */
export type Decoded =
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Account
  | Choice
  | readonly Decoded[]
  | { readonly [name: string]: Decoded };

export type Read = (input: Input) => Decoded;

const WIDTH: { readonly [P in Primitive]?: readonly [bytes: number, signed: boolean] } = {
  u8: [1, false],
  u16: [2, false],
  u32: [4, false],
  u64: [8, false],
  u128: [16, false],
  u256: [32, false],
  i8: [1, true],
  i16: [2, true],
  i32: [4, true],
  i64: [8, true],
  i128: [16, true],
  i256: [32, true],
};

/** Makes decoders of the chain's types, once each. */
export class Codec {
  private readonly reads = new Map<number, Read>();

  constructor(readonly metadata: Metadata) {}

  typeOf(id: number): Type {
    const type = this.metadata.types.get(id);
    if (!type) throw malformed(`there is no type ${id}`);
    return type;
  }

  reader(id: number): Read {
    const known = this.reads.get(id);
    if (known) return known;
    // A type that contains itself finds this until it is made.
    let made: Read | undefined;
    this.reads.set(id, input => input.nested(inner => made!(inner)));
    made = this.make(this.typeOf(id));
    const { kind } = this.typeOf(id).def;
    // Numbers cannot nest.
    const read: Read = kind === 'primitive' || kind === 'compact' ? made : input => input.nested(made);
    this.reads.set(id, read);
    return read;
  }

  /** The primitive or the bytes that a chain of wrappers of one field holds. */
  inner(id: number): number {
    const { def, path } = this.typeOf(id);
    if (path.at(-1) === 'AccountId32') return id;
    if (def.kind === 'composite' && def.fields.length === 1) return this.inner(def.fields[0]!.type);
    if (def.kind === 'tuple' && def.of.length === 1) return this.inner(def.of[0]!);
    return id;
  }

  private make({ path, def, params }: Type): Read {
    const last = path.at(-1);
    if (last === 'AccountId32') {
      return input => {
        const bytes = input.take(32);
        return new Account(toHex(bytes), bytes);
      };
    }
    if (last === 'Era') return readEra;
    switch (def.kind) {
      case 'primitive':
        return readPrimitive(def.name);
      case 'compact':
        return input => input.compactBig();
      case 'composite':
        return this.fields(def.fields);
      case 'tuple':
        return this.fields(def.of.map(type => ({ name: undefined, type, typeName: undefined })));
      case 'sequence':
        return this.sequence(def.of);
      case 'array':
        return this.array(def.of, def.length);
      case 'bits':
        return this.bits(def.store);
      case 'variant': {
        if (path.length === 1 && last === 'Option' && params[0] !== undefined) {
          const read = this.reader(params[0]);
          return input => (input.bool() ? read(input) : undefined);
        }
        const byIndex = new Map(
          def.variants.map(({ index, name, fields }) => [index, { name, read: this.fields(fields) }]),
        );
        return input => {
          const index = input.u8();
          const variant = byIndex.get(index);
          if (!variant) throw malformed(`${path.join('::')} has no variant ${index}`);
          return new Choice(variant.name, variant.read(input));
        };
      }
    }
  }

  private fields(fields: readonly Field[]): Read {
    const reads = fields.map(field => this.reader(field.type));
    const names = fields.map(field => field.name);
    if (fields.length === 0) return () => undefined;
    if (names[0] === undefined) return reads.length === 1 ? reads[0]! : input => reads.map(read => read(input));
    return input => {
      const record = Object.create(null) as Record<string, Decoded>;
      for (let i = 0; i < reads.length; i++) record[names[i] ?? String(i)] = reads[i]!(input);
      return record;
    };
  }

  private sequence(of: number): Read {
    if (this.isByte(of)) return input => input.take(input.length(1)).slice();
    const read = this.reader(of);
    const least = this.least(of, 0);
    return input => input.list(() => read(input), least);
  }

  private array(of: number, length: number): Read {
    if (this.isByte(of)) return input => input.take(length).slice();
    const read = this.reader(of);
    const least = this.least(of, 0);
    return input => {
      if (length * Math.max(least, 1 / 65_536) > input.left + 1) throw malformed(`an array of ${length} does not fit`);
      return Array.from({ length }, () => read(input));
    };
  }

  private bits(store: number): Read {
    const { def } = this.typeOf(store);
    const [bytes = 1] = (def.kind === 'primitive' && WIDTH[def.name]) || [];
    return input => {
      const n = input.compact();
      const packed = input.take(Math.ceil(n / (8 * bytes)) * bytes);
      return Array.from({ length: n }, (_, i) => ((packed[i >> 3]! >> (i & 7)) & 1) === 1);
    };
  }

  private isByte(id: number): boolean {
    const { def } = this.typeOf(this.inner(id));
    return def.kind === 'primitive' && def.name === 'u8';
  }

  /** Bytes that a value takes at least. */
  private least(id: number, depth: number): number {
    const { def } = this.typeOf(id);
    if (depth > 8) return 0;
    const sum = (ids: readonly number[]) => ids.reduce((total, one) => total + this.least(one, depth + 1), 0);
    if (def.kind === 'primitive') return WIDTH[def.name]?.[0] ?? 1;
    if (def.kind === 'composite') return sum(def.fields.map(({ type }) => type));
    if (def.kind === 'tuple') return sum(def.of);
    if (def.kind === 'array') return def.length * this.least(def.of, depth + 1);
    return 1;
  }
}

function readPrimitive(name: Primitive): Read {
  const width = WIDTH[name];
  if (width) {
    const [bytes, signed] = width;
    return bytes <= 4 ? input => input.int(bytes, signed) : input => input.bigInt(bytes, signed);
  }
  if (name === 'bool') return input => input.bool();
  if (name === 'str') return input => input.text();
  return input => String.fromCodePoint(Math.min(input.u32(), 0x10ffff));
}

/** How long a transaction is valid: two bytes, or one of zero. Source: sp-runtime's `generic/era.rs`. */
function readEra(input: Input): Decoded {
  const first = input.u8();
  if (first === 0) return new Choice('Immortal', undefined);
  const encoded = first | (input.u8() << 8);
  const period = 2 << (encoded % 16);
  const phase = (encoded >> 4) * Math.max(period >> 12, 1);
  return new Choice('Mortal', Object.assign(Object.create(null), { period, phase }));
}
