import type { ChainClient } from '../../../chain/index.js';
import { cliError } from '../../errors.js';
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
