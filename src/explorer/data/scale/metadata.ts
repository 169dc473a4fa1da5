import { BittensorError } from '../../../base/browser.js';
import { Input, malformed } from '../../../base/scale.js';

/*
 * A runtime's metadata, versions 14 and 15. Source: the crates frame-metadata and scale-info.
 */
export interface Field {
  readonly name: string | undefined;
  readonly type: number;
  readonly typeName: string | undefined;
}

export interface Variant {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly index: number;
  readonly docs: readonly string[];
}

export type TypeDef =
  | { readonly kind: 'composite'; readonly fields: readonly Field[] }
  | { readonly kind: 'variant'; readonly variants: readonly Variant[] }
  | { readonly kind: 'sequence'; readonly of: number }
  | { readonly kind: 'array'; readonly of: number; readonly length: number }
  | { readonly kind: 'tuple'; readonly of: readonly number[] }
  | { readonly kind: 'primitive'; readonly name: Primitive }
  | { readonly kind: 'compact'; readonly of: number }
  | { readonly kind: 'bits'; readonly store: number };

const PRIMITIVES = [
  'bool',
  'char',
  'str',
  'u8',
  'u16',
  'u32',
  'u64',
  'u128',
  'u256',
  'i8',
  'i16',
  'i32',
  'i64',
  'i128',
  'i256',
] as const;
export type Primitive = (typeof PRIMITIVES)[number];

export interface Type {
  readonly path: readonly string[];
  readonly params: readonly (number | undefined)[];
  readonly def: TypeDef;
}

const HASHERS = [
  'Blake2_128',
  'Blake2_256',
  'Blake2_128Concat',
  'Twox128',
  'Twox256',
  'Twox64Concat',
  'Identity',
] as const;
export type Hasher = (typeof HASHERS)[number];

export interface StorageItem {
  readonly name: string;
  readonly hashers: readonly Hasher[];
  /** Of each key. */
  readonly keys: readonly number[];
  readonly value: number;
  /** The value's bytes where nothing is stored. */
  readonly fallback: Uint8Array;
  readonly isOptional: boolean;
  readonly docs: readonly string[];
}

export interface Constant {
  readonly name: string;
  readonly type: number;
  readonly value: Uint8Array;
  readonly docs: readonly string[];
}

export interface Pallet {
  readonly name: string;
  readonly index: number;
  readonly prefix: string | undefined;
  readonly storage: readonly StorageItem[];
  readonly calls: number | undefined;
  readonly events: number | undefined;
  readonly errors: number | undefined;
  readonly constants: readonly Constant[];
}

export interface ApiMethod {
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly type: number }[];
  readonly output: number;
}

export interface Metadata {
  readonly types: ReadonlyMap<number, Type>;
  readonly pallets: readonly Pallet[];
  /** Of an extrinsic. */
  readonly address: number;
  readonly call: number;
  readonly signature: number;
  /** What goes with a signature: nonce, tip, era, ... */
  readonly extensions: readonly { readonly name: string; readonly type: number }[];
  /** `Pallet.method` of the runtime APIs; none in version 14. */
  readonly apis: ReadonlyMap<string, ApiMethod>;
}

const MAGIC = 0x6174656d;

/** Error `unsupported` for another version, or for bytes that are no metadata. */
export function readMetadata(bytes: Uint8Array): Metadata {
  const input = new Input(bytes);
  if (input.u32() !== MAGIC) throw new BittensorError('unsupported', 'this is no metadata: its magic number differs');
  const version = input.u8();
  if (version !== 14 && version !== 15) {
    throw new BittensorError('unsupported', `metadata of version ${version}; 14 and 15 are understood`);
  }
  return new Reader(input, version).metadata();
}

class Reader {
  constructor(
    private readonly input: Input,
    private readonly version: 14 | 15,
  ) {}

  metadata(): Metadata {
    const { input } = this;
    const types = new Map(input.list(() => [this.id(), this.type()] as const));
    const pallets = input.list(() => this.pallet(types));
    const ids = this.version === 15 ? this.extrinsic15() : this.extrinsic14(types);
    this.id();
    const apis = this.version === 15 ? this.apis() : new Map<string, ApiMethod>();
    if (this.version === 15) this.passRest();
    if (input.left > 0) throw malformed(`${input.left} bytes follow after the metadata`);
    return { types, pallets, ...ids, apis };
  }

  private readonly id = () => this.input.compact();
  private readonly text = () => this.input.text();
  private readonly texts = () => this.input.list(this.text);

  private type(): Type {
    const { input } = this;
    const path = this.texts();
    const params = input.list(() => {
      this.text();
      return input.option(this.id);
    });
    const def = this.def();
    this.texts();
    return { path, params, def };
  }

  private def(): TypeDef {
    const { input } = this;
    const kind = input.u8();
    switch (kind) {
      case 0:
        return { kind: 'composite', fields: this.fields() };
      case 1:
        return { kind: 'variant', variants: input.list(() => this.variant()) };
      case 2:
        return { kind: 'sequence', of: this.id() };
      case 3: {
        const length = input.u32();
        return { kind: 'array', length, of: this.id() };
      }
      case 4:
        return { kind: 'tuple', of: input.list(this.id) };
      case 5:
        return { kind: 'primitive', name: PRIMITIVES[input.u8()] ?? 'u8' };
      case 6:
        return { kind: 'compact', of: this.id() };
      case 7: {
        const store = this.id();
        this.id();
        return { kind: 'bits', store };
      }
      default:
        throw new BittensorError('unsupported', `metadata with types of kind ${kind}`);
    }
  }

  private fields(): Field[] {
    const { input } = this;
    return input.list(() => {
      const name = input.option(this.text);
      const type = this.id();
      const typeName = input.option(this.text);
      this.texts();
      return { name, type, typeName };
    });
  }

  private variant(): Variant {
    const name = this.text();
    const fields = this.fields();
    const index = this.input.u8();
    return { name, fields, index, docs: this.texts() };
  }

  private pallet(types: ReadonlyMap<number, Type>): Pallet {
    const { input } = this;
    const name = this.text();
    const stored = input.option(() => {
      const prefix = this.text();
      return { prefix, storage: input.list(() => this.storageItem(types)) };
    });
    const calls = input.option(this.id);
    const events = input.option(this.id);
    const constants = input.list(() => this.constant());
    const errors = input.option(this.id);
    const index = input.u8();
    if (this.version === 15) this.texts();
    return { name, index, prefix: stored?.prefix, storage: stored?.storage ?? [], calls, events, errors, constants };
  }

  private storageItem(types: ReadonlyMap<number, Type>): StorageItem {
    const { input } = this;
    const name = this.text();
    const isOptional = input.u8() === 0;
    const isMap = input.u8() === 1;
    const hashers = isMap ? input.list(() => HASHERS[input.u8()] ?? 'Identity') : [];
    const key = isMap ? this.id() : undefined;
    const value = this.id();
    const fallback = input.take(input.length(1)).slice();
    const docs = this.texts();
    return { name, hashers, keys: keysOf(key, hashers.length, types), value, fallback, isOptional, docs };
  }

  private constant(): Constant {
    const { input } = this;
    const name = this.text();
    const type = this.id();
    const value = input.take(input.length(1)).slice();
    return { name, type, value, docs: this.texts() };
  }

  private extensions() {
    return this.input.list(() => {
      const name = this.text();
      const type = this.id();
      this.id();
      return { name, type };
    });
  }

  private extrinsic15() {
    this.input.u8();
    const address = this.id();
    const call = this.id();
    const signature = this.id();
    this.id();
    return { address, call, signature, extensions: this.extensions() };
  }

  /** Its types are the parameters of `UncheckedExtrinsic<Address, Call, Signature, Extra>`. */
  private extrinsic14(types: ReadonlyMap<number, Type>) {
    const { params = [] } = types.get(this.id()) ?? {};
    this.input.u8();
    const [address, call, signature] = params;
    if (address === undefined || call === undefined || signature === undefined) {
      throw new BittensorError('unsupported', 'metadata whose extrinsics are of an unknown form');
    }
    return { address, call, signature, extensions: this.extensions() };
  }

  /** The outer enumerations, which are types like others, and what a chain adds of its own. */
  private passRest(): void {
    for (let i = 0; i < 3; i++) this.id();
    this.input.list(() => {
      this.text();
      this.id();
      this.input.take(this.input.length(1));
    });
  }

  private apis(): Map<string, ApiMethod> {
    const { input } = this;
    const apis = new Map<string, ApiMethod>();
    input.list(() => {
      const api = this.text();
      const methods = input.list(() => {
        const name = this.text();
        const inputs = input.list(() => ({ name: this.text(), type: this.id() }));
        const output = this.id();
        this.texts();
        return { name, inputs, output };
      });
      this.texts();
      for (const method of methods) apis.set(`${api}.${method.name}`, { ...method, name: `${api}_${method.name}` });
    });
    return apis;
  }
}

/** A map of several keys has them as one tuple. */
function keysOf(key: number | undefined, n: number, types: ReadonlyMap<number, Type>): number[] {
  if (key === undefined) return [];
  if (n === 1) return [key];
  const def = types.get(key)?.def;
  if (def?.kind === 'tuple' && def.of.length === n) return [...def.of];
  throw new BittensorError('unsupported', `metadata with a map of ${n} hashers and other keys`);
}
