import type { ChainClient, Submitted } from '../../../chain/index.js';
import { cliError } from '../../errors.js';
import { formatTao } from '../../terminal/amounts.js';
import { eventOf } from '../../transaction/events.js';
import { checkSubnet } from '../../transaction/network.js';
import type { Outcome } from '../../transaction/transaction.js';

/** What registering came to: the neuron, from the chain's event. */
export function registered(done: Submitted, netuid: number, hotkey: string): Outcome {
  const [, uid] = eventOf(done.events, 'NeuronRegistered') ?? [];
  return { json: { netuid, uid: uid === undefined ? null : Number(uid), hotkey } };
}

/** Errors `no_subnet` and `already_registered`, before anything is paid or searched. */
export async function checkCanRegister(client: ChainClient, netuid: number, hotkey: string, signal: AbortSignal) {
  await checkSubnet(client, netuid, signal);
  const uid = await client.uidOf(netuid, hotkey, { signal });
  if (uid === undefined) return;
  throw cliError('already_registered', `${hotkey} is uid ${uid} of subnet ${netuid} already`, { netuid, uid, hotkey });
}

/** Error `too_dear`. */
export function checkCost(what: string, costRao: bigint | undefined, maxRao: bigint | undefined): void {
  if (maxRao === undefined || costRao === undefined || costRao <= maxRao) return;
  const message = `${what} costs ${formatTao(costRao)} now, more than --max-cost ${formatTao(maxRao)}; nothing was signed`;
  throw cliError('too_dear', message, { costRao, maxRao });
}
