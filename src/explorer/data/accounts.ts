import type { Token } from '../../base/browser.js';
import type { Block, BlockEvent, Extrinsic } from './blocks.js';
import type { ChainData, Place } from './chain-data.js';
import { addressOf, bigOf, listOf, numberOf, recordOf } from './decoded.js';
import { Account, Choice, type Decoded } from './scale/values.js';
import { readTokens } from './subnet-reads.js';

export interface AccountData {
  readonly block: number;
  /** The chain has an entry for it: it was paid something once and not emptied. */
  readonly exists: boolean;
  readonly freeRao: bigint;
  readonly reservedRao: bigint;
  readonly frozenRao: bigint;
  readonly nonce: number;
  /** The coldkey of this account, when it is a hotkey. */
  readonly coldkey: string | undefined;
  readonly hotkeys: readonly string[];
  readonly stakes: readonly StakeData[];
  readonly neurons: readonly OwnNeuron[];
}

export interface StakeData {
  readonly netuid: number;
  readonly hotkey: string;
  /** Of the subnet's token. */
  readonly rao: bigint;
  readonly token: Token;
}

export interface OwnNeuron {
  readonly netuid: number;
  readonly uid: number;
  readonly hotkey: string;
}

/** Hotkeys of one coldkey whose neurons are looked for. */
const MOST_HOTKEYS = 64;
const MOST_SUBNETS = 1_024;

export async function readAccount(chain: ChainData, address: string, place: Place): Promise<AccountData> {
  const [[account, owner, owned], stakes, networks] = await Promise.all([
    chain.read(place, [
      ['System.Account', address],
      ['SubtensorModule.Owner', address],
      ['SubtensorModule.OwnedHotkeys', address],
    ]),
    chain.askIfAny(place, 'StakeInfoRuntimeApi.get_stake_info_for_coldkey', [address]),
    chain.entries(place, 'SubtensorModule.NetworksAdded', [], MOST_SUBNETS),
  ]);
  const own = listOf(stakes).flatMap(stakeOf);
  const tokens = await readTokens(
    chain,
    own.map(({ netuid }) => netuid),
    place,
  );
  const record = recordOf(account);
  const data = recordOf(record['data']);
  const hotkeys = listOf(owned).flatMap(key => addressOf(key) ?? []);
  const netuids = networks.flatMap(([[netuid], added]) => (added === true ? [numberOf(netuid) ?? 0] : []));
  const counts = ['providers', 'sufficients', 'consumers'].map(name => numberOf(record[name]) ?? 0);
  return {
    block: place.number,
    exists: counts.some(count => count > 0),
    freeRao: bigOf(data['free']) ?? 0n,
    reservedRao: bigOf(data['reserved']) ?? 0n,
    frozenRao: bigOf(data['frozen']) ?? 0n,
    nonce: numberOf(record['nonce']) ?? 0,
    coldkey: ownerOf(owner),
    hotkeys,
    stakes: own.map((stake, i) => ({ ...stake, token: tokens[i]! })),
    neurons: await findNeurons(chain, place, [address, ...hotkeys.slice(0, MOST_HOTKEYS)], netuids),
  };
}

/** An absent owner reads as the account of zeros. */
function ownerOf(value: Decoded): string | undefined {
  return value instanceof Account && !/^0x0+$/.test(value.hex) ? value.address : undefined;
}

function stakeOf(value: Decoded): Omit<StakeData, 'token'>[] {
  const record = recordOf(value);
  const rao = bigOf(record['stake']) ?? 0n;
  const hotkey = addressOf(record['hotkey']);
  return rao === 0n || hotkey === undefined ? [] : [{ netuid: numberOf(record['netuid']) ?? 0, hotkey, rao }];
}

async function findNeurons(
  chain: ChainData,
  place: Place,
  hotkeys: readonly string[],
  netuids: readonly number[],
): Promise<OwnNeuron[]> {
  const places = hotkeys.flatMap(hotkey => netuids.map(netuid => ({ hotkey, netuid })));
  const uids = await chain.read(
    place,
    places.map(({ hotkey, netuid }) => ['SubtensorModule.Uids', netuid, hotkey] as const),
  );
  return places.flatMap((own, i) => {
    const uid = numberOf(uids[i]);
    return uid === undefined ? [] : [{ ...own, uid }];
  });
}

export interface Seen {
  readonly extrinsics: readonly { readonly block: number; readonly extrinsic: Extrinsic }[];
  readonly events: readonly { readonly block: number; readonly event: BlockEvent }[];
}

/** What these blocks have to do with an account: what it signed, and what happened to it. */
export function seenIn(blocks: readonly Block[], address: string): Seen {
  return {
    extrinsics: blocks.flatMap(({ number, extrinsics }) =>
      extrinsics
        .filter(({ signer, call }) => signer === address || mentions(call?.args, address))
        .map(extrinsic => ({ block: number, extrinsic })),
    ),
    events: blocks.flatMap(({ number, events = [] }) =>
      (events ?? []).filter(({ act }) => mentions(act.args, address)).map(event => ({ block: number, event })),
    ),
  };
}

function mentions(value: Decoded, address: string): boolean {
  if (value instanceof Account) return value.address === address;
  if (value instanceof Choice) return mentions(value.value, address);
  if (value instanceof Uint8Array || typeof value !== 'object') return false;
  return Object.values(value).some(inner => mentions(inner as Decoded, address));
}
