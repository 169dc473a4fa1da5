import { blake2b256, concat, decodeAddress, toHex, u64le } from '../../base/browser.js';
import type { CallOptions, ChainClient } from '../chain-client.js';
import type { ReadOptions } from '../reads/reads.js';
import { checkAddress, checkWeights } from './actions.js';
import { type PreparedAction, prepareWays, type WeightRequest } from './prepare-actions.js';

/**
 * Weights in two steps, for subnets that hide them at first: the chain gets a hash now and the weights some epochs
 * later. Whoever loses what is in here cannot reveal them.
 */
export interface WeightCommitment {
  readonly netuid: number;
  readonly hotkey: string;
  readonly uids: readonly number[];
  readonly weightsU16: readonly number[];
  readonly versionKey: bigint;
  /** 16-bit numbers. */
  readonly salt: readonly number[];
}

const SALT_LENGTH = 8;

/** What the chain keeps: BLAKE2-256 of hotkey, netuid, uids, weights, salt and version key. Source: subtensor `weights.rs`. */
export function commitmentHash(commitment: WeightCommitment): string {
  const { netuid, hotkey, uids, weightsU16, versionKey, salt } = commitment;
  const lists = [uids, weightsU16, salt].map(list => concat(compact(list.length), ...list.map(u16)));
  return toHex(blake2b256(concat(decodeAddress(hotkey), u16(netuid), ...lists, u64le(versionKey))));
}

/** Signed by the hotkey. Keep `commitment`: it is what must be revealed. */
export async function prepareCommitWeights(
  client: ChainClient,
  { netuid, uids, weightsU16, versionKey, ...rest }: WeightRequest,
): Promise<PreparedAction & { readonly commitment: WeightCommitment }> {
  checkWeights(uids, weightsU16);
  const key = versionKey ?? (await client.hyperparameters(netuid, rest)).weightsVersionKey;
  const salt = [...crypto.getRandomValues(new Uint16Array(SALT_LENGTH))];
  const commitment = { netuid, hotkey: checkAddress(rest.from), uids, weightsU16, versionKey: key, salt };
  const ways = [{ call: 'SubtensorModule.commit_weights', args: { netuid, commit_hash: commitmentHash(commitment) } }];
  const more = [['Next', 'the weights count once they are revealed, some epochs later']] as const;
  return { ...(await prepareWays(client, rest, ways, { balanceRao: 0n, more })), commitment };
}

/** Signed by the hotkey that committed. */
export function prepareRevealWeights(
  client: ChainClient,
  { commitment, ...rest }: CallOptions & { commitment: WeightCommitment },
): Promise<PreparedAction> {
  const { netuid, hotkey, uids, weightsU16, versionKey, salt } = commitment;
  const args = { netuid, uids, values: weightsU16, salt, version_key: versionKey };
  const ways = [{ call: 'SubtensorModule.reveal_weights', args }];
  const more = [['Replaces', "the neuron's weights of before"]] as const;
  return prepareWays(client, { ...rest, from: hotkey }, ways, { balanceRao: 0n, more });
}

/** The first and the last block in which a commitment can be revealed; undefined when the chain does not have it. */
export async function revealBlocks(
  client: ChainClient,
  commitment: WeightCommitment,
  options?: ReadOptions,
): Promise<{ first: number; last: number } | undefined> {
  const { netuid, hotkey } = commitment;
  const [commits] = await client.read([['SubtensorModule.WeightCommits', netuid, hotkey]], options);
  const own = commitmentHash(commitment);
  const found = ((commits ?? []) as [hash: string, block: number, first: number, last: number][]).find(
    ([hash]) => hash === own,
  );
  return found && { first: Number(found[2]), last: Number(found[3]) };
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 255, value >> 8);
}

/** A length in SCALE's compact form. */
function compact(length: number): Uint8Array {
  if (length < 64) return Uint8Array.of(length << 2);
  if (length < 16_384) return u16((length << 2) | 1);
  const wide = ((length << 2) | 2) >>> 0;
  return Uint8Array.of(wide & 255, (wide >> 8) & 255, (wide >> 16) & 255, wide >>> 24);
}
