import { type BittensorError, formatTao, pollUntil } from '../../../base/index.js';
import type { Included, LocalChain } from '../../../chain/index.js';
import type { Action } from '../../frame/command.js';
import { withLocalChain } from './local-chain.js';
import { badArgument, parseTao } from './parse.js';
import { say } from './say.js';
import type { targetSettings } from './settings.js';

type Verb = Action<typeof targetSettings>;

export const fund: Verb = async ({ args: [address = '', amount = ''], settings, signal }) => {
  const amountRao = parseTao(amount);
  const done = await withLocalChain(settings, signal, chain => fundAccount(chain, address, amountRao));
  return say({ address, amountRao, ...done.json }, [`Sent ${formatTao(amountRao)} to ${address} ${done.text}.`]);
};

/** Sends from a development account. Error `bad_setting` when none has so much. */
export async function fundAccount(chain: LocalChain, address: string, amountRao: bigint) {
  try {
    return await sendAndMine(chain, () => chain.fund(address, amountRao));
  } catch (error) {
    throw (await tooMuch(chain, amountRao)) ?? error;
  }
}

/** The error for more than any development account has; undefined when that is not what was wrong, or cannot be told. */
async function tooMuch(chain: LocalChain, amountRao: bigint): Promise<BittensorError | undefined> {
  const list = await chain.accounts().catch(() => []);
  const richest = list.reduce<(typeof list)[number] | undefined>(
    (best, entry) => (best && best.freeRao >= entry.freeRao ? best : entry),
    undefined,
  );
  if (!richest || richest.freeRao > amountRao) return undefined;
  const most = `${richest.uri}, has ${formatTao(richest.freeRao)}`;
  return badArgument(`no development account can send ${formatTao(amountRao)}: the richest, ${most}`);
}

export const setBalance: Verb = async ({ args: [address = '', amount = ''], settings, signal }) => {
  const freeRao = /^0(\.0*)?$/.test(amount) ? 0n : parseTao(amount);
  const done = await withLocalChain(settings, signal, chain =>
    sendAndMine(chain, () => chain.setBalance(address, freeRao)),
  );
  return say({ address, freeRao, ...done.json }, [`${address} has ${formatTao(freeRao)} free, ${done.text}.`]);
};

/** On a chain of manual blocks a transaction of the chain's own would wait for the next one: it gets one. */
export async function sendAndMine(chain: LocalChain, send: () => Promise<Included>): Promise<Sent> {
  const { isMined, ...included } = await sent(chain, send);
  const blockNumber = await chain.numberOf(included.block);
  const where = blockNumber === undefined ? included.block : `${blockNumber}, ${included.block}`;
  const text = `in block ${where}${isMined ? ', which was mined for it' : ''}`;
  return { json: { ...included, blockNumber: blockNumber ?? null }, text };
}

export interface Sent {
  /** `hash` of the transaction, `block` (its hash) and `blockNumber`. */
  readonly json: Included & { readonly blockNumber: number | null };
  /** In which block it is. */
  readonly text: string;
}

async function sent(chain: LocalChain, send: () => Promise<Included>): Promise<Included & { isMined: boolean }> {
  const { blockTime, ready } = await chain.status();
  const sending = send();
  if (blockTime !== 'manual') return { ...(await sending), isMined: false };
  const failed = sending.then(
    () => undefined,
    error => error as unknown,
  );
  const pooled = pollUntil('the transaction in the pool', { withinMs: 30_000, everyMs: 20 }, async () =>
    (await chain.status()).ready > ready ? true : undefined,
  );
  const early = await Promise.race([failed, pooled.then(() => undefined)]);
  if (early !== undefined) throw early;
  await chain.mine();
  return { ...(await sending), isMined: true };
}
