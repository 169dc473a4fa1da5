import type { Chain } from '../connection/chain.js';
import type { Connection } from '../connection/connection.js';
import { chainError } from '../errors.js';
import { decodeStorage, findStorage, runtimeOf, storageEntry, storageKey } from '../metadata/api.js';
import { pagesOf } from '../metadata/values.js';
import { type ReadOptions, readRaw } from './reads.js';

/**
 * A hotkey's stake from all of its stakers, in rao: alpha of the subnet, or on chains of before subnets had tokens
 * (spec 218) the TAO that it has everywhere. Error `unsupported` where none of the known items is there.
 */
export async function readStake(
  connection: Connection<Chain>,
  netuid: number,
  hotkey: string,
  options: ReadOptions = {},
): Promise<bigint> {
  const { api } = connection.chain;
  const one = async (path: string, ...keys: unknown[]) => {
    const [value] = await readRaw(connection, [storageKey(api, path, keys)], options.at, options);
    return amount(connection, path, value!);
  };
  if (findStorage(api, 'SubtensorModule.TotalHotkeyAlpha')) {
    return one('SubtensorModule.TotalHotkeyAlpha', hotkey, netuid);
  }
  if (findStorage(api, 'SubtensorModule.TotalHotkeyStake')) return one('SubtensorModule.TotalHotkeyStake', hotkey);
  if (findStorage(api, 'SubtensorModule.Stake')) return sumOfStakers(connection, hotkey, options);
  throw chainError('unsupported', `${runtimeOf(api)} has no storage of stakes that this client knows`);
}

/** `Stake` by hotkey and coldkey: the values under the hotkey's prefix, page by page. */
async function sumOfStakers(connection: Connection<Chain>, hotkey: string, options: ReadOptions): Promise<bigint> {
  const path = 'SubtensorModule.Stake';
  const prefix = storageEntry(connection.chain.api, path).iterKey!(hotkey).toHex();
  let sum = 0n;
  for await (const keys of pagesOf(connection, prefix, options)) {
    const values = await readRaw(connection, keys, options.at, options);
    for (const value of values) sum += amount(connection, path, value);
  }
  return sum;
}

function amount({ chain }: Connection<Chain>, path: string, value: string | null): bigint {
  return BigInt(String(decodeStorage(chain.api, path, value)?.toPrimitive() ?? 0));
}

/** The neuron of a hotkey; undefined when it has none, whatever the item's default for that is. */
export async function readUid(
  connection: Connection<Chain>,
  netuid: number,
  hotkey: string,
  options: ReadOptions = {},
): Promise<number | undefined> {
  const { api } = connection.chain;
  const path = 'SubtensorModule.Uids';
  const [value] = await readRaw(connection, [storageKey(api, path, [netuid, hotkey])], options.at, options);
  return value === null ? undefined : Number(decodeStorage(api, path, value!)?.toPrimitive());
}
