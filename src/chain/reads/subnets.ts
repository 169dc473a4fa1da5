import { encodeAddress, type Token, tokenOf } from '../../base/browser.js';
import { SUBNET_ITEMS, type SubnetItem } from '../../base/storage-names.js';
import type { Chain } from '../connection/chain.js';
import type { Connection } from '../connection/connection.js';
import { findApiMethod } from '../metadata/api.js';
import { askRuntime } from '../metadata/runtime.js';
import { readMap, readValues } from '../metadata/values.js';
import { chainText } from '../transactions/show-text.js';
import { readPrice } from './prices.js';
import type { ReadOptions } from './reads.js';

/** A subnet at a glance. What a chain's version does not tell is undefined. */
export interface Subnet {
  readonly netuid: number;
  /** As its owner calls it, else `root` or `subnet 3`. Text of strangers. */
  readonly name: string;
  readonly symbol: string | undefined;
  /** What stake and emission are counted in; a subnet that counts in TAO has neither pool nor price. */
  readonly token: Token;
  /** The coldkey. */
  readonly owner: string | undefined;
  readonly ownerHotkey: string | undefined;
  /** Neurons, and the most there may be. */
  readonly n: number;
  readonly maxN: number | undefined;
  /** Blocks between two epochs. */
  readonly tempo: number;
  /** Rao of its token that the subnet pays out per block. */
  readonly emissionRao: bigint | undefined;
  /** Rao of TAO that go into its pool per block. */
  readonly taoEmissionRao: bigint | undefined;
  /** Rao of TAO for one alpha. */
  readonly priceRao: bigint | undefined;
  /** In its pool, and what is staked, in its token. */
  readonly taoInRao: bigint | undefined;
  readonly alphaInRao: bigint | undefined;
  readonly alphaOutRao: bigint | undefined;
  /** What a registration costs: TAO, or work. */
  readonly burnRao: bigint | undefined;
  readonly difficulty: bigint | undefined;
  readonly registrationAllowed: boolean | undefined;
  readonly powRegistrationAllowed: boolean | undefined;
  /** Open for stake and emission. */
  readonly isStarted: boolean | undefined;
  /** Block. */
  readonly registeredAt: number | undefined;
}

/** What a subnet's owner says of it. Text of strangers. */
export interface SubnetDetails extends Subnet {
  readonly identity: Readonly<Record<string, string>> | undefined;
  readonly immunityPeriod: number | undefined;
  /** What the owner's price of creating it was, locked until it is dissolved. */
  readonly lockedRao: bigint | undefined;
  readonly mechanisms: number | undefined;
}

/** Existing subnets, in order. */
export async function readNetuids(connection: Connection<Chain>, options?: ReadOptions): Promise<number[]> {
  const entries = await readMap(connection, 'SubtensorModule.NetworksAdded', options);
  const netuids = entries.flatMap(([[netuid], added]) => (added === true ? [Number(netuid)] : []));
  return netuids.sort((a, b) => a - b);
}

/** All subnets, or those asked for that exist, in order. */
export async function readSubnets(
  connection: Connection<Chain>,
  options?: ReadOptions,
  wanted?: readonly number[],
): Promise<SubnetDetails[]> {
  const existing = await readNetuids(connection, options);
  const netuids = wanted ? existing.filter(netuid => wanted.includes(netuid)) : existing;
  const keys = netuids.flatMap(netuid => SUBNET_ITEMS.map(name => [`SubtensorModule.${name}`, netuid] as const));
  const [values, prices] = await Promise.all([
    readValues(connection, keys, options),
    readPrices(connection, netuids, options),
  ]);
  return netuids.map((netuid, i) => {
    const own = values.slice(i * SUBNET_ITEMS.length, (i + 1) * SUBNET_ITEMS.length);
    return subnetOf(netuid, name => own[SUBNET_ITEMS.indexOf(name)], prices.get(netuid));
  });
}

function subnetOf(netuid: number, get: (name: SubnetItem) => unknown, priceRao: bigint | undefined): SubnetDetails {
  const number = (name: SubnetItem) => (get(name) === undefined ? undefined : Number(get(name)));
  const rao = (name: SubnetItem) => (get(name) === undefined ? undefined : BigInt(String(get(name))));
  const flag = (name: SubnetItem) => get(name) as boolean | undefined;
  const identity = identityOf(get('SubnetIdentitiesV3') ?? get('SubnetIdentitiesV2'));
  return {
    netuid,
    name: identity?.subnet_name || (netuid === 0 ? 'root' : `subnet ${netuid}`),
    symbol: chainText(get('TokenSymbol')),
    token: tokenOf(netuid, number('SubnetMechanism')),
    owner: addressOf(get('SubnetOwner')),
    ownerHotkey: addressOf(get('SubnetOwnerHotkey')),
    n: number('SubnetworkN') ?? 0,
    maxN: number('MaxAllowedUids'),
    tempo: number('Tempo') ?? 0,
    emissionRao: rao('SubnetAlphaOutEmission') ?? rao('EmissionValues'),
    taoEmissionRao: rao('SubnetTaoInEmission'),
    priceRao,
    taoInRao: rao('SubnetTAO'),
    alphaInRao: rao('SubnetAlphaIn'),
    alphaOutRao: rao('SubnetAlphaOut'),
    burnRao: rao('Burn'),
    difficulty: rao('Difficulty'),
    registrationAllowed: flag('NetworkRegistrationAllowed'),
    powRegistrationAllowed: flag('NetworkPowRegistrationAllowed'),
    isStarted: flag('SubtokenEnabled'),
    registeredAt: number('NetworkRegisteredAt'),
    identity,
    immunityPeriod: number('ImmunityPeriod'),
    lockedRao: rao('SubnetLocked'),
    mechanisms: number('MechanismCountCurrent'),
  };
}

function identityOf(value: unknown): Readonly<Record<string, string>> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const texts = Object.entries(value).map(([name, text]) => [name, chainText(text) ?? ''] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== ''));
}

/** Undefined for an account of zeros, which is how absent owners read. */
function addressOf(value: unknown): string | undefined {
  if (!(value instanceof Uint8Array) || value.every(byte => byte === 0)) return undefined;
  return encodeAddress(value);
}

const ALL_PRICES = 'SwapRuntimeApi.current_alpha_price_all';

async function readPrices(
  connection: Connection<Chain>,
  netuids: readonly number[],
  options?: ReadOptions,
): Promise<ReadonlyMap<number, bigint | undefined>> {
  if (netuids.length > 1 && findApiMethod(connection.chain.api, ALL_PRICES)) {
    const answer = await askRuntime(connection, ALL_PRICES, [], options);
    if (isPrices(answer)) return new Map(answer.map(({ netuid, price }) => [netuid, price]));
  }
  const prices = await Promise.all(netuids.map(netuid => readPrice(connection, netuid, options)));
  return new Map(netuids.map((netuid, i) => [netuid, prices[i]]));
}

function isPrices(answer: unknown): answer is readonly { netuid: number; price: bigint }[] {
  const isPrice = (one: { netuid?: unknown; price?: unknown } | null) =>
    typeof one?.netuid === 'number' && typeof one.price === 'bigint';
  return Array.isArray(answer) && answer.every(isPrice);
}
