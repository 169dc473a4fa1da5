import type { Codec } from './scale/values.js';

/** A type in a few words: `u16`, `AccountId32`, `Vec<(u16, u16)>`. */
export function typeName(codec: Codec, id: number, depth = 0): string {
  if (depth > 4) return '…';
  const { def, path, params } = codec.typeOf(id);
  const inner = (type: number) => typeName(codec, type, depth + 1);
  const last = path.at(-1);
  if (last !== undefined) {
    const known = params.filter(param => param !== undefined);
    return known.length > 0 && last === 'Option' ? `Option<${known.map(inner).join(', ')}>` : last;
  }
  switch (def.kind) {
    case 'primitive':
      return def.name;
    case 'sequence':
      return `Vec<${inner(def.of)}>`;
    case 'array':
      return `[${inner(def.of)}; ${def.length}]`;
    case 'tuple':
      return `(${def.of.map(inner).join(', ')})`;
    case 'compact':
      return `Compact<${inner(def.of)}>`;
    case 'bits':
      return 'BitVec';
    case 'composite':
      return `{${def.fields.map(({ name, type }) => `${name ?? ''}: ${inner(type)}`).join(', ')}}`;
    case 'variant':
      return def.variants.map(({ name }) => name).join(' | ');
  }
}
