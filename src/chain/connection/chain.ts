import type { ApiPromise } from '@polkadot/api';
import { compactStripLength } from '@polkadot/util';
import { equalBytes, fromHex, isBittensorError } from '../../base/browser.js';
import { chainError } from '../errors.js';
import { createApi, findConstant, hasPallet, type Introduction, versionOf } from '../metadata/api.js';
import { isValuableGenesis } from '../networks.js';
import type { RpcSession } from './json-rpc.js';
import type { Transport } from './provider.js';

/** What is known of the chain behind a connection. */
export interface Chain {
  readonly genesisHash: string;
  readonly name: string;
  /** JSON-RPC methods; empty when the node does not say. */
  readonly methods: ReadonlySet<string>;
  /** Its types, calls and storage. */
  readonly api: ApiPromise;
  /** What `api` was made from. */
  readonly metadata: Uint8Array;
  /** Between two blocks. */
  readonly blockTimeMs: number;
}

type Call = Transport['call'];

/** Deadline of each question while a connection is made. */
const ASK_MS = 8_000;

export interface Question {
  readonly session: RpcSession;
  /** What an earlier connection found. */
  readonly before: Chain | undefined;
  /** The chain went back to an earlier block: its runtime may be another one of the same version. */
  readonly isReverted: boolean;
  readonly genesisHash: string | undefined;
  /** For what its api asks later. */
  readonly transport: Transport;
}

/**
 * Asks a node what chain it serves. Errors: `foreign_chain` when it is no Substrate node, serves no Subtensor chain, or
 * another chain than `before` or `genesisHash` say.
 */
export async function identify({ session, before, isReverted, genesisHash, transport }: Question): Promise<Chain> {
  const { url } = session;
  const call: Call = (method, params) => session.call(method, params, { timeoutMs: ASK_MS });
  const genesis = await call('chain_getBlockHash', [0]).catch(error => notSubstrate(url, error));
  if (typeof genesis !== 'string' || !/^0x[0-9a-f]{64}$/.test(genesis)) {
    throw chainError('foreign_chain', `${url} answers, but is not a Substrate node`, { url });
  }
  const expected = before?.genesisHash ?? genesisHash;
  if (expected !== undefined && genesis !== expected) {
    const what = before ? 'now serves another chain' : 'serves another chain than this network is';
    throw chainError('foreign_chain', `${url} ${what} (genesis ${genesis}, not ${expected})`, {
      url,
      genesis,
      expected,
    });
  }
  const version = await readVersion(call, url);
  const isKnown = before && isOf(before.api, version);
  if (isKnown && !isReverted) return before;
  const [answer, methods, slot, metadata] = await Promise.all([
    call('system_chain', []).catch(() => version.specName),
    call('rpc_methods', []).catch(() => undefined),
    askSlot(call),
    readMetadata(call, url),
  ]);
  const name = String(answer);
  const isSame = isKnown && equalBytes(before.metadata, metadata);
  const api = isSame ? before.api : await createApi({ genesisHash: genesis, name, version, metadata }, transport);
  if (!hasPallet(api, 'SubtensorModule')) {
    const what = `${url} serves ${name} (${version.specName} ${version.specVersion}), which is no Subtensor chain`;
    throw chainError('foreign_chain', what, { url, specName: version.specName });
  }
  const blockTimeMs = blockTimeOf(slot, api);
  return { genesisHash: genesis, name, methods: methodNames(methods), api, metadata, blockTimeMs };
}

/** The chain with the runtime of now, after an upgrade. */
export async function currentChain(transport: Transport, before: Chain, url: string): Promise<Chain> {
  const call: Call = (method, params) => transport.call(method, params);
  const version = await readVersion(call, url);
  if (isOf(before.api, version)) return before;
  const [metadata, slot] = await Promise.all([readMetadata(call, url), askSlot(call)]);
  const { genesisHash, name } = before;
  const api = await createApi({ genesisHash, name, version, metadata }, transport);
  return { ...before, api, metadata, blockTimeMs: blockTimeOf(slot, api) };
}

/** True for a development chain that funds accounts by itself. Where value is at stake, no node can claim that. */
export function isDevelopmentChain({ methods, genesisHash }: Chain): boolean {
  return methods.has('dev_fund') && !isValuableGenesis(genesisHash);
}

const DEFAULT_BLOCK_MS = 12_000;

function askSlot(call: Call): Promise<unknown> {
  return call('state_call', ['AuraApi_slot_duration', '0x']).catch(optional);
}

function blockTimeOf(slot: unknown, api: ApiPromise): number {
  return slotMs(slot) ?? constantMs(api) ?? DEFAULT_BLOCK_MS;
}

/** What `AuraApi.slot_duration` answers: a u64. */
function slotMs(answer: unknown): number | undefined {
  if (typeof answer !== 'string' || !/^0x[0-9a-f]{16}$/.test(answer)) return undefined;
  const ms = Number(new DataView(fromHex(answer).buffer).getBigUint64(0, true));
  return ms > 0 ? ms : undefined;
}

/** The same from the constants of chains that do not answer that. */
function constantMs(api: ApiPromise): number | undefined {
  const slot = findConstant(api, 'Aura.SlotDuration') ?? findConstant(api, 'Babe.ExpectedBlockTime');
  const least = findConstant(api, 'Timestamp.MinimumPeriod');
  const ms = slot ? Number(slot.toString()) : 2 * Number(least?.toString() ?? 0);
  return ms > 0 ? ms : undefined;
}

function isOf(api: ApiPromise, { specName, specVersion }: Introduction['version']): boolean {
  const own = versionOf(api);
  return own.specName === specName && own.specVersion === specVersion;
}

async function readVersion(call: Call, url: string): Promise<Introduction['version']> {
  const version = (await call('state_getRuntimeVersion', []).catch(error => notSubstrate(url, error))) as Record<
    string,
    unknown
  > | null;
  const { specName, specVersion, transactionVersion } = version ?? {};
  if (typeof specName !== 'string' || typeof specVersion !== 'number' || typeof transactionVersion !== 'number') {
    throw chainError('foreign_chain', `${url} does not say what runtime it has`, { url });
  }
  return { ...version, specName, specVersion };
}

async function readMetadata(call: Call, url: string): Promise<Uint8Array> {
  // Version 15 describes runtime APIs; chains that do not have it answer an empty option or an error.
  const answer = await call('state_call', ['Metadata_metadata_at_version', '0x0f000000']).catch(optional);
  const metadata = typeof answer === 'string' ? opaqueMetadata(fromHex(answer)) : undefined;
  if (metadata) return metadata;
  const old = await call('state_getMetadata', []).catch(error => notSubstrate(url, error));
  if (typeof old !== 'string') throw chainError('foreign_chain', `${url} gives no metadata`, { url });
  return fromHex(old);
}

/** The metadata in an `Option<OpaqueMetadata>`. */
export function opaqueMetadata(bytes: Uint8Array): Uint8Array | undefined {
  return bytes[0] === 1 ? compactStripLength(bytes.subarray(1))[1] : undefined;
}

function methodNames(answer: unknown): ReadonlySet<string> {
  const { methods } = (answer ?? {}) as { methods?: unknown };
  return new Set(Array.isArray(methods) ? methods.map(String) : []);
}

function optional(error: unknown): undefined {
  if (isBittensorError(error) && (error.code === 'rpc' || error.code === 'unsupported')) return undefined;
  throw error;
}

function notSubstrate(url: string, error: unknown): never {
  if (!isBittensorError(error) || (error.code !== 'rpc' && error.code !== 'unsupported')) throw error;
  throw chainError('foreign_chain', `${url} answers, but is not a Substrate node (${error.message})`, { url }, error);
}
