import { addressProblem, toHex, utf8 } from '../../base/browser.js';
import { chainError } from '../errors.js';
import { parseIp } from '../ip.js';
import type { Way } from './calls.js';

/*
 * What the client does, as calls of the versions that it may meet: the first that the chain has is taken. Names are
 * upstream's, of spec 218 to 425.
 */
/** What the official clients announce for "protocol"; nobody reads it. */
const AXON_PROTOCOL = 4;
/** Our axon's version as the chain keeps it: 0.1.0. */
const AXON_VERSION = 10;

/** `mayEmpty`: the sender may be left with less than the existential deposit, which is lost then. */
export function transferWays(to: string, amountRao: bigint, mayEmpty = false): Way[] {
  const args = { dest: { Id: checkAddress(to) }, value: checkAmount(amountRao) };
  const names = ['transfer_allow_death', 'transfer'];
  return (mayEmpty ? names : ['transfer_keep_alive', ...names]).map(name => ({ call: `Balances.${name}`, args }));
}

export function transferAllWays(to: string, mayEmpty: boolean): Way[] {
  return [{ call: 'Balances.transfer_all', args: { dest: { Id: checkAddress(to) }, keep_alive: !mayEmpty } }];
}

/** With `limitRao` only if it costs no more, where the chain has a call for that. */
export function registerWays(netuid: number, hotkey: string, limitRao?: bigint): Way[] {
  const args = { netuid, hotkey: checkAddress(hotkey) };
  // The limit of the second is its only difference.
  const ways = ['burned_register', 'register_limit'].map(name => ({ call: `SubtensorModule.${name}`, args }));
  if (limitRao === undefined) return ways;
  return [{ call: 'SubtensorModule.register_limit', args: { ...args, limit_price: limitRao } }, ...ways];
}

/** What `solvePow` found. */
export interface Work {
  readonly blockNumber: number;
  readonly nonce: bigint;
  /** 32 bytes. */
  readonly seal: Uint8Array;
}

export function powRegisterWays(netuid: number, hotkey: string, coldkey: string, work: Work): Way[] {
  const keys = { hotkey: checkAddress(hotkey), coldkey: checkAddress(coldkey) };
  return [{ call: 'SubtensorModule.register', args: { netuid, ...workArgs(work), ...keys } }];
}

export function faucetWays(work: Work): Way[] {
  return [{ call: 'SubtensorModule.faucet', args: workArgs(work) }];
}

function workArgs({ blockNumber, nonce, seal }: Work) {
  return { block_number: blockNumber, nonce, work: toHex(seal) };
}

/** Texts about a subnet; what is left out is empty. */
export interface SubnetIdentity {
  name: string;
  githubRepo?: string;
  contact?: string;
  url?: string;
  discord?: string;
  description?: string;
  logoUrl?: string;
  additional?: string;
}

export function registerNetworkWays(hotkey: string, identity?: SubnetIdentity): Way[] {
  const owner = checkAddress(hotkey);
  if (!identity) return [{ call: 'SubtensorModule.register_network', args: { hotkey: owner } }];
  const args = { hotkey: owner, identity: identityArgs(identity) };
  return [{ call: 'SubtensorModule.register_network_with_identity', args }];
}

export function subnetIdentityWays(netuid: number, identity: SubnetIdentity): Way[] {
  const args = { netuid, ...identityArgs(identity) };
  return [{ call: 'SubtensorModule.set_subnet_identity', args, spare: ['logo_url', 'description', 'discord'] }];
}

function identityArgs(identity: SubnetIdentity) {
  const bytes = (text = '') => toHex(utf8(text));
  return {
    subnet_name: bytes(identity.name),
    github_repo: bytes(identity.githubRepo),
    subnet_contact: bytes(identity.contact),
    subnet_url: bytes(identity.url),
    discord: bytes(identity.discord),
    description: bytes(identity.description),
    logo_url: bytes(identity.logoUrl),
    additional: bytes(identity.additional),
  };
}

export function startCallWays(netuid: number): Way[] {
  return [{ call: 'SubtensorModule.start_call', args: { netuid } }];
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

/** The worst price, in rao of TAO for one alpha; `allowPartial`: as much as that price allows instead of nothing. */
export interface PriceLimit {
  readonly priceRao: bigint;
  readonly allowPartial: boolean;
}

export function addStakeLimitWays(netuid: number, hotkey: string, amountRao: bigint, limit: PriceLimit): Way[] {
  const args = { hotkey: checkAddress(hotkey), netuid, amount_staked: checkAmount(amountRao), ...limitArgs(limit) };
  return [{ call: 'SubtensorModule.add_stake_limit', args }];
}

export function removeStakeLimitWays(netuid: number, hotkey: string, amountRao: bigint, limit: PriceLimit): Way[] {
  const args = { hotkey: checkAddress(hotkey), netuid, amount_unstaked: checkAmount(amountRao), ...limitArgs(limit) };
  return [{ call: 'SubtensorModule.remove_stake_limit', args }];
}

function limitArgs({ priceRao, allowPartial }: PriceLimit) {
  return { limit_price: priceRao, allow_partial: allowPartial };
}

export function unstakeAllWays(hotkey: string): Way[] {
  return [{ call: 'SubtensorModule.unstake_all', args: { hotkey: checkAddress(hotkey) } }];
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
  const problem = addressProblem(address);
  if (problem === undefined) return address;
  throw chainError('bad_argument', `an address ${problem}`);
}

export function checkAmount(amountRao: bigint): bigint {
  if (amountRao > 0n && amountRao < 1n << 64n) return amountRao;
  throw chainError('bad_argument', `${amountRao} rao is no amount`);
}
