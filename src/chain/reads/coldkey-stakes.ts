import { encodeAddress, type Token, tokenOf } from '../../base/browser.js';
import type { Chain } from '../connection/chain.js';
import type { Connection } from '../connection/connection.js';
import { chainError } from '../errors.js';
import { findApiMethod, findStorage, runtimeOf } from '../metadata/api.js';
import { askRuntime } from '../metadata/runtime.js';
import { readValues } from '../metadata/values.js';
import { checkAddress } from '../transactions/actions.js';
import { type ReadOptions, readMany } from './reads.js';

/** A coldkey's stake on one hotkey in one subnet. */
export interface Stake {
  readonly hotkey: string;
  /** Undefined on chains of before subnets had tokens: the stake is TAO then. */
  readonly netuid: number | undefined;
  /** What both amounts are counted in. */
  readonly token: Token;
  /** Rao. */
  readonly stakeRao: bigint;
  /** What the hotkey's stakers got in the last epoch, in rao; undefined where the chain does not tell. */
  readonly emissionRao: bigint | undefined;
  /** Whether the hotkey is a neuron of the subnet. */
  readonly isRegistered: boolean | undefined;
}

const METHOD = 'StakeInfoRuntimeApi.get_stake_info_for_coldkey';

/** All stakes of a coldkey that are not 0. Error `unsupported` where the chain has none of the known ways to tell. */
export async function readStakesOf(
  connection: Connection<Chain>,
  coldkey: string,
  options?: ReadOptions,
): Promise<Stake[]> {
  const { api } = connection.chain;
  const address = checkAddress(coldkey);
  if (findApiMethod(api, METHOD)) {
    const answer = await askRuntime(connection, METHOD, [address], options);
    if (!Array.isArray(answer)) throw chainError('unsupported', `${METHOD} answers no list`);
    const stakes = answer.map(stakeOf).filter(({ stakeRao }) => stakeRao > 0n);
    const keys = [...new Set(stakes.map(({ netuid }) => netuid))].map(
      netuid => ['SubtensorModule.SubnetMechanism', netuid] as const,
    );
    const mechanisms = await readValues(connection, keys, options);
    const tokens = new Map(keys.map(([, netuid], i) => [netuid, tokenOf(netuid, Number(mechanisms[i]))]));
    return stakes.map(stake => ({ ...stake, token: tokens.get(stake.netuid)! }));
  }
  if (findStorage(api, 'SubtensorModule.Stake')) return oldStakes(connection, address, options);
  throw chainError('unsupported', `${runtimeOf(api)} does not tell the stakes of a coldkey`);
}

function stakeOf(entry: unknown) {
  const { hotkey, netuid, stake, emission, is_registered } = entry as Readonly<Record<string, unknown>>;
  if (!(hotkey instanceof Uint8Array) || typeof netuid !== 'number' || typeof stake !== 'bigint') {
    throw chainError('unsupported', `${METHOD} tells stakes of another form`);
  }
  return {
    hotkey: encodeAddress(hotkey),
    netuid,
    stakeRao: stake,
    emissionRao: emission === undefined ? undefined : BigInt(String(emission)),
    isRegistered: typeof is_registered === 'boolean' ? is_registered : undefined,
  };
}

/** Spec 218: stake by hotkey and coldkey, in TAO. */
async function oldStakes(connection: Connection<Chain>, coldkey: string, options?: ReadOptions): Promise<Stake[]> {
  const hotkeys = await readHotkeysOf(connection, coldkey, options);
  const amounts = await readMany(
    connection,
    hotkeys.map(hotkey => ['SubtensorModule.Stake', hotkey, coldkey] as const),
    options,
  );
  return hotkeys
    .map((hotkey, i) => ({
      hotkey,
      netuid: undefined,
      token: 'TAO' as const,
      stakeRao: BigInt(String(amounts[i] ?? 0)),
      emissionRao: undefined,
      isRegistered: undefined,
    }))
    .filter(({ stakeRao }) => stakeRao > 0n);
}

/** Hotkeys of a coldkey that the chain knows: its own, and those it has staked on. */
export async function readHotkeysOf(
  connection: Connection<Chain>,
  coldkey: string,
  options?: ReadOptions,
): Promise<string[]> {
  const address = checkAddress(coldkey);
  const { api } = connection.chain;
  const lists = ['SubtensorModule.OwnedHotkeys', 'SubtensorModule.StakingHotkeys'].filter(path =>
    findStorage(api, path),
  );
  const known = await readMany(
    connection,
    lists.map(path => [path, address] as const),
    options,
  );
  return [...new Set(known.flat() as string[])];
}
