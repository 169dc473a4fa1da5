import {
  decodeAddress,
  encodeAddress,
  formatIp,
  isAddress,
  RAO_PER_TAO,
  type Token,
  toHex,
} from '../../base/browser.js';
import { chainError } from '../errors.js';
import { U16_MAX } from '../weights.js';
import type { NeuronColumns } from './neurons.js';

/** Where a neuron says that it serves. */
export interface AxonEndpoint {
  readonly ip: string;
  readonly port: number;
  readonly ipType: 4 | 6;
  readonly protocol: number;
  readonly version: number;
  /** Block in which it was announced. */
  readonly block: number;
}

/** All that a metagraph knows of one neuron. */
export interface Neuron {
  readonly uid: number;
  /** ss58. */
  readonly hotkey: string;
  /** `0x` and 64 digits, as neurons name each other on the wire. */
  readonly hotkeyHex: string;
  readonly hotkeyBytes: Uint8Array;
  readonly coldkey: string;
  readonly stakeRao: bigint;
  /** These six are shares from 0 to 1. */
  readonly rank: number;
  readonly trust: number;
  readonly consensus: number;
  readonly incentive: number;
  readonly dividends: number;
  readonly validatorTrust: number;
  /** Earned in the last epoch. */
  readonly emissionRao: bigint;
  /** Block of its last weights, or of its registration. */
  readonly lastUpdate: number;
  readonly active: boolean;
  readonly validatorPermit: boolean;
  readonly axon: AxonEndpoint | undefined;
}

/** One subnet at one block. It never changes: the next block has the next one. */
export interface Metagraph {
  readonly netuid: number;
  readonly block: number;
  readonly blockHash: string;
  readonly n: number;
  /** What stake and emission are counted in. */
  readonly token: Token;
  /** Blocks between two epochs. */
  readonly tempo: number;
  /** Block of the last epoch, 0 before the first. */
  readonly lastEpochBlock: number;
  /** By uid: `neurons[uid].uid === uid`. */
  readonly neurons: readonly Neuron[];
  /** By ss58 address or by `0x...`. */
  byHotkey(hotkey: string): Neuron | undefined;
  /** The manual's columns: stake and emission in the subnet's token, the others shares. */
  readonly S: readonly number[];
  readonly R: readonly number[];
  readonly C: readonly number[];
  readonly I: readonly number[];
  readonly T: readonly number[];
  readonly E: readonly number[];
  readonly D: readonly number[];
}

export interface MetagraphHead {
  netuid: number;
  block: number;
  blockHash: string;
  token: Token;
  tempo: number;
  lastEpochBlock: number;
}

export function toTao(rao: bigint): number {
  return Number(rao) / Number(RAO_PER_TAO);
}

/** A metagraph of these neurons; `neurons` must be in the order of their uids. */
export function createMetagraph(head: MetagraphHead, neurons: readonly Neuron[]): Metagraph {
  const byKey = new Map<string, Neuron>();
  for (const neuron of neurons) byKey.set(neuron.hotkey, neuron).set(neuron.hotkeyHex, neuron);
  const column = (value: (neuron: Neuron) => number) => {
    let list: readonly number[] | undefined;
    return () => {
      list ??= Object.freeze(neurons.map(value));
      return list;
    };
  };
  const graph = {
    ...head,
    n: neurons.length,
    neurons: Object.freeze(neurons),
    byHotkey: (key: string) => byKey.get(key),
  };
  const columns = {
    S: column(neuron => toTao(neuron.stakeRao)),
    R: column(neuron => neuron.rank),
    C: column(neuron => neuron.consensus),
    I: column(neuron => neuron.incentive),
    T: column(neuron => neuron.trust),
    E: column(neuron => toTao(neuron.emissionRao)),
    D: column(neuron => neuron.dividends),
  };
  for (const [name, get] of Object.entries(columns)) Object.defineProperty(graph, name, { get, enumerable: true });
  return Object.freeze(graph) as unknown as Metagraph;
}

/** The neurons of one block, as columns and as objects in the same order. */
export interface NeuronTable {
  readonly columns: NeuronColumns;
  readonly neurons: readonly Neuron[];
}

/**
 * Neurons as objects, in the order of the columns. Addresses are remembered in `addresses`, because computing one takes
 * longer than all else; what did not change since the block `before` is taken from there.
 */
export function neuronsFromColumns(
  columns: NeuronColumns,
  addresses: Map<string, string>,
  before?: NeuronTable,
): Neuron[] {
  const addressOf = (key: Uint8Array, hex: string) => {
    let address = addresses.get(hex);
    if (address === undefined) {
      if (addresses.size > MOST_ADDRESSES) addresses.clear();
      address = encodeAddress(key);
      addresses.set(hex, address);
    }
    return address;
  };
  const share = (column: Uint16Array, i: number) => column[i]! / U16_MAX;
  return Array.from({ length: columns.n }, (_, i): Neuron => {
    const old = before?.neurons[i];
    const key = old && isSameKey(columns.hotkeys, before.columns.hotkeys, i) ? old : newHotkey(columns, i, addressOf);
    return Object.freeze({
      uid: columns.uid[i]!,
      hotkey: key.hotkey,
      hotkeyHex: key.hotkeyHex,
      hotkeyBytes: key.hotkeyBytes,
      coldkey:
        old && isSameKey(columns.coldkeys, before.columns.coldkeys, i)
          ? old.coldkey
          : newColdkey(columns, i, addressOf),
      stakeRao: columns.stakeRao[i]!,
      rank: share(columns.rank, i),
      trust: share(columns.trust, i),
      consensus: share(columns.consensus, i),
      incentive: share(columns.incentive, i),
      dividends: share(columns.dividends, i),
      validatorTrust: share(columns.validatorTrust, i),
      emissionRao: columns.emissionRao[i]!,
      lastUpdate: columns.lastUpdate[i]!,
      active: columns.active[i] === 1,
      validatorPermit: columns.validatorPermit[i] === 1,
      axon: old && isSameAxon(columns, before.columns, i) ? old.axon : axonOf(columns, i),
    });
  });
}

type AddressOf = (key: Uint8Array, hex: string) => string;

function newHotkey(columns: NeuronColumns, i: number, addressOf: AddressOf) {
  const hotkeyBytes = columns.hotkeys.slice(32 * i, 32 * i + 32);
  const hotkeyHex = toHex(hotkeyBytes);
  return { hotkey: addressOf(hotkeyBytes, hotkeyHex), hotkeyHex, hotkeyBytes };
}

function newColdkey(columns: NeuronColumns, i: number, addressOf: AddressOf): string {
  const bytes = columns.coldkeys.subarray(32 * i, 32 * i + 32);
  return addressOf(bytes, toHex(bytes));
}

function isSameKey(a: Uint8Array, b: Uint8Array, i: number): boolean {
  for (let at = 32 * i; at < 32 * i + 32; at++) if (a[at] !== b[at]) return false;
  return true;
}

function isSameAxon(a: NeuronColumns, b: NeuronColumns, i: number): boolean {
  return (
    a.axonIp[i] === b.axonIp[i] &&
    a.axonPort[i] === b.axonPort[i] &&
    a.axonBlock[i] === b.axonBlock[i] &&
    a.axonIpType[i] === b.axonIpType[i] &&
    a.axonProtocol[i] === b.axonProtocol[i] &&
    a.axonVersion[i] === b.axonVersion[i]
  );
}

/** A bound on the memory of addresses: 256 subnets of 256 neurons. */
const MOST_ADDRESSES = 131_072;

function axonOf(columns: NeuronColumns, i: number): AxonEndpoint | undefined {
  const port = columns.axonPort[i]!;
  const value = columns.axonIp[i]!;
  const ipType = columns.axonIpType[i] === 6 ? 6 : 4;
  // An axon that was never announced reads as zeros; an address that does not fit its type leads nowhere.
  if (port === 0 || value === 0n || (ipType === 4 && value > 0xffffffffn)) return undefined;
  return Object.freeze({
    ip: formatIp({ value, type: ipType }),
    port,
    ipType,
    protocol: columns.axonProtocol[i]!,
    version: columns.axonVersion[i]!,
    block: columns.axonBlock[i]!,
  });
}

const FORMAT = 'bittensor-metagraph/1';

/** A metagraph as JSON text, for keeping or for another program. Amounts are decimal text, in rao. */
export function saveMetagraph(metagraph: Metagraph): string {
  const { netuid, block, blockHash, token, tempo, lastEpochBlock } = metagraph;
  const neurons = metagraph.neurons.map(({ hotkeyBytes: _, hotkeyHex: __, ...neuron }) => ({
    ...neuron,
    stakeRao: String(neuron.stakeRao),
    emissionRao: String(neuron.emissionRao),
  }));
  return JSON.stringify({ format: FORMAT, netuid, block, blockHash, token, tempo, lastEpochBlock, neurons });
}

/** What `saveMetagraph` wrote. Error `bad_metagraph_file` says what is wrong with other text. */
export function loadMetagraph(text: string): Metagraph {
  let data: Record<string, unknown>;
  try {
    data = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw chainError('bad_metagraph_file', 'not a metagraph: not JSON', {}, error);
  }
  if (data?.format !== FORMAT || !Array.isArray(data.neurons)) throw broken(`its format is not ${FORMAT}`);
  const whole = (name: string) => numberIn(data, name, Number.MAX_SAFE_INTEGER);
  const head = {
    netuid: whole('netuid'),
    block: whole('block'),
    blockHash: String(data.blockHash),
    // Files of before had no token.
    token: data.token === 'alpha' ? ('alpha' as const) : ('TAO' as const),
    tempo: whole('tempo'),
    lastEpochBlock: whole('lastEpochBlock'),
  };
  return createMetagraph(head, data.neurons.map(readNeuron));
}

function readNeuron(value: unknown, index: number): Neuron {
  const entry = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const { hotkey, coldkey, axon } = entry;
  if (typeof hotkey !== 'string' || !isAddress(hotkey) || typeof coldkey !== 'string' || !isAddress(coldkey)) {
    throw broken(`neuron ${index} has no valid keys`);
  }
  if (entry.uid !== index) throw broken(`neuron ${index} has uid ${String(entry.uid)}`);
  const hotkeyBytes = decodeAddress(hotkey);
  const share = (name: string) => numberIn(entry, name, 1);
  return Object.freeze({
    uid: index,
    hotkey,
    hotkeyHex: toHex(hotkeyBytes),
    hotkeyBytes,
    coldkey,
    stakeRao: raoIn(entry, 'stakeRao'),
    rank: share('rank'),
    trust: share('trust'),
    consensus: share('consensus'),
    incentive: share('incentive'),
    dividends: share('dividends'),
    validatorTrust: share('validatorTrust'),
    emissionRao: raoIn(entry, 'emissionRao'),
    lastUpdate: numberIn(entry, 'lastUpdate', Number.MAX_SAFE_INTEGER),
    active: entry.active === true,
    validatorPermit: entry.validatorPermit === true,
    axon: axon === undefined ? undefined : readAxon(axon as Record<string, unknown>),
  });
}

function readAxon(axon: Record<string, unknown>): AxonEndpoint {
  if (typeof axon?.ip !== 'string') throw broken('an axon has no address');
  const whole = (name: string, most: number) => numberIn(axon, name, most);
  return Object.freeze({
    ip: axon.ip,
    port: whole('port', 65_535),
    ipType: axon.ipType === 6 ? 6 : 4,
    protocol: whole('protocol', 255),
    version: whole('version', 2 ** 32 - 1),
    block: whole('block', Number.MAX_SAFE_INTEGER),
  });
}

function numberIn(entry: Record<string, unknown>, name: string, most: number): number {
  const value = entry[name];
  if (typeof value !== 'number' || !(value >= 0 && value <= most)) throw broken(`${name} is ${String(value)}`);
  return value;
}

function raoIn(entry: Record<string, unknown>, name: string): bigint {
  const value = entry[name];
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value)) throw broken(`${name} is ${String(value)}`);
  return BigInt(value);
}

function broken(what: string) {
  return chainError('bad_metagraph_file', `not a metagraph: ${what}`);
}
