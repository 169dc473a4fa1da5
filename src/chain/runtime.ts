import { Metadata, TypeRegistry } from '@polkadot/types';
import type { StorageEntryMetadataLatest } from '@polkadot/types/interfaces/metadata';
import { createKeyRaw } from '@polkadot/types/metadata/decorate/storage/createFunction';
import type { PortableRegistry } from '@polkadot/types';
import type { Codec } from '@polkadot/types-codec/types';
import { concat, fromHex, toHex } from '../base/index.js';
import { chainError } from './errors.js';

type LookupId = Parameters<TypeRegistry['createLookupType']>[0];

type KeyParts = Parameters<typeof createKeyRaw>[2];

interface StorageItem {
  readonly prefix: string;
  readonly method: string;
  readonly hashers: KeyParts['hashers'];
  readonly keys: KeyParts['keys'];
  readonly value: LookupId;
  readonly fallback: Uint8Array;
  readonly optional: boolean;
}

interface Call {
  readonly index: Uint8Array;
  readonly fields: readonly { readonly name: string; readonly type: LookupId }[];
}

interface ApiMethod {
  readonly inputs: readonly { readonly name: string; readonly type: LookupId }[];
  readonly output: LookupId;
}

export interface ModuleError {
  readonly pallet: string;
  readonly name: string;
  readonly docs: string;
}

/** What a transaction must carry beyond the call, in order. */
export interface Extension {
  readonly name: string;
  /** True when neither the transaction nor the signed payload holds a byte for it. */
  readonly isEmpty: boolean;
}

/**
 * A chain's runtime as its metadata tells it: everything is encoded and decoded by these shapes, never by a fixed
 * list, because upstream changes them between versions. Names are those of the metadata (`SubtensorModule`,
 * `set_weights`). Error `unsupported` names what the chain does not have.
 */
export class Runtime {
  readonly extensions: readonly Extension[];
  private readonly storage = new Map<string, StorageItem>();
  private readonly calls = new Map<string, Call>();
  private readonly apis = new Map<string, ApiMethod>();
  private readonly constants = new Map<string, Codec>();
  private readonly pallets = new Set<string>();

  private constructor(
    readonly specName: string,
    readonly specVersion: number,
    readonly transactionVersion: number,
    readonly registry: TypeRegistry,
    metadata: Metadata,
  ) {
    const { pallets, apis, extrinsic } = metadata.asLatest;
    for (const pallet of pallets) {
      const name = pallet.name.toString();
      this.pallets.add(name);
      if (pallet.storage.isSome) {
        const { prefix, items } = pallet.storage.unwrap();
        for (const item of items) {
          const names = { prefix: prefix.toString(), method: item.name.toString() };
          this.storage.set(`${name}.${item.name}`, { ...names, ...storageItem(registry.lookup, item) });
        }
      }
      if (pallet.calls.isSome) {
        for (const { name: call, index, fields } of variantsOf(registry.lookup, pallet.calls.unwrap().type)) {
          const args = fields.map(field => ({ name: field.name.unwrapOr('').toString(), type: field.type }));
          this.calls.set(`${name}.${call}`, {
            index: Uint8Array.of(pallet.index.toNumber(), index.toNumber()),
            fields: args,
          });
        }
      }
      for (const { name: constant, type, value } of pallet.constants) {
        this.constants.set(
          `${name}.${constant}`,
          registry.createTypeUnsafe(registry.createLookupType(type), [value.toU8a(true)]),
        );
      }
    }
    for (const api of apis) {
      for (const { name, inputs, output } of api.methods) {
        const args = inputs.map(input => ({ name: input.name.toString(), type: input.type }));
        this.apis.set(`${api.name}.${name}`, { inputs: args, output });
      }
    }
    this.extensions = extensionsOf(registry.lookup, metadata, extrinsic.transactionExtensions);
  }

  /** `metadata` with its magic, version 14, 15 or 16. Takes some 100 to 300 ms of work for Subtensor's. */
  static fromMetadata(
    metadata: Uint8Array,
    version: { specName: string; specVersion: number; transactionVersion: number },
  ): Runtime {
    const registry = new TypeRegistry();
    let decoded: Metadata;
    try {
      decoded = new Metadata(registry, metadata);
      registry.setMetadata(decoded, undefined, undefined, true);
    } catch (error) {
      throw chainError(
        'unsupported',
        `metadata of ${version.specName} ${version.specVersion} cannot be read`,
        {},
        error,
      );
    }
    return new Runtime(version.specName, version.specVersion, version.transactionVersion, registry, decoded);
  }

  hasPallet(name: string): boolean {
    return this.pallets.has(name);
  }

  hasStorage(path: string): boolean {
    return this.storage.has(path);
  }

  hasCall(path: string): boolean {
    return this.calls.has(path);
  }

  hasApi(path: string): boolean {
    return this.apis.has(path);
  }

  /** The key of a storage value, `0x...`. Fewer `keys` than the item has give a prefix. */
  storageKey(path: string, keys: readonly unknown[] = []): string {
    const { prefix, method, hashers, keys: types } = this.storageItem(path);
    if (keys.length > types.length) throw chainError('bad_argument', `storage ${path} has ${types.length} keys`);
    const parts = { args: [...keys], hashers: hashers.slice(0, keys.length), keys: types.slice(0, keys.length) };
    return toHex(createKeyRaw(this.registry, { prefix, method }, parts));
  }

  /** Decodes a value; an absent one is the item's default, or undefined where the item is optional. */
  decodeStorage(path: string, value: string | null): Codec | undefined {
    const { value: type, fallback, optional } = this.storageItem(path);
    if (value === null && optional) return undefined;
    return this.decode(type, value === null ? fallback : fromHex(value));
  }

  /** A call with its arguments by name; all of them must be given, and no other. */
  encodeCall(path: string, args: Readonly<Record<string, unknown>>): Uint8Array {
    const call = this.calls.get(path);
    if (!call) throw this.missing(`call ${path}`);
    const names = call.fields.map(field => field.name);
    const given = Object.keys(args);
    if (names.length !== given.length || names.some(name => !(name in args))) {
      throw chainError(
        'unsupported',
        `${this.specName} ${this.specVersion} wants ${path}(${names.join(', ')}), not (${given.join(', ')})`,
      );
    }
    return concat(call.index, ...call.fields.map(field => this.encode(field.type, args[field.name])));
  }

  /** What `state_call` takes for a runtime API; arguments in order. */
  encodeApi(path: string, args: readonly unknown[]): [method: string, params: string] {
    const { inputs } = this.apiMethod(path);
    if (inputs.length !== args.length) {
      throw chainError('unsupported', `${path} takes ${inputs.length} arguments on this chain, not ${args.length}`);
    }
    const params = inputs.map((input, i) => this.encode(input.type, args[i]));
    return [path.replace('.', '_'), toHex(concat(...params))];
  }

  decodeApi(path: string, answer: Uint8Array): Codec {
    return this.decode(this.apiMethod(path).output, answer);
  }

  /** The type of a runtime API's answer, written out; equal text means equal bytes. See `typeShape`. */
  apiShape(path: string): string {
    return typeShape(this.registry.lookup, this.apiMethod(path).output);
  }

  constant(path: string): Codec | undefined {
    return this.constants.get(path);
  }

  decodeEvents(value: string): Codec {
    return this.decodeStorage('System.Events', value)!;
  }

  moduleError(index: number, error: Uint8Array): ModuleError {
    try {
      const meta = this.registry.findMetaError({ index: this.registry.createType('u8', index), error } as never);
      return { pallet: pascal(meta.section), name: meta.name, docs: meta.docs.join(' ').trim() };
    } catch {
      return { pallet: `pallet ${index}`, name: `error ${error[0] ?? 0}`, docs: '' };
    }
  }

  createType(name: string, value: unknown): Codec {
    return this.registry.createTypeUnsafe(name, [value]);
  }

  private encode(type: LookupId, value: unknown): Uint8Array {
    return this.registry.createTypeUnsafe(this.registry.createLookupType(type), [value]).toU8a();
  }

  private decode(type: LookupId, bytes: Uint8Array): Codec {
    return this.registry.createTypeUnsafe(this.registry.createLookupType(type), [bytes]);
  }

  private storageItem(path: string): StorageItem {
    const item = this.storage.get(path);
    if (!item) throw this.missing(`storage ${path}`);
    return item;
  }

  private apiMethod(path: string): ApiMethod {
    const method = this.apis.get(path);
    if (!method) throw this.missing(`runtime API ${path}`);
    return method;
  }

  private missing(what: string) {
    return chainError('unsupported', `${this.specName} ${this.specVersion} has no ${what}`, { what });
  }
}

/** polkadot-js shows pallets in camel case; the metadata, and we, in Pascal case. */
export function pascal(section: string): string {
  return section.charAt(0).toUpperCase() + section.slice(1);
}

type StorageEntry = StorageEntryMetadataLatest;

function storageItem(lookup: PortableRegistry, { type, fallback, modifier }: StorageEntry) {
  const rest = { fallback: fallback.toU8a(true), optional: modifier.isOptional };
  if (type.isPlain) return { hashers: [], keys: [], value: type.asPlain, ...rest };
  const hashers = [...type.asMap.hashers];
  const keys = hashers.length === 1 ? [type.asMap.key] : [...lookup.getSiType(type.asMap.key).def.asTuple];
  return { hashers, keys, value: type.asMap.value, ...rest };
}

function variantsOf(lookup: PortableRegistry, type: LookupId) {
  const { def } = lookup.getSiType(type);
  return def.isVariant ? [...def.asVariant.variants] : [];
}

function extensionsOf(
  lookup: PortableRegistry,
  metadata: Metadata,
  extensions: Iterable<{ identifier: { toString(): string }; type: LookupId }>,
): Extension[] {
  // The conversion to the newest metadata loses what is signed but not sent, so that is read from the original.
  const implicit =
    metadata.version === 14
      ? metadata.asV14.extrinsic.signedExtensions.map(extension => extension.additionalSigned)
      : metadata.version === 15
        ? metadata.asV15.extrinsic.signedExtensions.map(extension => extension.additionalSigned)
        : metadata.asV16.extrinsic.transactionExtensions.map(extension => extension.implicit);
  return [...extensions].map(({ identifier, type }, i) => ({
    name: identifier.toString(),
    isEmpty: typeShape(lookup, type) === '()' && typeShape(lookup, implicit[i]!) === '()',
  }));
}

/**
 * A type with everything that leaves no trace in its bytes taken away: new names for an integer, wrappers of one
 * field. `(...)` is a tuple or struct (fields with their names), `C<..>` compact.
 */
export function typeShape(lookup: PortableRegistry, id: LookupId, depth = 0): string {
  if (depth > 12) return '...';
  const inner = (type: LookupId) => typeShape(lookup, type, depth + 1);
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
