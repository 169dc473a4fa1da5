import type { PortableType, SiLookupTypeId } from '@polkadot/types/interfaces';
import type { Registry } from '@polkadot/types/types';
import { chainError } from '../../errors.js';

/**
 * How the bytes of a type lie, without what leaves no trace in them: new names for an integer and wrappers of one
 * field are gone. Two types of one layout have the same bytes.
 */
export type Layout =
  /** `bytes` 1 to 32, little-endian. */
  | { readonly kind: 'int'; readonly bytes: number; readonly signed: boolean }
  /** A compact number that fits into `bytes`. */
  | { readonly kind: 'compact'; readonly bytes: number }
  | { readonly kind: 'bool' }
  | { readonly kind: 'text' }
  /** A struct or a tuple, the empty one too; `name` is undefined for the fields of a tuple. */
  | { readonly kind: 'record'; readonly fields: readonly Field[] }
  | { readonly kind: 'list'; readonly of: Layout }
  | { readonly kind: 'array'; readonly of: Layout; readonly length: number }
  | { readonly kind: 'option'; readonly of: Layout }
  | { readonly kind: 'choice'; readonly variants: readonly Variant[] }
  | { readonly kind: 'bits'; readonly storeBytes: number }
  /** A type within itself. */
  | { readonly kind: 'again'; readonly layout: () => Layout };

export interface Field {
  readonly name: string | undefined;
  readonly layout: Layout;
}

export interface Variant {
  readonly index: number;
  readonly name: string;
  readonly fields: readonly Field[];
}

type Lookup = Registry['lookup'];
type Definition = PortableType['type']['def'];

const known = new WeakMap<Lookup, Map<number, Layout>>();

/** The layout of a type of the chain's metadata; computed once. Error `unsupported` for what no runtime of today has. */
export function layoutOf(lookup: Lookup, id: SiLookupTypeId): Layout {
  let layouts = known.get(lookup);
  if (!layouts) {
    layouts = new Map();
    known.set(lookup, layouts);
  }
  return resolve({ lookup, layouts, under: new Set() }, id);
}

interface Context {
  readonly lookup: Lookup;
  readonly layouts: Map<number, Layout>;
  /** Types whose layout is being made. */
  readonly under: Set<number>;
}

function resolve(context: Context, id: SiLookupTypeId): Layout {
  const { lookup, layouts, under } = context;
  const key = Number(id);
  const done = layouts.get(key);
  if (done) return done;
  if (under.has(key)) return { kind: 'again', layout: () => layouts.get(key)! };
  under.add(key);
  const layout = layoutOfDefinition(lookup.getSiType(id).def, type => resolve(context, type));
  under.delete(key);
  layouts.set(key, layout);
  return layout;
}

type Inner = (id: SiLookupTypeId) => Layout;

function layoutOfDefinition(def: Definition, inner: Inner): Layout {
  if (def.isPrimitive) return primitive(def.asPrimitive.type);
  if (def.isCompact) return compactOf(inner(def.asCompact.type));
  if (def.isSequence) return { kind: 'list', of: inner(def.asSequence.type) };
  if (def.isArray) return { kind: 'array', of: inner(def.asArray.type), length: def.asArray.len.toNumber() };
  if (def.isTuple) return unwrap(def.asTuple.map(type => ({ name: undefined, layout: inner(type) })));
  if (def.isComposite) return unwrap(def.asComposite.fields.map(field => fieldOf(field, inner)));
  if (def.isVariant) return choiceOf(def, inner);
  if (def.isBitSequence) {
    const store = inner(def.asBitSequence.bitStoreType);
    return { kind: 'bits', storeBytes: store.kind === 'int' ? store.bytes : 1 };
  }
  throw chainError('unsupported', `a type of the kind ${def.type} cannot be decoded`);
}

const PRIMITIVE = /^([ui])(8|16|32|64|128|256)$/;

function primitive(type: string): Layout {
  const name = type.toLowerCase();
  const [, sign, bits] = PRIMITIVE.exec(name) ?? [];
  if (bits !== undefined) return { kind: 'int', bytes: Number(bits) / 8, signed: sign === 'i' };
  if (name === 'bool') return { kind: 'bool' };
  if (name === 'str') return { kind: 'text' };
  if (name === 'char') return { kind: 'int', bytes: 4, signed: false };
  throw chainError('unsupported', `the primitive type ${type} cannot be decoded`);
}

function compactOf(of: Layout): Layout {
  if (of.kind === 'int') return { kind: 'compact', bytes: of.bytes };
  // `Compact<()>` takes no bytes.
  if (of.kind === 'record' && of.fields.length === 0) return of;
  throw chainError('unsupported', `a compact ${of.kind} cannot be decoded`);
}

function unwrap(fields: readonly Field[]): Layout {
  return fields.length === 1 ? fields[0]!.layout : { kind: 'record', fields };
}

type SiField = Definition['asComposite']['fields'][number];

function fieldOf(field: SiField, inner: Inner): Field {
  return { name: field.name.isSome ? field.name.unwrap().toString() : undefined, layout: inner(field.type) };
}

function choiceOf(def: Definition, inner: Inner): Layout {
  const variants = def.asVariant.variants.map(variant => ({
    index: variant.index.toNumber(),
    name: variant.name.toString(),
    fields: variant.fields.map(field => fieldOf(field, inner)),
  }));
  const [none, some] = variants;
  const isOption =
    variants.length === 2 &&
    none?.name === 'None' &&
    none.index === 0 &&
    none.fields.length === 0 &&
    some?.name === 'Some' &&
    some.index === 1 &&
    some.fields.length === 1;
  return isOption ? { kind: 'option', of: some.fields[0]!.layout } : { kind: 'choice', variants };
}

/** Fewest bytes that a value can take. */
export function leastBytes(layout: Layout): number {
  const sum = (fields: readonly Field[]) => fields.reduce((total, field) => total + leastBytes(field.layout), 0);
  switch (layout.kind) {
    case 'int':
      return layout.bytes;
    case 'record':
      return sum(layout.fields);
    case 'array':
      return layout.length * leastBytes(layout.of);
    case 'choice':
      return layout.variants.length === 0 ? 0 : 1 + Math.min(...layout.variants.map(variant => sum(variant.fields)));
    case 'again':
      return 0;
    default:
      return 1;
  }
}

/** Bytes of a value where every value takes the same number, or undefined. */
export function fixedBytes(layout: Layout): number | undefined {
  switch (layout.kind) {
    case 'int':
      return layout.bytes;
    case 'bool':
      return 1;
    case 'record': {
      const sizes = layout.fields.map(field => fixedBytes(field.layout));
      return sizes.every(size => size !== undefined) ? sizes.reduce((total, size) => total + size, 0) : undefined;
    }
    case 'array': {
      const size = fixedBytes(layout.of);
      return size === undefined ? undefined : size * layout.length;
    }
    default:
      return undefined;
  }
}

/** `Vec<u8>`: bytes, or something that was encoded before and says nothing of itself. */
export function isOpaque(layout: Layout): boolean {
  return layout.kind === 'list' && isByte(layout.of);
}

export function isByte(layout: Layout): boolean {
  return layout.kind === 'int' && layout.bytes === 1 && !layout.signed;
}
