import type { Reader } from '../codec.js';
import { engineError } from '../errors.js';

export interface Variant {
  name: string;
  index: number;
  fields: readonly number[];
}

/** A type as scale-info's portable registry has it; other types are named by their number. */
export type TypeDefinition = { path: string } & (
  | { kind: 'parts'; parts: readonly number[] }
  | { kind: 'variants'; variants: readonly Variant[] }
  | { kind: 'list'; item: number }
  | { kind: 'array'; length: number; item: number }
  | { kind: 'compact' }
  | { kind: 'text' }
  | { kind: 'primitive'; bytes: number }
  | { kind: 'bits' }
);

/** Deeper is no call that anybody makes. */
const DEEPEST = 64;

/** The types of a runtime, far enough to walk over values. */
export class TypeRegistry {
  constructor(private readonly types: ReadonlyMap<number, TypeDefinition>) {}

  get(type: number): TypeDefinition {
    const found = this.types.get(type);
    if (!found) throw engineError('bad_runtime', `the metadata has no type ${type}`);
    return found;
  }

  /** The path of a type, as `sp_runtime::multiaddress::MultiAddress`. */
  path(type: number): string {
    return this.types.get(type)?.path ?? '';
  }

  /** Of a composite or a tuple; otherwise nothing. */
  parts(type: number): readonly number[] {
    const found = this.get(type);
    return found.kind === 'parts' ? found.parts : [];
  }

  variant(type: number, wanted: string | number): Variant | undefined {
    const found = this.types.get(type);
    if (found?.kind !== 'variants') return undefined;
    return found.variants.find(({ name, index }) => wanted === name || wanted === index);
  }

  /** True when values of the type have no bytes. */
  isEmpty(type: number): boolean {
    const found = this.types.get(type);
    if (found?.kind === 'parts') return found.parts.every(part => this.isEmpty(part));
    return found?.kind === 'array' && (found.length === 0 || this.isEmpty(found.item));
  }

  /** Moves behind one value; a `RangeError` when the bytes are none of that type. */
  skip(reader: Reader, type: number, depth = 0): void {
    if (depth > DEEPEST) throw new RangeError(`nested deeper than ${DEEPEST}`);
    const found = this.get(type);
    if (found.kind === 'primitive') reader.take(found.bytes);
    else if (found.kind === 'compact') reader.compactBig();
    else if (found.kind === 'text') reader.vec();
    else if (found.kind === 'bits') reader.take(Math.ceil(reader.compact() / 8));
    else if (found.kind === 'list') this.skipMany(reader, found.item, reader.compact(), depth);
    else if (found.kind === 'array') this.skipMany(reader, found.item, found.length, depth);
    else {
      const parts = found.kind === 'parts' ? found.parts : this.chosen(reader, type).fields;
      for (const part of parts) this.skip(reader, part, depth + 1);
    }
  }

  private chosen(reader: Reader, type: number): Variant {
    const index = reader.u8();
    const variant = this.variant(type, index);
    if (!variant) throw new RangeError(`${this.path(type) || 'an enumeration'} has no variant ${index}`);
    return variant;
  }

  private skipMany(reader: Reader, item: number, count: number, depth: number): void {
    const found = this.get(item);
    // Bytes, mostly.
    if (found.kind === 'primitive') reader.take(found.bytes * count);
    else if (!this.isEmpty(item)) for (let i = 0; i < count; i++) this.skip(reader, item, depth + 1);
  }
}

export function readTypes(reader: Reader): TypeRegistry {
  const types = new Map<number, TypeDefinition>();
  list(reader, () => types.set(reader.compact(), readType(reader)));
  return new TypeRegistry(types);
}

export function list<T>(reader: Reader, item: () => T): T[] {
  return Array.from({ length: reader.compact() }, item);
}

export function option<T>(reader: Reader, value: () => T): T | undefined {
  return reader.u8() === 0 ? undefined : value();
}

function readType(reader: Reader): TypeDefinition {
  const path = list(reader, () => reader.text()).join('::');
  list(reader, () => {
    reader.vec();
    option(reader, () => reader.compact());
  });
  const definition = readDefinition(reader);
  list(reader, () => reader.vec());
  return { path, ...definition };
}

/** Bytes of bool, char, (text), u8 to u256, i8 to i256. */
const PRIMITIVES = [1, 4, undefined, 1, 2, 4, 8, 16, 32, 1, 2, 4, 8, 16, 32];

type Definition = TypeDefinition extends infer T ? (T extends TypeDefinition ? Omit<T, 'path'> : never) : never;

function readDefinition(reader: Reader): Definition {
  const fields = () =>
    list(reader, () => {
      option(reader, () => reader.vec());
      const type = reader.compact();
      option(reader, () => reader.vec());
      list(reader, () => reader.vec());
      return type;
    });
  const kind = reader.u8();
  switch (kind) {
    case 0:
      return { kind: 'parts', parts: fields() };
    case 1: {
      const variants = list(reader, () => {
        const name = reader.text();
        const types = fields();
        const index = reader.u8();
        list(reader, () => reader.vec());
        return { name, index, fields: types };
      });
      return { kind: 'variants', variants };
    }
    case 2:
      return { kind: 'list', item: reader.compact() };
    case 3: {
      const length = reader.u32();
      return { kind: 'array', length, item: reader.compact() };
    }
    case 4:
      return { kind: 'parts', parts: list(reader, () => reader.compact()) };
    case 5: {
      const bytes = PRIMITIVES[reader.u8()];
      return bytes === undefined ? { kind: 'text' } : { kind: 'primitive', bytes };
    }
    case 6:
      reader.compact();
      return { kind: 'compact' };
    case 7:
      reader.compact();
      reader.compact();
      return { kind: 'bits' };
    default:
      throw engineError('bad_runtime', `metadata has a type of unknown kind ${kind}`);
  }
}
