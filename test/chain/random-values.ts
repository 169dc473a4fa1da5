import type { PortableType, SiLookupTypeId } from '@polkadot/types/interfaces';
import type { Registry } from '@polkadot/types/types';
import { BTreeMap, BTreeSet, Compact, Enum, Option, Struct, Tuple } from '@polkadot/types-codec';
import type { Codec } from '@polkadot/types-codec/types';
import { compactToU8a } from '@polkadot/util';

/*
 * Random values of the types that metadata describes, and their comparison with what @polkadot/types reads. Both walk
 * the metadata's definitions themselves: they share nothing with the decoder that they judge.
 */
type Lookup = Registry['lookup'];
type Definition = PortableType['type']['def'];
/** A number from 0 to `below` - 1. */
export type Random = (below: number) => number;

export function randomOf(seed: number): Random {
  let state = seed >>> 0 || 1;
  return below => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const DEEPEST = 12;

/** The bytes of a random value. */
export function randomBytes(lookup: Lookup, id: SiLookupTypeId, random: Random, depth = 0): number[] {
  const inner = (type: SiLookupTypeId) => randomBytes(lookup, type, random, depth + 1);
  const { def } = lookup.getSiType(id);
  if (def.isPrimitive) return randomPrimitive(def.asPrimitive.type.toLowerCase(), random);
  if (def.isCompact) return randomCompact(lookup, def.asCompact.type, random);
  if (def.isSequence) {
    const n = depth > DEEPEST ? 0 : random(4) === 0 ? 70 : random(4);
    return [...compactToU8a(n), ...times(n, () => inner(def.asSequence.type))];
  }
  if (def.isArray) return times(def.asArray.len.toNumber(), () => inner(def.asArray.type));
  if (def.isTuple) return def.asTuple.flatMap(inner);
  if (def.isComposite) return def.asComposite.fields.flatMap(field => inner(field.type));
  if (def.isVariant) {
    const { variants } = def.asVariant;
    if (variants.length === 0) return [];
    const flat = variants.filter(({ fields }) => fields.length === 0);
    const from = depth > DEEPEST && flat.length > 0 ? flat : variants;
    const chosen = from[random(from.length)]!;
    return [chosen.index.toNumber(), ...chosen.fields.flatMap(field => inner(field.type))];
  }
  const bits = random(20);
  return [...compactToU8a(bits), ...times(Math.ceil(bits / 8), () => [random(256)])];
}

function times(n: number, make: () => readonly number[]): number[] {
  return Array.from({ length: n }, make).flat();
}

function randomPrimitive(type: string, random: Random): number[] {
  if (type === 'bool') return [random(2)];
  if (type === 'str') {
    const text = [...new TextEncoder().encode(['', 'τ', 'subnet', 'x'.repeat(80)][random(4)])];
    return [...compactToU8a(text.length), ...text];
  }
  if (type === 'char') return [0x41 + random(26), 0, 0, 0];
  const bytes = Number(type.slice(1)) / 8;
  const kind = random(4);
  return times(bytes, () => [kind === 0 ? 0 : kind === 1 ? 255 : random(256)]);
}

function randomCompact(lookup: Lookup, id: SiLookupTypeId, random: Random): number[] {
  let { def } = lookup.getSiType(id);
  while (def.isComposite) def = lookup.getSiType(def.asComposite.fields[0]!.type).def;
  if (!def.isPrimitive) return [];
  const bits = Number(def.asPrimitive.type.toString().slice(1));
  const used = random(bits + 1);
  const value = used === 0 ? 0n : (1n << BigInt(used - 1)) | (BigInt(random(2 ** 30)) % (1n << BigInt(used - 1)));
  return [...compactToU8a(value)];
}

/** Where a value of ours departs from @polkadot/types's, in words; undefined when they are the same. */
export function difference(lookup: Lookup, id: SiLookupTypeId, theirs: Codec, ours: unknown): string | undefined {
  try {
    compare(lookup, lookup.getSiType(id).def, theirs, ours, '');
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function compare(lookup: Lookup, def: Definition, theirs: Codec, ours: unknown, path: string): undefined {
  const inner = (id: SiLookupTypeId, codec: Codec, value: unknown, step: string) =>
    compare(lookup, lookup.getSiType(id).def, codec, value, `${path}${step}`);
  const same = (a: unknown, b: unknown) => {
    if (a !== b) throw new Error(`${path || 'value'}: ${String(b)} is not ${String(a)}`);
    return undefined;
  };
  if (def.isPrimitive) return comparePrimitive(def.asPrimitive.type.toLowerCase(), theirs, ours, same);
  if (def.isCompact) {
    const number = theirs instanceof Compact ? theirs.unwrap() : theirs;
    return same(BigInt(number.toString()), BigInt(ours as number));
  }
  if (def.isTuple || def.isComposite) {
    const fields = def.isTuple
      ? def.asTuple.map(type => ({ name: undefined as string | undefined, type }))
      : def.asComposite.fields.map(field => ({ name: field.name.unwrapOr(undefined)?.toString(), type: field.type }));
    return compareFields(fields, theirs, ours, inner, same);
  }
  if (def.isSequence || def.isArray) {
    const type = def.isSequence ? def.asSequence.type : def.asArray.type;
    if (ours instanceof Uint8Array && isByte(lookup, type)) {
      const bytes = theirs.toU8a(true);
      // Text and keys of older libraries come with nothing around them; a list gives its bytes one by one.
      return same(Buffer.from(bytes).toString('hex'), Buffer.from(ours).toString('hex'));
    }
    const list = elementsOf(theirs);
    const values = Array.from(ours as Iterable<unknown>);
    same(list.length, values.length);
    // The library puts the entries of a map into the order of their keys.
    if (theirs instanceof BTreeMap) {
      for (const codec of list) {
        const fits = values.some(value => isSame(() => inner(type, codec, value, '')));
        if (!fits) throw new Error(`${path}: no entry is ${JSON.stringify(codec)}`);
      }
      return undefined;
    }
    for (const [i, codec] of list.entries()) inner(type, codec, values[i], `[${i}]`);
    return undefined;
  }
  if (def.isVariant) return compareVariant(def, theirs, ours, inner, same);
  throw new Error(`${path}: ${def.type} is not compared`);
}

function isSame(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

type Inner = (id: SiLookupTypeId, codec: Codec, value: unknown, step: string) => undefined;
type Same = (a: unknown, b: unknown) => undefined;
type FieldOf = { readonly name: string | undefined; readonly type: SiLookupTypeId };

function comparePrimitive(type: string, theirs: Codec, ours: unknown, same: Same): undefined {
  if (type === 'bool') return same(theirs.toPrimitive(), ours);
  if (type === 'str') return same(theirs.toString(), ours);
  same(BigInt(theirs.toString()), BigInt(ours as number));
}

function compareFields(fields: readonly FieldOf[], theirs: Codec, ours: unknown, inner: Inner, same: Same): undefined {
  if (fields.length === 0) return same(0, theirs.encodedLength);
  // Ours has no wrappers; theirs has some, where a field has a name.
  if (fields.length === 1) {
    const isWrapper = theirs instanceof Struct || (theirs instanceof Tuple && theirs.length === 1);
    const codec = isWrapper ? (theirs instanceof Struct ? [...theirs.values()][0]! : theirs[0]!) : theirs;
    return inner(fields[0]!.type, codec, ours, fields[0]!.name ? `.${fields[0]!.name}` : '');
  }
  const codecs = partsOf(theirs);
  if (!codecs) throw new Error(`a ${theirs.toRawType()} is not compared`);
  same(fields.length, codecs.length);
  fields.forEach(({ name, type }, i) => {
    const value = name === undefined ? (ours as unknown[])[i] : (ours as Record<string, unknown>)[name];
    inner(type, codecs[i] as Codec, value, `.${name ?? i}`);
  });
  return undefined;
}

function compareVariant(def: Definition, theirs: Codec, ours: unknown, inner: Inner, same: Same): undefined {
  const { variants } = def.asVariant;
  if (theirs instanceof Option) {
    if (theirs.isNone) return same(undefined, ours);
    return inner(variants[1]!.fields[0]!.type, theirs.unwrap() as Codec, ours, '?');
  }
  if (!(theirs instanceof Enum)) throw new Error(`a ${theirs.toRawType()} is not compared`);
  const { name, value } = ours as { name: string; value: unknown };
  const variant = variants[theirs.index] ?? variants.find(({ index }) => index.eq(theirs.index));
  const chosen = variants.find(({ index }) => index.eq(theirs.index)) ?? variant!;
  same(chosen.name.toString(), name);
  const fields = chosen.fields.map(field => ({ name: field.name.unwrapOr(undefined)?.toString(), type: field.type }));
  return fields.length > 0 ? compareFields(fields, theirs.inner as Codec, value, inner, same) : undefined;
}

/** Of a struct, a tuple, or an entry of a map. */
function partsOf(theirs: Codec): readonly unknown[] | undefined {
  if (theirs instanceof Struct) return [...theirs.values()];
  return theirs instanceof Tuple || Array.isArray(theirs) ? [...(theirs as Iterable<unknown>)] : undefined;
}

function elementsOf(theirs: Codec): readonly Codec[] {
  if (theirs instanceof BTreeMap) return [...theirs.entries()] as unknown as Codec[];
  if (theirs instanceof BTreeSet) return [...theirs] as unknown as Codec[];
  return [...(theirs as unknown as Iterable<Codec>)];
}

function isByte(lookup: Lookup, id: SiLookupTypeId): boolean {
  const { def } = lookup.getSiType(id);
  return def.isPrimitive && def.asPrimitive.type.toLowerCase() === 'u8';
}
