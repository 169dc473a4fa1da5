import { formatTao } from '../../../base/index.js';
import type { ChainClient, Submitted } from '../../../chain/index.js';
import { cliError } from '../../errors.js';
import { eventOf, paidRao } from '../../transaction/events.js';
import { checkSubnet } from '../../transaction/network.js';
import type { Outcome } from '../../transaction/transaction.js';

/** What registering came to, from the chain's events: the neuron, and what `payer` really paid. */
export function registered(
  done: Submitted,
  { netuid, hotkey, payer }: { netuid: number; hotkey: string; payer: string },
): Outcome {
  const paid = paidOutcome(done, payer);
  const [, uid] = eventOf(done.events, 'NeuronRegistered') ?? [];
  return { json: { netuid, uid: uid === undefined ? null : Number(uid), hotkey, ...paid.json }, lines: paid.lines };
}

/** The price that was really paid: the chain's may have moved since it was shown. */
export function paidOutcome(done: Submitted, payer: string) {
  const rao = paidRao(done, payer);
  return { json: { paidRao: rao ?? null }, lines: rao === undefined ? [] : [`Price paid: ${formatTao(rao)}`] };
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
