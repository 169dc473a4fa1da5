import type { ApiPromise } from '@polkadot/api';
import type { SiField, SiLookupTypeId, SiVariant } from '@polkadot/types/interfaces';
import { encodeAddress, formatIp, fromHex, toHex } from '../../base/browser.js';
import { type Input, malformed } from '../../base/scale.js';
import { decodeAll } from '../metadata/scale/decode-all.js';
import { showBytes, showList } from './show-text.js';
import { type Place, showNumber } from './show-units.js';

/** An argument of a call as it was read from the call's bytes. */
export interface ShownArgument {
  readonly name: string;
  /** The metadata's: `u64`, `Vec<u16>`, `MultiAddress`. */
  readonly type: string;
  /** For people: amounts in TAO or alpha, addresses, long lists cut short with their length. */
  readonly value: string;
  /** All of it as plain data: integers beyond 2^53 as text, bytes as `0x...`. */
  readonly raw: unknown;
  /** Calls within this argument, as in `Utility.batch`. */
  readonly calls?: readonly ShownCall[];
}

export interface ShownCall {
  /** `SubtensorModule.add_stake`. */
  readonly call: string;
  readonly args: readonly ShownArgument[];
}

/** A value in both forms, and the calls that it holds. */
interface Shown {
  readonly text: string;
  readonly raw: unknown;
  readonly calls?: readonly ShownCall[];
}

/**
 * What a call's bytes say, read by the chain's metadata and by nothing else: what this shows is what is signed. Error
 * `unsupported` when they are no call of this chain, or something follows them.
 */
export function showCall(api: ApiPromise, callHex: string): ShownCall {
  const reader = new Reader(api);
  return decodeAll('the call', fromHex(callHex), input => reader.call(input));
}

class Reader {
  private readonly lookup: ApiPromise['registry']['lookup'];
  private readonly pallets: ApiPromise['registry']['metadata']['pallets'];
  /** The types of pallets' calls. */
  private readonly callTypes: ReadonlySet<number>;

  constructor(api: ApiPromise) {
    this.lookup = api.registry.lookup;
    this.pallets = api.registry.metadata.pallets;
    this.callTypes = new Set(
      [...this.pallets].flatMap(({ calls }) => (calls.isSome ? [Number(calls.unwrap().type)] : [])),
    );
  }

  call(input: Input): ShownCall {
    const number = input.u8();
    const pallet = [...this.pallets].find(({ index }) => index.toNumber() === number);
    if (!pallet?.calls.isSome) throw malformed(`there is no pallet ${number} with calls`);
    const index = input.u8();
    const variants = this.lookup.getSiType(pallet.calls.unwrap().type).def.asVariant.variants;
    const variant = variants.find(entry => entry.index.toNumber() === index);
    if (!variant) throw malformed(`${pallet.name.toString()} has no call ${index}`);
    return this.variant(input, pallet.name.toString(), variant);
  }

  private variant(input: Input, pallet: string, { name, fields }: SiVariant): ShownCall {
    const call = name.toString();
    const siblings = fields.map(nameOf);
    const args = fields.map((field): ShownArgument => {
      const place = { pallet, call, name: nameOf(field), typeName: typeNameOf(field), siblings };
      const { text, raw, calls } = this.value(input, field.type, place);
      const shown = { name: place.name, type: this.typeOf(field), value: text, raw };
      return calls && calls.length > 0 ? { ...shown, calls } : shown;
    });
    return { call: `${pallet}.${call}`, args: withAddresses(args) };
  }

  private value(input: Input, id: SiLookupTypeId, place: Place): Shown {
    const { def, path } = this.lookup.getSiType(id);
    const name = path.length === 0 ? '' : path[path.length - 1]!.toString();
    // Four numbers of 64 bits that mean one.
    if (name === 'U256') return numberOf(input.bigInt(32, false), 32, { ...place, typeName: name });
    if (name === 'AccountId32') return plain(encodeAddress(input.take(32)));
    if (this.isCall(id)) {
      const inner = input.nested(() => this.call(input));
      return { text: inner.call, raw: rawCall(inner), calls: [inner] };
    }
    if (def.isPrimitive) return primitive(input, def.asPrimitive.type.toLowerCase(), place);
    if (def.isCompact) return this.compact(input, def.asCompact.type, place);
    if (def.isSequence) return this.list(input, def.asSequence.type, place);
    if (def.isArray) return this.elements(input, def.asArray.type, def.asArray.len.toNumber(), place);
    if (def.isTuple)
      return joined(
        def.asTuple.map(type => this.value(input, type, place)),
        '(',
        ')',
      );
    if (def.isComposite)
      return this.composite(input, [...def.asComposite.fields], { ...place, typeName: name || place.typeName });
    if (def.isVariant) return this.choice(input, [...def.asVariant.variants], name, place);
    if (def.isBitSequence) {
      const bits = input.compact();
      return plain(
        toHex(
          input.take(
            Math.ceil(bits / 8 / this.widthOf(def.asBitSequence.bitStoreType)) *
              this.widthOf(def.asBitSequence.bitStoreType),
          ),
        ),
      );
    }
    throw malformed(`a type of the kind ${def.type} cannot be shown`);
  }

  private compact(input: Input, of: SiLookupTypeId, place: Place): Shown {
    const width = this.widthOf(of);
    // `Compact<()>` takes no bytes.
    if (width === 0) return plain('');
    const value = input.compactBig();
    if (value >> BigInt(8 * width) !== 0n) throw malformed(`${value} is no number of ${8 * width} bits`);
    return numberOf(value, width, this.inside(of, place));
  }

  private list(input: Input, of: SiLookupTypeId, place: Place): Shown {
    if (this.isByte(of)) return bytes(input.take(input.length(1)));
    return this.elements(input, of, input.length(1), place);
  }

  private elements(input: Input, of: SiLookupTypeId, length: number, place: Place): Shown {
    if (this.isByte(of))
      return length === 32 || length === 20 ? plain(toHex(input.take(length))) : bytes(input.take(length));
    const items = Array.from({ length }, () => input.nested(() => this.value(input, of, place)));
    const calls = items.flatMap(item => item.calls ?? []);
    const raw = items.map(item => item.raw);
    if (calls.length > 0) return { text: `${calls.length} calls`, raw, calls };
    return { text: showList(items.map(item => item.text)), raw };
  }

  private composite(input: Input, fields: readonly SiField[], place: Place): Shown {
    // A new name for one value is that value.
    if (fields.length === 1) {
      const [field] = fields;
      const inner = this.value(input, field!.type, { ...place, typeName: place.typeName || typeNameOf(field!) });
      const name = nameOf(field!);
      return name === '' ? inner : { ...inner, raw: { [name]: inner.raw } };
    }
    if (fields.length === 0) return plain('');
    if (fields.some(field => field.name.isNone)) {
      return joined(
        fields.map(field => this.value(input, field.type, place)),
        '(',
        ')',
      );
    }
    const entries = fields.map(field => {
      const inner = { ...place, name: nameOf(field), typeName: typeNameOf(field) };
      return [nameOf(field), this.value(input, field.type, inner)] as const;
    });
    return {
      text: `{ ${entries.map(([key, { text }]) => `${key}: ${text}`).join(', ')} }`,
      raw: Object.fromEntries(entries.map(([key, { raw }]) => [key, raw])),
      calls: entries.flatMap(([, { calls }]) => calls ?? []),
    };
  }

  private choice(input: Input, variants: readonly SiVariant[], type: string, place: Place): Shown {
    const index = input.u8();
    const variant = variants.find(entry => entry.index.toNumber() === index);
    if (!variant) throw malformed(`${place.name} has no variant ${index}`);
    const name = variant.name.toString();
    const fields = [...variant.fields];
    if (type === 'Option') {
      return name === 'None' ? { text: 'none', raw: null } : this.value(input, fields[0]!.type, place);
    }
    if (fields.length === 0) return plain(name);
    const inner = input.nested(() => this.composite(input, fields, { ...place, typeName: '' }));
    // The usual kind of address needs no word.
    if (type === 'MultiAddress' && name === 'Id') return inner;
    return {
      text: `${name}(${inner.text})`,
      raw: { [name]: inner.raw },
      ...(inner.calls ? { calls: inner.calls } : {}),
    };
  }

  private isCall(id: SiLookupTypeId): boolean {
    const { def } = this.lookup.getSiType(id);
    if (!def.isVariant) return false;
    const { variants } = def.asVariant;
    return (
      variants.length > 0 &&
      variants.every(({ fields }) => fields.length === 1 && this.callTypes.has(Number(fields[0]!.type)))
    );
  }

  private isByte(id: SiLookupTypeId): boolean {
    const { def } = this.lookup.getSiType(id);
    return def.isPrimitive && def.asPrimitive.type.toLowerCase() === 'u8';
  }

  /** What a compact number's own type is called, where it has a name. */
  private inside(id: SiLookupTypeId, place: Place): Place {
    const { path } = this.lookup.getSiType(id);
    return path.length === 0 ? place : { ...place, typeName: path[path.length - 1]!.toString() };
  }

  /** Bytes of an integer type, also of one with a new name. */
  private widthOf(id: SiLookupTypeId): number {
    const { def } = this.lookup.getSiType(id);
    if (def.isPrimitive) return Number(/\d+$/.exec(def.asPrimitive.type)?.[0] ?? 8) / 8;
    if (def.isComposite && def.asComposite.fields.length === 1) return this.widthOf(def.asComposite.fields[0]!.type);
    return 0;
  }

  /** The name of a type as short as the metadata allows. */
  private typeOf(field: SiField): string {
    const written = typeNameOf(field);
    if (written !== '' && !/T::|<T|::|Box|Lookup/.test(written)) return written;
    const { path } = this.lookup.getSiType(field.type);
    if (path.length > 0) return path[path.length - 1]!.toString();
    const { type } = this.lookup.getTypeDef(field.type);
    return type.startsWith('{') ? written : type;
  }
}

const nameOf = (field: SiField) => (field.name.isSome ? field.name.unwrap().toString() : '');
const typeNameOf = (field: SiField) => (field.typeName.isSome ? field.typeName.unwrap().toString() : '');

function plain(text: string): Shown {
  return { text, raw: text };
}

function bytes(value: Uint8Array): Shown {
  return { text: showBytes(value), raw: toHex(value) };
}

function numberOf(value: bigint, width: number, place: Place): Shown {
  const raw =
    value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER)
      ? Number(value)
      : String(value);
  return { text: showNumber(value, width, place), raw };
}

function primitive(input: Input, type: string, place: Place): Shown {
  if (type === 'bool') {
    const value = input.bool();
    return { text: value ? 'yes' : 'no', raw: value };
  }
  if (type === 'str') return bytes(input.take(input.length(1)));
  const width = type === 'char' ? 4 : Number(/\d+$/.exec(type)?.[0]) / 8;
  return numberOf(input.bigInt(width, type.startsWith('i')), width, place);
}

function joined(items: readonly Shown[], open: string, close: string): Shown {
  return {
    text: `${open}${items.map(item => item.text).join(', ')}${close}`,
    raw: items.map(item => item.raw),
    calls: items.flatMap(item => item.calls ?? []),
  };
}

function rawCall({ call, args }: ShownCall): unknown {
  return { call, args: Object.fromEntries(args.map(({ name, raw }) => [name, raw])) };
}

/** An axon's address is a number whose kind another argument tells. */
function withAddresses(args: readonly ShownArgument[]): readonly ShownArgument[] {
  const type = args.find(({ name }) => name === 'ip_type')?.raw;
  if (type !== 4 && type !== 6) return args;
  return args.map(arg => {
    const value = arg.name === 'ip' ? BigInt(String(arg.raw)) : undefined;
    if (value === undefined || (type === 4 && value >> 32n !== 0n)) return arg;
    return { ...arg, value: formatIp({ value, type }) };
  });
}
