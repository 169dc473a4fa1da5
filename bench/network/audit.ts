import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiPromise, WsProvider } from '@polkadot/api';
import { NETUID } from './network.js';

/** A row of weights in a block, as the chain tells. */
export interface WeightsSet {
  readonly block: number;
  readonly hotkey: string;
  readonly uids: readonly number[];
  readonly weights: readonly number[];
}

/** What a validator's journal says of a row; see src/neuron/weights/journal.ts. */
export interface JournalLine {
  readonly epoch: number;
  readonly state: string;
  readonly includedBlock?: number;
  readonly uids: readonly number[];
  readonly weights: readonly number[];
}

export interface Audit {
  /** Rows on the chain. */
  readonly sets: number;
  /** Two different rows of one validator before one epoch. */
  readonly doubles: readonly string[];
  /** Rows that the journal says are in a block, and that block does not have. */
  readonly lost: readonly string[];
  /** Rows on the chain that the journal does not know. */
  readonly unknown: readonly string[];
  /** Epochs that a validator let pass without a row, after its first one. */
  readonly silent: number;
}

/** Blocks that are read at a time. */
const AT_ONCE = 20;

/** All rows that were set in these blocks, from the extrinsics that succeeded, read with the official library and not with ours. */
export async function weightsOnChain(url: string, from: number, to: number): Promise<WeightsSet[]> {
  const api = await ApiPromise.create({ provider: new WsProvider(url) as never, noInitWarn: true });
  try {
    const sets: WeightsSet[] = [];
    for (let first = from; first <= to; first += AT_ONCE) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, to + 1 - first) }, (_, i) => first + i);
      sets.push(...(await Promise.all(numbers.map(number => setsIn(api, number)))).flat());
    }
    return sets;
  } finally {
    await api.disconnect();
  }
}

async function setsIn(api: ApiPromise, block: number): Promise<WeightsSet[]> {
  const hash = await api.rpc.chain.getBlockHash(block);
  const records = (await (await api.at(hash)).query['system']!['events']!()) as unknown as readonly EventRecord[];
  const indices = records
    .filter(({ event }) => event.section === 'subtensorModule' && event.method === 'WeightsSet')
    .map(({ phase }) => phase.asApplyExtrinsic.toNumber());
  if (indices.length === 0) return [];
  const { extrinsics } = (await api.rpc.chain.getBlock(hash)).block;
  return indices.map(index => {
    const { signer, method } = extrinsics[index]!;
    const { args } = method.toJSON() as unknown as { args: { netuid: number; dests: number[]; weights: number[] } };
    return { block, hotkey: signer.toString(), uids: args.dests, weights: args.weights };
  });
}

interface EventRecord {
  readonly event: { readonly section: string; readonly method: string };
  readonly phase: { readonly asApplyExtrinsic: { toNumber(): number } };
}

/** The rows that a neuron's journal holds; it keeps the last sixteen, so that a long run is read from time to time. */
export function readJournal(slotFolder: string): JournalLine[] {
  if (!existsSync(slotFolder)) return [];
  const name = readdirSync(slotFolder).find(file => new RegExp(`^weights-[0-9a-f]{8}-${NETUID}\\.json$`).test(file));
  if (name === undefined) return [];
  return (JSON.parse(readFileSync(join(slotFolder, name), 'utf8')) as { entries: JournalLine[] }).entries;
}

export interface Comparison {
  readonly hotkey: string;
  /** Of the chain up to block `upTo`. */
  readonly sets: readonly WeightsSet[];
  readonly upTo: number;
  /** Read after that block. */
  readonly journal: readonly JournalLine[];
  /** The blocks that began with an epoch, in order; a row counts for the first epoch after its block. */
  readonly epochs: readonly number[];
}

/** Compares a validator's journal with the chain. */
export function compare({ hotkey, sets: all, upTo, journal, epochs }: Comparison): Audit {
  const sets = all.filter(set => set.hotkey === hotkey);
  const textOf = ({ uids, weights }: { uids: readonly number[]; weights: readonly number[] }) =>
    uids.map((uid, i) => `${uid}:${weights[i]}`).join(' ');
  const included = journal.filter(entry => entry.includedBlock !== undefined && entry.includedBlock <= upTo);
  const doubles: string[] = [];
  let silent = 0;
  for (const [i, epoch] of epochs.entries()) {
    const next = epochs[i + 1];
    if (next === undefined || next > upTo + 1) break;
    const rows = new Set(sets.filter(({ block }) => block >= epoch && block < next).map(textOf));
    if (rows.size > 1) doubles.push(`before the epoch of block ${next}: ${[...rows].join(' | ')}`);
    if (rows.size === 0 && sets.some(({ block }) => block < epoch)) silent += 1;
  }
  const lost = included.filter(
    entry => !sets.some(set => set.block === entry.includedBlock && textOf(set) === textOf(entry)),
  );
  const unknown = sets.filter(set => !journal.some(entry => textOf(entry) === textOf(set)));
  return {
    sets: sets.length,
    doubles,
    lost: lost.map(entry => `block ${entry.includedBlock}: ${textOf(entry)}`),
    unknown: unknown.map(set => `block ${set.block}: ${textOf(set)}`),
    silent,
  };
}
