import { ApiPromise } from '@polkadot/api';
import { Metadata, rpcDefinitions, type StorageKey, TypeRegistry } from '@polkadot/types';
import type { SiLookupTypeId } from '@polkadot/types/interfaces';
import type { StorageEntry } from '@polkadot/types/primitive/types';
import { unwrapStorageSi } from '@polkadot/types/util';
import type { Codec } from '@polkadot/types-codec/types';
import { stringCamelCase, stringUpperFirst } from '@polkadot/util';
import { concat, fromHex, toHex } from '../../base/browser.js';
import { createProvider, type Transport } from '../connection/provider.js';
import { chainError } from '../errors.js';
import { type Layout, layoutOf } from './scale/layout.js';

/** What a node says of its chain, enough to make an api without another question. */
export interface Introduction {
  readonly genesisHash: string;
  readonly name: string;
  /** The answer of `state_getRuntimeVersion`. */
  readonly version: Readonly<Record<string, unknown>> & { readonly specName: string; readonly specVersion: number };
  /** With its magic, version 14, 15 or 16. */
  readonly metadata: Uint8Array;
}

/** A runtime API's method, its types by name. */
export interface ApiMethod {
  /** As `state_call` wants it. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** How the answer's bytes lie. */
  readonly layout: Layout;
}

type Options = NonNullable<ConstructorParameters<typeof ApiPromise>[0]>;

/** Failures of requests are thrown; @polkadot/api would print them, too. */
function silentRpc(): NonNullable<Options['rpc']> {
  const silent = (methods: object) =>
    Object.entries(methods).map(([name, definition]) => [name, { ...definition, noErrorLog: true }]);
  const sections = Object.entries(rpcDefinitions).map(([name, methods]) => [name, Object.fromEntries(silent(methods))]);
  return Object.fromEntries(sections) as NonNullable<Options['rpc']>;
}

/**
 * @polkadot/api for a chain as its metadata describes it: everything is encoded and decoded by these shapes, never by
 * a fixed list, because upstream changes them between versions. Takes some 100 to 300 ms of work for Subtensor's.
 *
 * Its requests go over `transport`. Where a request has a deadline, a signal or a block of its own, ask the connection
 * instead: @polkadot/api knows the first two not, and keeps something of each block for good.
 */
export async function createApi(chain: Introduction, transport: Transport): Promise<ApiPromise> {
  const { genesisHash, name, version } = chain;
  const known = new Map<string, unknown>([
    ['chain_getBlockHash', genesisHash],
    ['state_getRuntimeVersion', version],
    ['system_chain', name],
    ['system_properties', {}],
    ['rpc_methods', { methods: [] }],
  ]);
  const registry = new TypeRegistry();
  try {
    // Here and not in the api, which prints what it cannot read. It takes a decoded one as well, whatever its type says.
    const metadata = new Metadata(registry, chain.metadata) as unknown as `0x${string}`;
    const api = await ApiPromise.create({
      provider: createProvider(transport, known),
      registry,
      metadata: { [`${genesisHash}-${version.specVersion}`]: metadata },
      rpc: silentRpc(),
      noInitWarn: true,
      throwOnConnect: true,
      // The wallet loads what signs; hashing does not need it.
      initWasm: false,
    });
    // From now on a question is a question.
    known.clear();
    return api;
  } catch (error) {
    throw chainError('unsupported', `metadata of ${version.specName} ${version.specVersion} cannot be read`, {}, error);
  }
}

export function versionOf({ runtimeVersion }: ApiPromise): { specName: string; specVersion: number } {
  return { specName: runtimeVersion.specName.toString(), specVersion: runtimeVersion.specVersion.toNumber() };
}

/** Finds by the metadata's names (`SubtensorModule.set_weights`); @polkadot/api has them in camel case. */
function find<T>(decorated: Readonly<Record<string, Readonly<Record<string, T>>>>, path: string): T | undefined {
  const [section = '', method = ''] = path.split('.').map(name => stringCamelCase(name));
  const methods: unknown = Object.hasOwn(decorated, section) ? decorated[section] : undefined;
  if (typeof methods !== 'object' || methods === null || !Object.hasOwn(methods, method)) return undefined;
  return (methods as Record<string, T>)[method];
}

/** The metadata's name of a pallet that @polkadot/api names. */
export function palletName(section: string): string {
  return stringUpperFirst(section);
}

export function hasPallet(api: ApiPromise, name: string): boolean {
  return api.registry.metadata.pallets.some(pallet => pallet.name.eq(name));
}

export function findStorage(api: ApiPromise, path: string): StorageEntry | undefined {
  return find(api.query, path)?.creator;
}

export function findConstant(api: ApiPromise, path: string): Codec | undefined {
  return find(api.consts, path);
}

/** A storage item, or error `unsupported`. */
export function storageEntry(api: ApiPromise, path: string): StorageEntry {
  const entry = findStorage(api, path);
  if (!entry) throw missing(api, `storage ${path}`);
  return entry;
}

/** The key of a storage value, `0x...`. */
export function storageKey(api: ApiPromise, path: string, keys: readonly unknown[] = []): string {
  const entry = storageEntry(api, path);
  const { type } = entry.meta;
  const wanted = type.isPlain ? 0 : type.asMap.hashers.length;
  if (keys.length !== wanted) throw chainError('bad_argument', `storage ${path} has ${wanted} keys`);
  const key = api.registry.createTypeUnsafe<StorageKey>('StorageKey', [[entry, [...keys]]]);
  return key.toHex();
}

/** Decodes a value; an absent one is the item's default, or undefined where the item is optional. */
export function decodeStorage(api: ApiPromise, path: string, value: string | null): Codec | undefined {
  const { meta } = storageEntry(api, path);
  if (value === null && meta.modifier.isOptional) return undefined;
  const type = api.registry.createLookupType(unwrapStorageSi(meta.type));
  return api.registry.createTypeUnsafe(type, [value === null ? meta.fallback.toU8a(true) : fromHex(value)]);
}

/** The call's maker with its metadata, or undefined. */
export function findCall(api: ApiPromise, path: string): ApiPromise['tx'][string][string] | undefined {
  return find(api.tx, path);
}

/** A runtime API's method by its metadata; undefined where the metadata does not describe it. */
export function findApiMethod(api: ApiPromise, path: string): ApiMethod | undefined {
  const [section = '', name = ''] = path.split('.');
  const { registry } = api;
  const described = registry.metadata.apis.find(entry => entry.name.eq(section));
  const method = described?.methods.find(entry => entry.name.eq(name));
  if (!method) return undefined;
  const typeOf = (id: SiLookupTypeId) => registry.createLookupType(id);
  return {
    name: `${section}_${name}`,
    inputs: method.inputs.map(input => typeOf(input.type)),
    output: typeOf(method.output),
    layout: layoutOf(registry.lookup, method.output),
  };
}

/** Arguments of a runtime API's method, encoded. */
export function encodeInputs(api: ApiPromise, method: ApiMethod, args: readonly unknown[]): string {
  if (method.inputs.length !== args.length) {
    throw chainError(
      'unsupported',
      `${method.name} takes ${method.inputs.length} arguments on this chain, not ${args.length}`,
    );
  }
  return toHex(concat(...method.inputs.map((type, i) => api.registry.createTypeUnsafe(type, [args[i]]).toU8a())));
}

function missing(api: ApiPromise, what: string) {
  return chainError('unsupported', `${runtimeOf(api)} has no ${what}`, { what });
}

/** For messages. */
export function runtimeOf(api: ApiPromise): string {
  const { specName, specVersion } = versionOf(api);
  return `this chain's runtime (${specName}, spec ${specVersion})`;
}
