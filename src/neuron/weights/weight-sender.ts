import { type Clock, isBittensorError, type Log, systemClock } from '../../base/index.js';
import {
  type ChainClient,
  commitmentHash,
  eraPeriod,
  type Hyperparameters,
  type Metagraph,
  revealBlocks,
  type WeightCommitment,
} from '../../chain/index.js';
import { BackOff } from '../../net/index.js';
import type { Signer } from '../../wallet/index.js';
import { Patience } from '../patience.js';
import type { Vector } from './for-chain.js';
import { digestOf, isHidden, isOpen, isSame, type JournalEntry, type WeightJournal } from './journal.js';

export interface WeightSenderOptions {
  client: Pick<ChainClient, 'setWeights' | 'submit' | 'weights' | 'read' | 'headBlock' | 'blockTimeMs' | 'waiting'>;
  netuid: number;
  hotkey: Signer;
  journal: WeightJournal;
  log: Log;
  signal: AbortSignal;
  /** No second row in an epoch, whatever happens. Without: a row may be replaced as often as the chain takes it. */
  oncePerEpoch: boolean;
  clock?: Clock;
  onState?: (entry: JournalEntry) => void;
}

/** What may be signed now: any row, one row only, or nothing, and why. */
export type Permission =
  | { readonly kind: 'new' }
  | { readonly kind: 'again'; readonly entry: JournalEntry }
  | { readonly kind: 'nothing'; readonly why: string };

const SALT_LENGTH = 8;
const BACK_TO_WHERE = 'the chain this neuron sees is behind what it has signed';

/**
 * What the journal allows in this epoch. A row whose fate is open may be in a block at any time, so until that is known no other is
 * signed, in later epochs either.
 */
export function permission(
  entries: readonly JournalEntry[],
  { epoch, head, oncePerEpoch }: { epoch: number; head: number; oncePerEpoch: boolean },
): Permission {
  if (entries.some(one => one.block > head)) return { kind: 'nothing', why: BACK_TO_WHERE };
  const open = entries.find(isOpen);
  if (open) return { kind: 'again', entry: open };
  if (!oncePerEpoch) return { kind: 'new' };
  const own = entries.filter(one => one.epoch === epoch || (one.includedBlock ?? -1) >= epoch);
  const done = own.find(one => one.state !== 'failed');
  if (done) return { kind: 'nothing', why: 'this epoch has its row' };
  const failed = own.at(-1);
  return failed ? { kind: 'again', entry: failed } : { kind: 'new' };
}

/**
 * Brings rows of weights onto the chain, directly or hidden at first, by a journal: what is about to be signed is on the disk before.
 * What fails for want of a connection is tried again, later each time.
 */
export class WeightSender {
  private readonly tending: Patience;
  private readonly sending: Patience;
  /** A transaction of this key waits in the pool: it may be the one whose fate is open. */
  private isWaiting = false;
  /**
   * After a damaged journal nobody knows what was signed: nothing is, before an epoch that begins with this block or later, when
   * none of that can be in a block any more.
   */
  private quietUntil: number | undefined;
  /** Reveals that the chain refused, by their salt: they hold up neither other reveals nor new rows. */
  private readonly refused: BackOff;

  constructor(private readonly options: WeightSenderOptions) {
    const { clock = systemClock, log, signal } = options;
    this.tending = new Patience('Weights', log, signal, clock);
    this.sending = new Patience('Weights', log, signal, clock);
    this.refused = new BackOff(clock, { firstMs: 1_000, longestMs: 60_000 });
    const { damaged } = options.journal;
    if (damaged === undefined) return;
    this.quietUntil = Number.POSITIVE_INFINITY;
    options.log.warn(
      `The journal of weights could not be read, and will be kept as ${damaged}: no weights for a while`,
    );
  }

  /** Brings what is open to its end: finds out what became of it, reveals what is due. To be called with each block. */
  async tend(metagraph: Metagraph): Promise<void> {
    await this.tending.run(async () => {
      const { client, hotkey, journal, signal } = this.options;
      const open = journal.entries().filter(isOpen);
      this.isWaiting = open.length > 0 && (await client.waiting(hotkey.address, { signal })) > 0;
      // What was sent twice may come twice: nothing is sure before none of it waits.
      if (!this.isWaiting) for (const entry of open) await this.resolve(entry, metagraph);
      for (const entry of this.options.journal.entries().filter(isHidden)) await this.revealWhenDue(entry, metagraph);
    });
  }

  allowed(metagraph: Metagraph): Permission {
    const { journal, oncePerEpoch, client } = this.options;
    if (this.quietUntil === Number.POSITIVE_INFINITY) {
      this.quietUntil = metagraph.block + eraPeriod(client.blockTimeMs) + 1;
    }
    if (metagraph.lastEpochBlock < (this.quietUntil ?? 0)) return { kind: 'nothing', why: 'the journal was damaged' };
    if (this.isWaiting) return { kind: 'nothing', why: 'what was sent before still waits' };
    const now = { epoch: metagraph.lastEpochBlock, head: metagraph.block, oncePerEpoch };
    return permission(journal.entries(), now);
  }

  /** Signs and sends this row, or the one that the journal insists on. Returns the entry as it stands, or undefined when it is not the time. */
  async send(metagraph: Metagraph, vector: Vector, limits: Hyperparameters): Promise<JournalEntry | undefined> {
    const may = this.allowed(metagraph);
    // What could not be looked at is not known to be over.
    if (may.kind === 'nothing' || this.tending.mustWait) return undefined;
    let sent: JournalEntry | undefined;
    await this.sending.run(async () => {
      const entry = may.kind === 'again' ? inFormOf(may.entry, limits) : this.entryOf(metagraph, vector, limits);
      // Other neurons have these uids now: it was not meant for them.
      if (!sameNeurons(entry, metagraph)) return;
      sent = await this.submit(entry, metagraph);
    });
    return sent;
  }

  private entryOf(metagraph: Metagraph, { uids, weights }: Vector, limits: Hyperparameters): JournalEntry {
    return {
      epoch: metagraph.lastEpochBlock,
      digest: digestOf({ uids, weights }),
      uids,
      weights,
      hotkeys: uids.map(uid => metagraph.neurons[uid]!.hotkeyHex),
      state: 'submitted',
      block: metagraph.block,
      ...hidingOf(limits),
    };
  }

  private async submit(entry: JournalEntry, metagraph: Metagraph): Promise<JournalEntry> {
    const { client, netuid, hotkey, signal, log, journal } = this.options;
    const before = journal.entries().find(one => isSame(one, entry));
    let signed = this.note({ ...entry, state: 'submitted', block: metagraph.block });
    // Once more much later, where its time ran out: it is of worth from then on.
    const onSigned = () => {
      const block = client.headBlock();
      if (block > signed.block) signed = this.note({ ...signed, block });
    };
    let isOut = false;
    const onStatus = () => {
      isOut = true;
    };
    try {
      const { blockNumber } =
        entry.salt === undefined
          ? await client.setWeights({
              netuid,
              uids: entry.uids,
              weightsU16: entry.weights,
              signer: hotkey,
              signal,
              onSigned,
              onStatus,
            })
          : await client.submit({
              call: 'SubtensorModule.commit_weights',
              args: { netuid, commit_hash: commitmentHash(this.commitmentOf(entry)) },
              signer: hotkey,
              signal,
              onSigned,
              onStatus,
            });
      const done = this.note({ ...signed, state: 'included', includedBlock: blockNumber });
      await this.confirm(done, metagraph);
      return done;
    } catch (error) {
      // Only what ran and was refused, or never left, is known to be in no block.
      const isOver = isBittensorError(error) && (error.code === 'dispatch' || (error.code === 'rejected' && !isOut));
      if (isOver) {
        const name = String(error.data.name ?? '');
        // That says nothing of what was signed before: it may be why this one was refused.
        this.note(before && isOpen(before) ? before : { ...signed, state: 'failed' });
        log.warn(`Weights were refused${name ? ` (${name})` : ''}: ${error.message}`);
      }
      throw error;
    }
  }

  /** Reads back what the chain holds now. */
  private async confirm(entry: JournalEntry, metagraph: Metagraph): Promise<void> {
    const { netuid, hotkey, log, signal, client } = this.options;
    if (entry.salt !== undefined && entry.state === 'included') {
      const blocks = await this.blocksOf(entry);
      if (blocks) log.info(`Weights are hidden until block ${blocks.first}; to be revealed by block ${blocks.last}`);
      else log.warn('The chain does not hold the commitment that it included');
      return;
    }
    const uid = metagraph.byHotkey(hotkey.address)?.uid;
    if (uid === undefined) return;
    const row = (await client.weights(netuid, { uids: [uid], signal })).get(uid) ?? [];
    if (!sameRow(row, entry)) log.warn(`The chain holds other weights of uid ${uid} than those that were sent`);
  }

  /** Finds out what became of a row that was signed by a process that then ended, or whose connection did. */
  private async resolve(entry: JournalEntry, metagraph: Metagraph): Promise<void> {
    const { client, netuid, hotkey, signal } = this.options;
    const self = metagraph.byHotkey(hotkey.address);
    if (entry.salt !== undefined) {
      const blocks = await this.blocksOf(entry);
      if (blocks) this.note({ ...entry, state: 'included', includedBlock: self?.lastUpdate ?? metagraph.block });
    } else if (self && self.lastUpdate > entry.block) {
      const row = (await client.weights(netuid, { uids: [self.uid], signal })).get(self.uid) ?? [];
      if (sameRow(row, entry)) this.note({ ...entry, state: 'included', includedBlock: self.lastUpdate });
    }
    const now = this.options.journal.entries().find(one => isSame(one, entry));
    if (now) this.giveUpWhenOver(now, metagraph);
  }

  private async revealWhenDue(entry: JournalEntry, metagraph: Metagraph): Promise<void> {
    const { client, netuid, hotkey, signal, log } = this.options;
    const next = client.headBlock() + 1;
    const blocks = await this.blocksOf(entry);
    if (!blocks) {
      // A node that is behind, or a block that is not final yet: it may still be there.
      if (metagraph.block < (entry.includedBlock ?? entry.block)) return;
      const uid = metagraph.byHotkey(hotkey.address)?.uid;
      const row = uid === undefined ? [] : ((await client.weights(netuid, { uids: [uid], signal })).get(uid) ?? []);
      if (sameRow(row, entry)) this.note({ ...entry, state: 'revealed' });
      else this.miss(entry, 'the chain does not have them any more');
      return;
    }
    if (next < blocks.first) return;
    if (next > blocks.last) return this.miss(entry, `their time ended with block ${blocks.last}`);
    const key = String(entry.salt);
    if (this.refused.waitMs(key) > 0) return;
    const { uids, weightsU16, salt, versionKey } = this.commitmentOf(entry);
    const args = { netuid, uids, values: weightsU16, salt, version_key: versionKey };
    try {
      const call = 'SubtensorModule.reveal_weights';
      const { blockNumber } = await client.submit({ call, args, signer: hotkey, signal });
      const done = this.note({ ...entry, state: 'revealed' });
      log.info(`Weights of epoch ${entry.epoch} revealed in block ${blockNumber}`);
      await this.confirm(done, metagraph);
    } catch (error) {
      const name = isBittensorError(error) ? error.data.name : undefined;
      if (name === 'ExpiredWeightCommit') return this.miss(entry, 'the chain says they are too old');
      if (name === 'CommitRevealDisabled') return this.miss(entry, 'the subnet takes weights directly now');
      if (!isBittensorError(error) || error.code !== 'dispatch') throw error;
      const line = `Weights of epoch ${entry.epoch} cannot be revealed: ${error.message}`;
      if (this.refused.failed(key) > 1) log.debug(line);
      else log.warn(`${line}; trying again until block ${blocks.last}`);
    }
  }

  private miss(entry: JournalEntry, why: string): void {
    this.note({ ...entry, state: 'missed' });
    this.options.log.warn(`Weights of epoch ${entry.epoch} were not revealed in time and do not count: ${why}`);
  }

  /** Open until its signature is worth nothing. */
  private giveUpWhenOver(entry: JournalEntry, metagraph: Metagraph): void {
    const isOver = metagraph.block > entry.block + 2 * eraPeriod(this.options.client.blockTimeMs);
    if (isOpen(entry) && isOver) this.note({ ...entry, state: 'failed' });
  }

  private note(entry: JournalEntry): JournalEntry {
    this.options.journal.write(entry);
    this.options.onState?.(entry);
    return entry;
  }

  private commitmentOf({ uids, weights, salt = [], versionKey = '0' }: JournalEntry): WeightCommitment {
    const { netuid, hotkey } = this.options;
    return { netuid, hotkey: hotkey.address, uids, weightsU16: weights, salt, versionKey: BigInt(versionKey) };
  }

  private blocksOf(entry: JournalEntry): Promise<{ first: number; last: number } | undefined> {
    const { client, signal } = this.options;
    return revealBlocks(client as ChainClient, this.commitmentOf(entry), { signal });
  }
}

/** What hides a row, where the subnet wants that. */
function hidingOf({ commitRevealEnabled, weightsVersionKey }: Hyperparameters) {
  if (!commitRevealEnabled) return {};
  const salt = [...crypto.getRandomValues(new Uint16Array(SALT_LENGTH))];
  return { salt, versionKey: String(weightsVersionKey) };
}

/** A row that was refused, as the subnet takes it now: since when it hides weights, or does so no more. */
function inFormOf(entry: JournalEntry, limits: Hyperparameters): JournalEntry {
  const isHidden = entry.salt !== undefined;
  if (entry.state !== 'failed' || isHidden === limits.commitRevealEnabled) return entry;
  const { salt: _, versionKey: __, ...row } = entry;
  return { ...row, ...hidingOf(limits) };
}

function sameNeurons(entry: JournalEntry, { neurons }: Metagraph): boolean {
  return entry.uids.every((uid, i) => neurons[uid]?.hotkeyHex === entry.hotkeys[i]);
}

/** A row of the chain is what was sent: the largest weight is at 65535 in both. */
function sameRow(row: readonly (readonly [uid: number, weightU16: number])[], { uids, weights }: Vector): boolean {
  const known = new Map(row);
  return row.length === uids.length && uids.every((uid, i) => known.get(uid) === weights[i]);
}
