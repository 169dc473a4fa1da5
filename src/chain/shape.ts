import type { SiLookupTypeId } from '@polkadot/types/interfaces';
import type { Registry } from '@polkadot/types/types';

/**
 * A type with everything that leaves no trace in its bytes taken away: new names for an integer, wrappers of one
 * field. `(...)` is a tuple or struct (fields with their names), `C<..>` compact.
 */
export function typeShape(lookup: Registry['lookup'], id: SiLookupTypeId, depth = 0): string {
  if (depth > 12) return '...';
  const inner = (type: SiLookupTypeId) => typeShape(lookup, type, depth + 1);
  const { def } = lookup.getSiType(id);
  if (def.isPrimitive) return def.asPrimitive.type.toLowerCase();
  if (def.isCompact) return `C<${inner(def.asCompact.type)}>`;
  if (def.isSequence) return `Vec<${inner(def.asSequence.type)}>`;
  if (def.isArray) return `[${inner(def.asArray.type)};${def.asArray.len}]`;
  if (def.isTuple) return def.asTuple.length === 1 ? inner(def.asTuple[0]!) : `(${def.asTuple.map(inner).join(',')})`;
  if (def.isComposite) {
    const parts = def.asComposite.fields.map(field => ({
      name: field.name.unwrapOr(undefined)?.toString(),
      type: inner(field.type),
    }));
    if (parts.length === 1) return parts[0]!.type;
    return `(${parts.map(({ name, type }) => (name ? `${name}:${type}` : type)).join(',')})`;
  }
  if (def.isVariant) {
    const variants = def.asVariant.variants.map(
      ({ name, index, fields }) => `${index}${name}(${fields.map(f => inner(f.type)).join(',')})`,
    );
    return `<${variants.join('|')}>`;
  }
  return def.type;
}
