import { Metadata, TypeRegistry } from '@polkadot/types';
import { concat, fromHex } from '../../src/base/index.js';

export interface FieldJson {
  name: string | null;
  type: number;
  typeName: string | null;
  docs: string[];
}

export interface VariantJson {
  name: string;
  fields: FieldJson[];
  index: number;
  docs: string[];
}

interface StorageJson {
  name: string;
  modifier: 'Default' | 'Optional';
  type: { plain: number } | { map: { hashers: string[]; key: number; value: number } };
  fallback: string;
  docs: string[];
}

interface MethodJson {
  name: string;
  inputs: { name: string; type: number }[];
  output: number;
  docs: string[];
}

interface PalletJson {
  name: string;
  storage: { prefix: string; items: StorageJson[] } | null;
  calls: { type: number } | null;
  constants: { name: string; type: number; value: string; docs: string[] }[];
  index: number;
}

export interface MetadataJson {
  lookup: { types: { id: number; type: { path: string[]; params: unknown[]; def: unknown; docs: string[] } }[] };
  pallets: PalletJson[];
  extrinsic: Record<string, unknown> & {
    version: number;
    extraType: number;
    signedExtensions: { identifier: string; type: number; additionalSigned: number }[];
  };
  type: number;
  apis: { name: string; methods: MethodJson[]; docs: string[] }[];
}

const MAGIC = fromHex('0x6d657461');

/** A runtime's metadata as it might be in another version: decoded, changed, and encoded again. */
export class EditedMetadata {
  readonly json: MetadataJson;
  private readonly registry = new TypeRegistry();

  /** `bytes`: metadata version 15 with its magic. */
  constructor(bytes: Uint8Array) {
    this.json = new Metadata(this.registry, bytes).asV15.toJSON() as unknown as MetadataJson;
  }

  /** Adds a type: `{ composite: ... }`, `{ primitive: 'U16' }`, ... */
  add(def: unknown, path: readonly string[] = []): number {
    const { types } = this.json.lookup;
    const id = types.length;
    types.push({ id, type: { path: [...path], params: [], def, docs: [] } });
    return id;
  }

  primitive(name: string): number {
    const found = this.json.lookup.types.find(
      ({ type }) => (type.def as { primitive?: string }).primitive?.toLowerCase() === name,
    );
    return found?.id ?? this.add({ primitive: name.toUpperCase() });
  }

  compact(of: number): number {
    return this.add({ compact: { type: of } });
  }

  sequence(of: number): number {
    return this.add({ sequence: { type: of } });
  }

  /** A struct around one value without a name, as `NetUid(u16)`. */
  newtype(name: string, of: number): number {
    return this.add({ composite: { fields: [field(null, of)] } }, ['subtensor_runtime_common', name]);
  }

  /** The fields of the struct whose path ends in `name`. */
  struct(name: string): FieldJson[] {
    const found = this.json.lookup.types.find(({ type }) => type.path.at(-1) === name && fieldsOf(type.def));
    if (!found) throw new Error(`no struct ${name}`);
    return fieldsOf(found.type.def)!;
  }

  pallet(name: string): PalletJson {
    const pallet = this.json.pallets.find(entry => entry.name === name);
    if (!pallet) throw new Error(`no pallet ${name}`);
    return pallet;
  }

  calls(pallet: string): VariantJson[] {
    const { def } = this.json.lookup.types[this.pallet(pallet).calls!.type]!.type;
    return (def as { variant: { variants: VariantJson[] } }).variant.variants;
  }

  call(path: string): VariantJson {
    const [pallet = '', name] = path.split('.');
    const call = this.calls(pallet).find(entry => entry.name === name);
    if (!call) throw new Error(`no call ${path}`);
    return call;
  }

  removeCall(path: string): void {
    const [pallet = ''] = path.split('.');
    const calls = this.calls(pallet);
    calls.splice(calls.indexOf(this.call(path)), 1);
  }

  storage(path: string): StorageJson {
    const [pallet = '', name] = path.split('.');
    const item = this.pallet(pallet).storage?.items.find(entry => entry.name === name);
    if (!item) throw new Error(`no storage ${path}`);
    return item;
  }

  removeStorage(path: string): void {
    const { items } = this.pallet(path.split('.')[0]!).storage!;
    items.splice(items.indexOf(this.storage(path)), 1);
  }

  method(path: string): MethodJson {
    const [trait, name] = path.split('.');
    const method = this.json.apis.find(api => api.name === trait)?.methods.find(entry => entry.name === name);
    if (!method) throw new Error(`no runtime API ${path}`);
    return method;
  }

  removeMethod(path: string): void {
    const { methods } = this.json.apis.find(api => api.name === path.split('.')[0])!;
    methods.splice(methods.indexOf(this.method(path)), 1);
  }

  /** Uses `to` wherever a field, key, value, argument or answer is of type `from`. */
  replaceType(from: number, to: number): void {
    const swap = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(swap);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value).map(([name, inner]) => {
          const isReference = ['type', 'key', 'value', 'output', 'plain'].includes(name) && inner === from;
          return [name, isReference ? to : name === 'tuple' ? swapAll(inner, from, to) : swap(inner)];
        }),
      );
    };
    const own = this.json.lookup.types[to];
    this.json.lookup.types.splice(0, Infinity, ...(swap(this.json.lookup.types) as typeof this.json.lookup.types));
    if (own) this.json.lookup.types[to] = own;
    this.json.pallets.splice(0, Infinity, ...(swap(this.json.pallets) as PalletJson[]));
    this.json.apis.splice(0, Infinity, ...(swap(this.json.apis) as MetadataJson['apis']));
  }

  bytes(): Uint8Array {
    return concat(MAGIC, Uint8Array.of(15), this.registry.createTypeUnsafe('MetadataV15', [this.json]).toU8a());
  }

  /** The same without the runtime APIs, as nodes gave it before version 15. */
  bytesV14(): Uint8Array {
    const { lookup, pallets, type, extrinsic } = this.json;
    const old = { ...extrinsic, type: this.add({ primitive: 'U8' }) };
    const json = { lookup, pallets, type, extrinsic: old };
    return concat(MAGIC, Uint8Array.of(14), this.registry.createTypeUnsafe('MetadataV14', [json]).toU8a());
  }
}

export function field(name: string | null, type: number): FieldJson {
  return { name, type, typeName: null, docs: [] };
}

function fieldsOf(def: unknown): FieldJson[] | undefined {
  return (def as { composite?: { fields: FieldJson[] } }).composite?.fields;
}

function swapAll(inner: unknown, from: number, to: number): unknown {
  return Array.isArray(inner) ? inner.map(id => (id === from ? to : (id as unknown))) : inner;
}
