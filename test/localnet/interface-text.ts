import type { PortableRegistry } from '@polkadot/types';
import { Metadata, TypeRegistry } from '@polkadot/types';
import type { Si1Field, SiLookupTypeId } from '@polkadot/types/interfaces';

/**
 * A runtime's interface as lines of text, one for each call, storage item, runtime API and answer type, and one for all
 * events, errors and constants of a pallet. Read by @polkadot/types from metadata version 15.
 */
export function interfaceText(metadata: Uint8Array, pallets: readonly string[]): string[] {
  const registry = new TypeRegistry();
  const { lookup, pallets: all, apis } = new Metadata(registry, metadata).asV15;
  const types = new TypeNames(lookup);
  const lines: string[] = [];
  for (const api of apis) {
    for (const method of api.methods) {
      const inputs = method.inputs.map(input => `${input.name}: ${types.name(input.type)}`).join(', ');
      lines.push(`api ${api.name}.${method.name}(${inputs}) -> ${types.name(method.output)}`);
    }
  }
  for (const pallet of all.filter(({ name }) => pallets.includes(name.toString()))) {
    const name = pallet.name.toString();
    for (const item of pallet.storage.unwrapOrDefault().items) {
      const isMap = item.type.isMap;
      const value = types.name(isMap ? item.type.asMap.value : item.type.asPlain);
      const key = isMap
        ? ` [${item.type.asMap.hashers.map(String).join('+')}] ${types.name(item.type.asMap.key)} =>`
        : ' =';
      lines.push(`storage ${name}.${item.name} ${item.modifier}${key} ${value} default ${item.fallback.toHex()}`);
    }
    const variants = (type: SiLookupTypeId) => [...lookup.getSiType(type).def.asVariant.variants];
    if (pallet.calls.isSome) {
      for (const call of variants(pallet.calls.unwrap().type)) {
        const fields = call.fields.map(field => `${field.name.unwrap()}: ${types.name(field.type)}`).join(', ');
        lines.push(`call ${name}[${pallet.index}].${call.name}@${call.index}(${fields})`);
      }
    }
    if (pallet.events.isSome) {
      const list = variants(pallet.events.unwrap().type).map(event => {
        const fields = event.fields.map(field => types.name(field.type)).join(',');
        return `${event.name}@${event.index}${event.fields.length > 0 ? `(${fields})` : ''}`;
      });
      lines.push(`ev ${name} ${list.join(' ')}`);
    }
    if (pallet.errors.isSome) {
      const list = variants(pallet.errors.unwrap().type).map(error => `${error.name}@${error.index}`);
      lines.push(`err ${name} ${list.join(' ')}`);
    }
    const constants = pallet.constants.map(one => `${one.name}:${types.name(one.type)}=${one.value.toHex()}`);
    lines.push(`consts ${name} ${constants.join(' ')}`);
  }
  for (const [name, text] of types.structures) lines.push(`type ${name} = ${text}`);
  return lines;
}

class TypeNames {
  readonly structures = new Map<string, string>();
  readonly #lookup: PortableRegistry;

  constructor(lookup: PortableRegistry) {
    this.#lookup = lookup;
  }

  name(id: SiLookupTypeId): string {
    const { def, path, params } = this.#lookup.getSiType(id);
    const last = path.at(-1)?.toString() ?? '';
    const parameter = (at: number) => this.name(params[at]!.type.unwrap());
    switch (def.type) {
      case 'Primitive':
        return def.asPrimitive.toString().toLowerCase();
      case 'Compact':
        return `Compact<${this.name(def.asCompact.type)}>`;
      case 'Sequence':
        return `Vec<${this.name(def.asSequence.type)}>`;
      case 'Array':
        return `[${this.name(def.asArray.type)};${def.asArray.len}]`;
      case 'Tuple':
        return `(${def.asTuple.map(one => this.name(one)).join(',')})`;
      case 'Composite':
        return this.#composite(last, [...def.asComposite.fields]);
      case 'Variant':
        if (last === 'Option') return `Option<${parameter(0)}>`;
        if (last === 'Result') return `Result<${parameter(0)},..>`;
        return last;
      default:
        return last;
    }
  }

  #composite(name: string, fields: readonly Si1Field[]): string {
    if (/^(AccountId32|H\d+)$/.test(name)) return name;
    const first = fields[0];
    if (fields.length === 1 && first!.name.isNone) return `${name}=${this.name(first!.type)}`;
    if (fields.length === 1 && first!.name.unwrap().eq('bits')) return `${name}{bits:${this.name(first!.type)}}`;
    if (!this.structures.has(name)) {
      this.structures.set(name, '');
      const parts = fields.map(field => `${field.name.unwrapOr('')}: ${this.name(field.type)}`);
      this.structures.set(name, `{${parts.join(', ')}}`);
    }
    return name;
  }
}
