import { isAddress } from '../base/index.js';
import type { Way } from './calls.js';
import { chainError } from './errors.js';
import { parseIp } from './ip.js';

/*
 * What the client does, as calls of the versions that it may meet: the first that the chain has is taken. Names are
 * upstream's, of spec 218 to 425.
 */
/** What the official clients announce for "protocol"; nobody reads it. */
const AXON_PROTOCOL = 4;
/** Our axon's version as the chain keeps it: 0.1.0. */
const AXON_VERSION = 10;

export function transferWays(to: string, amountRao: bigint): Way[] {
  const args = { dest: { Id: checkAddress(to) }, value: checkAmount(amountRao) };
  const names = ['transfer_keep_alive', 'transfer_allow_death', 'transfer'];
  return names.map(name => ({ call: `Balances.${name}`, args }));
}

export function registerWays(netuid: number, hotkey: string): Way[] {
  const args = { netuid, hotkey: checkAddress(hotkey) };
  // The limit of the second is its only difference.
  return ['burned_register', 'register_limit'].map(name => ({ call: `SubtensorModule.${name}`, args }));
}

/** Before subnets had tokens of their own, stake belonged to a hotkey alone. */
export function addStakeWays(netuid: number, hotkey: string, amountRao: bigint): Way[] {
  const args = { hotkey: checkAddress(hotkey), netuid, amount_staked: checkAmount(amountRao) };
  return [{ call: 'SubtensorModule.add_stake', args, spare: ['netuid'] }];
}

export function removeStakeWays(netuid: number, hotkey: string, amountRao: bigint): Way[] {
  const args = { hotkey: checkAddress(hotkey), netuid, amount_unstaked: checkAmount(amountRao) };
  return [{ call: 'SubtensorModule.remove_stake', args, spare: ['netuid'] }];
}

export interface Axon {
  netuid: number;
  ip: string;
  port: number;
  protocol?: number;
  version?: number;
}

export function serveAxonWays({ netuid, ip, port, protocol, version }: Axon): Way[] {
  const { value, type } = parseIp(ip);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw chainError('bad_argument', `${port} is no port`);
  const args = {
    netuid,
    version: version ?? AXON_VERSION,
    ip: value,
    port,
    ip_type: type,
    protocol: protocol ?? AXON_PROTOCOL,
    placeholder1: 0,
    placeholder2: 0,
  };
  return [{ call: 'SubtensorModule.serve_axon', args, spare: ['protocol', 'placeholder1', 'placeholder2'] }];
}

export interface WeightRow {
  netuid: number;
  uids: readonly number[];
  weightsU16: readonly number[];
  versionKey: bigint | number;
}

export function weightWays({ netuid, uids, weightsU16, versionKey }: WeightRow): Way[] {
  const args = { netuid, dests: uids, weights: weightsU16, version_key: versionKey };
  return [
    { call: 'SubtensorModule.set_weights', args },
    { call: 'SubtensorModule.set_mechanism_weights', args: { ...args, mecid: 0 }, spare: ['mecid'] },
  ];
}

export function checkWeights(uids: readonly number[], weightsU16: readonly number[]): void {
  if (uids.length !== weightsU16.length || uids.length === 0) {
    throw chainError('bad_argument', `${uids.length} uids and ${weightsU16.length} weights make no row`);
  }
  const wrong = [...uids, ...weightsU16].find(value => !Number.isInteger(value) || value < 0 || value > 65_535);
  if (wrong !== undefined) throw chainError('bad_argument', `${wrong} is no 16-bit uid or weight`);
}

export function checkAddress(address: string): string {
  if (isAddress(address)) return address;
  throw chainError('bad_argument', `not an ss58 address: ${address.slice(0, 80)}`);
}

export function checkAmount(amountRao: bigint): bigint {
  if (amountRao > 0n && amountRao < 1n << 64n) return amountRao;
  throw chainError('bad_argument', `${amountRao} rao is no amount`);
}
