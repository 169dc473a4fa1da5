import { type Token, tokenOf } from '../../base/browser.js';
import { SUBNET_ITEMS, type SubnetItem } from '../../base/storage-names.js';
import type { ChainData, Place } from './chain-data.js';
import { addressOf, bigOf, numberOf, recordOf, textOf } from './decoded.js';
import type { Decoded } from './scale/values.js';

/** A subnet at a glance. What a chain's version does not tell is undefined. Name, symbol and identity are text of strangers. */
export interface SubnetData {
  readonly netuid: number;
  readonly name: string;
  readonly symbol: string | undefined;
  /** What stake and emission are counted in. */
  readonly token: Token;
  readonly owner: string | undefined;
  readonly ownerHotkey: string | undefined;
  readonly n: number;
  readonly maxN: number | undefined;
  readonly tempo: number | undefined;
  /** Rao of TAO for one alpha; undefined where the subnet has none. */
  readonly priceRao: bigint | undefined;
  /** Of its token, for a block. */
  readonly emissionRao: bigint | undefined;
  readonly taoInRao: bigint | undefined;
  readonly alphaInRao: bigint | undefined;
  readonly alphaOutRao: bigint | undefined;
  /** What a registration costs. */
  readonly burnRao: bigint | undefined;
  readonly registrationAllowed: boolean | undefined;
  /** Block. */
  readonly registeredAt: number | undefined;
  readonly identity: readonly (readonly [name: string, text: string])[];
}

/** Upstream counts its subnets in a u16; no chain has so many. */
const MOST_SUBNETS = 1_024;

export async function readSubnets(chain: ChainData, place: Place, only?: number): Promise<SubnetData[]> {
  const entries = await chain.entries(place, 'SubtensorModule.NetworksAdded', [], MOST_SUBNETS);
  const netuids = entries
    .flatMap(([[netuid], added]) => (added === true ? [numberOf(netuid) ?? 0] : []))
    .filter(netuid => only === undefined || netuid === only)
    .sort((a, b) => a - b);
  const queries = netuids.flatMap(netuid => SUBNET_ITEMS.map(name => [`SubtensorModule.${name}`, netuid] as const));
  const [values, prices] = await Promise.all([
    chain.read(place, queries),
    Promise.all(netuids.map(netuid => chain.askIfAny(place, 'SwapRuntimeApi.current_alpha_price', [netuid]))),
  ]);
  return netuids.map((netuid, i) => {
    const own = values.slice(i * SUBNET_ITEMS.length, (i + 1) * SUBNET_ITEMS.length);
    return subnetOf(netuid, name => own[SUBNET_ITEMS.indexOf(name)], bigOf(prices[i]));
  });
}

function subnetOf(netuid: number, get: (name: SubnetItem) => Decoded, priceRao: bigint | undefined): SubnetData {
  const texts = recordOf(get('SubnetIdentitiesV3') ?? get('SubnetIdentitiesV2'));
  const identity = Object.entries(texts).flatMap(([name, value]) => {
    const text = textOf(value);
    return text === undefined ? [] : [[name, text] as const];
  });
  const named = identity.find(([name]) => name === 'subnet_name')?.[1];
  const allowed = get('NetworkRegistrationAllowed');
  const token = tokenOf(netuid, numberOf(get('SubnetMechanism')));
  return {
    netuid,
    name: named ?? (netuid === 0 ? 'root' : `subnet ${netuid}`),
    symbol: textOf(get('TokenSymbol')),
    token,
    owner: addressOf(get('SubnetOwner')),
    ownerHotkey: addressOf(get('SubnetOwnerHotkey')),
    n: numberOf(get('SubnetworkN')) ?? 0,
    maxN: numberOf(get('MaxAllowedUids')),
    tempo: numberOf(get('Tempo')),
    priceRao: token === 'alpha' ? priceRao : undefined,
    emissionRao: bigOf(get('SubnetAlphaOutEmission')),
    taoInRao: bigOf(get('SubnetTAO')),
    alphaInRao: bigOf(get('SubnetAlphaIn')),
    alphaOutRao: bigOf(get('SubnetAlphaOut')),
    burnRao: bigOf(get('Burn')),
    registrationAllowed: typeof allowed === 'boolean' ? allowed : undefined,
    registeredAt: numberOf(get('NetworkRegisteredAt')),
    identity,
  };
}

const HYPERPARAMETERS = [
  'SubnetInfoRuntimeApi.get_subnet_hyperparams_v2',
  'SubnetInfoRuntimeApi.get_subnet_hyperparams',
];

/** By the chain's own names, whichever of its two lists it has. */
export async function readHyperparameters(
  chain: ChainData,
  netuid: number,
  place: Place,
): Promise<readonly (readonly [name: string, value: Decoded])[]> {
  for (const path of HYPERPARAMETERS) {
    const found = Object.entries(recordOf(await chain.askIfAny(place, path, [netuid])));
    if (found.length > 0) return found;
  }
  return [];
}
