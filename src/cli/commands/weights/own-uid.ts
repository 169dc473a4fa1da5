import type { ChainClient } from '../../../chain/index.js';
import { cliError } from '../../errors.js';
import { boundToFail } from '../../transaction/bound-to-fail.js';
import { checkSubnet } from '../../transaction/network.js';

/** The neuron of a hotkey. Errors: `no_subnet`, `not_registered`. */
export async function ownUid(
  client: ChainClient,
  netuid: number,
  hotkey: string,
  signal: AbortSignal,
): Promise<number> {
  const uid = await client.uidOf(netuid, hotkey, { signal });
  if (uid !== undefined) return uid;
  await checkSubnet(client, netuid, signal);
  const advice = `bittensor-cli subnet register --netuid ${netuid} registers it`;
  throw cliError('not_registered', `${hotkey} is no neuron of subnet ${netuid}; ${advice}`, { netuid, hotkey });
}

/** Error `rejected`: what would be ranked is no neuron. */
export async function checkUids(
  client: ChainClient,
  netuid: number,
  uids: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  const [count] = await client.read([['SubtensorModule.SubnetworkN', netuid]], { signal });
  const n = Number(count ?? 0);
  const wrong = uids.filter(uid => uid >= n);
  if (wrong.length === 0) return;
  const which =
    wrong.length === 1 ? `uid ${wrong[0]} is no neuron` : `uids ${wrong.slice(0, 8).join(', ')} are no neurons`;
  const there = n === 1 ? 'only uid 0' : `uids 0 to ${n - 1}`;
  const advice = `bittensor-cli metagraph --netuid ${netuid} shows them`;
  throw boundToFail('UidVecContainInvalidOne', `${which} of subnet ${netuid}, which has ${there} (${advice})`, {
    netuid,
    uids: wrong,
    n,
  });
}
