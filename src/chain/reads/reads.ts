import { fromHex, type Token, toHex, tokenOf } from '../../base/browser.js';
import type { Chain } from '../connection/chain.js';
import type { Connection } from '../connection/connection.js';
import type { Block } from '../connection/header.js';
import { chainError } from '../errors.js';
import { decodeStorage, encodeInputs, findStorage, storageKey } from '../metadata/api.js';
import { createMetagraph, type Metagraph, type Neuron, type NeuronTable, neuronsFromColumns } from './metagraph.js';
import { neuronSource } from './neuron-source.js';

/** A subnet's settings. What a chain's version does not have is undefined. */
export interface Hyperparameters {
  /** Blocks between two epochs. */
  readonly tempo: number;
  /** Blocks between two `set_weights` of a neuron. */
  readonly weightsRateLimit: number;
  readonly minAllowedWeights: number;
  /** Largest share of one weight, of 65535. */
  readonly maxWeightsLimitU16: number;
  /** Lowest version key that `set_weights` takes. */
  readonly weightsVersionKey: bigint;
  readonly commitRevealEnabled: boolean;
  readonly immunityPeriod: number | undefined;
  readonly activityCutoff: number | undefined;
  readonly maxAllowedUids: number | undefined;
  readonly maxAllowedValidators: number | undefined;
  readonly servingRateLimit: number | undefined;
  readonly kappaU16: number | undefined;
  readonly registrationAllowed: boolean | undefined;
  readonly stakeThresholdRao: bigint | undefined;
}

/** How to read storage: at which block (default the newest), and until when. */
export interface ReadOptions {
  at?: string | undefined;
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
}

type Key = readonly [path: string, ...keys: unknown[]];

/**
 * Storage values as plain data: integers as number up to 2^53 and text beyond, accounts as addresses, undefined for
 * what is absent. Reads them all in one request. Error `unsupported` for an item that the chain does not have.
 */
export async function readMany(
  connection: Connection<Chain>,
  items: readonly Key[],
  { at, ...options }: ReadOptions = {},
): Promise<unknown[]> {
  const { api } = connection.chain;
  const keys = items.map(([path, ...args]) => storageKey(api, path, args));
  const values = await readRaw(connection, keys, at, options);
  return items.map(([path], i) => decodeStorage(api, path, values[i]!)?.toPrimitive());
}

/** As `readMany`, with undefined for items that the chain does not have. */
async function readKnown(connection: Connection<Chain>, items: readonly Key[], options: ReadOptions = {}) {
  const { api } = connection.chain;
  const known = items.filter(([path]) => findStorage(api, path));
  const values = await readMany(connection, known, options);
  return new Map(known.map(([path], i) => [path, values[i]]));
}

/** Keys of one request; nodes limit its size. */
const KEYS_AT_ONCE = 512;

/** Values as the chain keeps them, null for what is absent. */
export async function readRaw(
  connection: Connection<Chain>,
  keys: readonly string[],
  at: string | undefined,
  options: Omit<ReadOptions, 'at'> = {},
): Promise<(string | null)[]> {
  const found = new Map<string, string | null>();
  for (let i = 0; i < keys.length; i += KEYS_AT_ONCE) {
    const part = keys.slice(i, i + KEYS_AT_ONCE);
    const params = at === undefined ? [part] : [part, at];
    const answer = await connection.call('state_queryStorageAt', params, defined(options));
    for (const { changes } of answer as { changes: [string, string | null][] }[]) {
      for (const [key, value] of changes) found.set(key, value);
    }
  }
  return keys.map(key => found.get(key) ?? null);
}

/** A runtime API's answer, `0x...`. */
export async function callApi(
  connection: Connection<Chain>,
  [method, params]: readonly [string, string],
  { at, ...options }: ReadOptions,
): Promise<string> {
  const answer = await connection.call(
    'state_call',
    at === undefined ? [method, params] : [method, params, at],
    defined(options),
  );
  if (typeof answer !== 'string') throw chainError('unsupported', `${method} gives no answer`);
  return answer;
}

export async function readHyperparameters(
  connection: Connection<Chain>,
  netuid: number,
  options?: ReadOptions,
): Promise<Hyperparameters> {
  const names = [
    'Tempo',
    'WeightsSetRateLimit',
    'MinAllowedWeights',
    'MaxWeightsLimit',
    'WeightsVersionKey',
    'CommitRevealWeightsEnabled',
    'ImmunityPeriod',
    'ActivityCutoff',
    'MaxAllowedUids',
    'MaxAllowedValidators',
    'ServingRateLimit',
    'Kappa',
    'NetworkRegistrationAllowed',
  ];
  const items: Key[] = names.map(name => [`SubtensorModule.${name}`, netuid] as const);
  const values = await readKnown(connection, [...items, ['SubtensorModule.StakeThreshold']], options);
  const get = (name: string) => values.get(`SubtensorModule.${name}`);
  const number = (name: string) => (get(name) === undefined ? undefined : Number(get(name)));
  const needed = (name: string) => {
    const value = number(name);
    if (value === undefined) throw chainError('unsupported', `the chain has no SubtensorModule.${name}`);
    return value;
  };
  const threshold = get('StakeThreshold');
  return {
    tempo: needed('Tempo'),
    weightsRateLimit: needed('WeightsSetRateLimit'),
    minAllowedWeights: number('MinAllowedWeights') ?? 0,
    maxWeightsLimitU16: number('MaxWeightsLimit') ?? 65_535,
    weightsVersionKey: BigInt(String(get('WeightsVersionKey') ?? 0)),
    commitRevealEnabled: get('CommitRevealWeightsEnabled') === true,
    immunityPeriod: number('ImmunityPeriod'),
    activityCutoff: number('ActivityCutoff'),
    maxAllowedUids: number('MaxAllowedUids'),
    maxAllowedValidators: number('MaxAllowedValidators'),
    servingRateLimit: number('ServingRateLimit'),
    kappaU16: number('Kappa'),
    registrationAllowed: get('NetworkRegistrationAllowed') as boolean | undefined,
    stakeThresholdRao: threshold === undefined ? undefined : BigInt(String(threshold)),
  };
}

const HEAD_ITEMS = [
  'Tempo',
  'LastEpochBlock',
  'LastMechansimStepBlock',
  'BlocksSinceLastStep',
  'SubnetMechanism',
] as const;

interface Schedule {
  readonly tempo: number;
  /** 0 before the first epoch. */
  readonly lastEpochBlock: number;
  readonly blocksUntilEpoch: number;
  /** Has nothing to do with epochs, but is read along, so that a metagraph takes no third request. */
  readonly token: Token;
}

/**
 * When epochs run. Newer chains keep `LastEpochBlock`; on older ones the epoch falls on the block where
 * `tempo - (block + netuid + 1) mod (tempo + 1)` is 0. Source: subtensor `run_coinbase.rs`.
 */
export async function readSchedule(
  connection: Connection<Chain>,
  netuid: number,
  block: number,
  options?: ReadOptions,
): Promise<Schedule> {
  const items = HEAD_ITEMS.map((name): Key => [`SubtensorModule.${name}`, netuid]);
  const values = await readKnown(connection, items, options);
  const [tempo = 0, last, mechanismStep, since, mechanism] = HEAD_ITEMS.map(name => {
    const value = values.get(`SubtensorModule.${name}`);
    return value === undefined ? undefined : Number(value);
  });
  const token = tokenOf(netuid, mechanism);
  if (last !== undefined) {
    return {
      token,
      tempo,
      lastEpochBlock: last,
      blocksUntilEpoch: tempo === 0 ? Number.POSITIVE_INFINITY : Math.max(0, last + tempo - block),
    };
  }
  const lastEpochBlock = mechanismStep ?? (since === undefined ? 0 : Math.max(0, block - since));
  const blocksUntilEpoch = tempo === 0 ? Number.POSITIVE_INFINITY : tempo - ((block + netuid + 1) % (tempo + 1));
  return { token, tempo, lastEpochBlock, blocksUntilEpoch };
}

/** What of a metagraph stays the same from block to block more often than not. */
export interface MetagraphCache {
  readonly addresses: Map<string, string>;
  last: (NeuronTable & { answer: string; byUid: readonly Neuron[] }) | undefined;
}

export async function readMetagraph(
  connection: Connection<Chain>,
  netuid: number,
  { number: block, hash: blockHash }: Block,
  cache: MetagraphCache,
  options: ReadOptions = {},
): Promise<Metagraph> {
  const at = { ...options, at: blockHash };
  const { api } = connection.chain;
  const source = neuronSource(api);
  const params = source.method
    ? encodeInputs(api, source.method, [netuid])
    : toHex(api.registry.createType('u16', netuid).toU8a());
  const [answer, { token, tempo, lastEpochBlock }] = await Promise.all([
    callApi(connection, [source.name, params], at),
    readSchedule(connection, netuid, block, at),
  ]);
  if (cache.last?.answer !== answer) {
    const columns = source.decode(fromHex(answer));
    const neurons = neuronsFromColumns(columns, cache.addresses, cache.last);
    cache.last = { answer, columns, neurons, byUid: neurons.toSorted((a, b) => a.uid - b.uid) };
  }
  return createMetagraph({ netuid, block, blockHash, token, tempo, lastEpochBlock }, cache.last.byUid);
}

/** A neuron's weights for others, or its bonds with them: uid and u16. */
export type WeightsRow = readonly (readonly [uid: number, weightU16: number])[];

/** The rows of a subnet's weights or bonds that are not empty, by uid; all of them, or those of `only`. */
export async function readRows(
  connection: Connection<Chain>,
  what: 'Weights' | 'Bonds',
  netuid: number,
  options?: ReadOptions,
  only?: readonly number[],
): Promise<Map<number, WeightsRow>> {
  const [n] = await readMany(connection, [['SubtensorModule.SubnetworkN', netuid]], options);
  const uids = only ?? Array.from({ length: Number(n) }, (_, uid) => uid);
  // A row may name every neuron with eight digits and more: answers of a few MiB at most.
  const atOnce = Math.max(1, Math.floor(ANSWER_BYTES / (32 + 12 * Number(n))));
  const rows = new Map<number, WeightsRow>();
  for (let i = 0; i < uids.length; i += atOnce) {
    const part = uids.slice(i, i + atOnce);
    const values = await readMany(
      connection,
      part.map(uid => [`SubtensorModule.${what}`, netuid, uid] as const),
      options,
    );
    for (const [k, uid] of part.entries()) {
      const row = (values[k] ?? []) as [number, number][];
      if (row.length > 0) rows.set(uid, row);
    }
  }
  return rows;
}

const ANSWER_BYTES = 4 * 1024 * 1024;

export function defined({ signal, timeoutMs }: Omit<ReadOptions, 'at'>) {
  return { signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}
