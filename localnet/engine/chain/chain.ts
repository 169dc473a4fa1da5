import type { Clock } from '../../../src/base/clock.js';
import { messageOf } from '../../../src/base/errors.js';
import { engineError } from '../errors.js';
import { withoutMarks } from '../fork/layered.js';
import { CODE_KEY } from '../runtime/runtime.js';
import type { Changes, Overlay } from '../state/overlay.js';
import { type ChainNotes, writeNotes } from '../store/chain-notes.js';
import { BlockBuilder, type Candidates } from './block-builder.js';
import { BlockTimes } from './block-times.js';
import { type BlockId, Finality } from './finality.js';
import type { Block } from './header.js';
import { Ledger } from './ledger.js';
import { News } from './news.js';
import { type FolderOptions, type OpenFolder, openFolder } from './open-folder.js';
import type { Snapshot } from './snapshots.js';
import { type Verified, verifyBlock } from './verify.js';

export interface ChainOptions extends FolderOptions {
  /** A block is final that many blocks later; default that of the last run, at first 0: at once. */
  finalityLag?: number | undefined;
  /** Milliseconds between blocks when their times are not to depend on the clock. */
  fixedStepMs?: number | undefined;
  clock: Clock;
}

export interface NewBlock {
  block: Block;
  /** Of the top trie. */
  changes: Changes;
  /** True when the runtime's code changed. */
  newRuntime: boolean;
}

/**
 * The ledger, and the only two ways to a new block: building and importing. Both end in `verify`, which executes the block on
 * its parent's state in a fresh instance; nothing becomes the head otherwise.
 */
export class Chain extends Ledger {
  private readonly newBlocks = new News<NewBlock>();
  private readonly newlyFinal = new News<BlockId>();
  private readonly reverts = new News<Block>();
  private readonly taken: OpenFolder['snapshots'];
  private readonly finality: Finality;
  private readonly times: BlockTimes;
  private readonly builder: BlockBuilder;

  private constructor(
    private readonly options: ChainOptions,
    folder: OpenFolder,
  ) {
    super(options, folder);
    const { blocks, notes, snapshots } = folder;
    const { finalityLag = notes.finality.lag, clock, fixedStepMs } = options;
    const { head } = blocks;
    this.taken = snapshots;
    const wasFinal = Math.max(notes.finality.number, head - notes.finality.lag, blocks.oldest);
    this.finality = new Finality(finalityLag, head, wasFinal);
    const travels = notes.travels.filter(travel => travel.block <= head);
    this.times = new BlockTimes({ clock, fixedStepMs, travels });
    this.builder = new BlockBuilder(this.times);
  }

  /** Starts a chain in an empty folder, or goes on with the one that is there. */
  static open(options: ChainOptions): Chain {
    const folder = openFolder(options);
    const chain = new Chain(options, folder);
    if (folder.isNew) chain.goOnFromItsTime();
    chain.saveNotes();
    return chain;
  }

  /** The newest final block. */
  get finalized(): BlockId {
    const { number } = this.finality;
    return { number, hash: this.hashAt(number)! };
  }

  /** Blocks between the head and the newest final one, once there are that many. */
  get finalityLag(): number {
    return this.finality.lag;
  }

  /** From the next block on. What is final stays so. */
  set finalityLag(blocks: number) {
    if (this.finality.lag === blocks) return;
    this.finality.lag = blocks;
    this.saveNotes();
  }

  /** Snapshots by the order in which they were taken. */
  get snapshots(): readonly Snapshot[] {
    return this.taken.all;
  }

  /** True when the times of blocks do not depend on the clock. */
  get isDeterministic(): boolean {
    return this.times.isFixed;
  }

  /** Calls back for each new head; returns a function that ends it. */
  onBlock(listener: (added: NewBlock) => void): () => void {
    return this.newBlocks.on(listener);
  }

  /** Calls back for each block that becomes final, in order, behind `onBlock`; returns a function that ends it. */
  onFinalized(listener: (block: BlockId) => void): () => void {
    return this.newlyFinal.on(listener);
  }

  /** Calls back with the head that the chain was rewound to; returns a function that ends it. */
  onRevert(listener: (head: Block) => void): () => void {
    return this.reverts.on(listener);
  }

  /**
   * Builds, verifies and stores the next block. `deadlineMs` (of `performance.now()`) ends taking transactions; `timeMs` is the
   * time that it gets. When the disk refuses, nothing has happened.
   */
  build(
    candidates: Candidates,
    { deadlineMs = Number.POSITIVE_INFINITY, timeMs }: { deadlineMs?: number; timeMs?: number | undefined } = {},
  ): NewBlock {
    const check = (block: Block) => this.verify(block);
    const { block, checked } = this.builder.build(this.base(), candidates, { deadlineMs, timeMs, check });
    return this.add(block, checked);
  }

  /** `ApplyExtrinsicResult` of an extrinsic in the next block; nothing is kept. */
  dryRun(extrinsic: Uint8Array): Uint8Array {
    return this.rehearse(extrinsic).applied;
  }

  /** The same, with the state that it leaves and its place in the block. */
  rehearse(extrinsic: Uint8Array): { applied: Uint8Array; state: Overlay; index: number } {
    const { runtime, state, extrinsics } = this.builder.open(this.base());
    const applied = runtime.executor.call(state, 'BlockBuilder_apply_extrinsic', extrinsic);
    return { applied, state, index: extrinsics.length };
  }

  /**
   * Lets `build` make a block of that time, from which the times of later ones count, also after a start. When it fails,
   * nothing has happened.
   */
  travel(toMs: number, build: (timeMs: number) => NewBlock): NewBlock {
    const undo = this.times.travel(this.head.header.number + 1, toMs);
    try {
      this.saveNotes();
      return build(toMs);
    } catch (error) {
      undo();
      this.saveNotes();
      throw error;
    }
  }

  /** What the time of the next block would be now. */
  get nextTimeMs(): number {
    return this.times.next({ block: this.head.header.number + 1, lastMs: this.timestampMs, slotMs: 1 });
  }

  /** Keeps the head's state so that one can come back to it; `too_many_snapshots` after 16. */
  takeSnapshot(): Snapshot {
    const snapshot = this.taken.take({ number: this.head.header.number, hash: this.head.hash });
    try {
      this.saveNotes();
    } catch (error) {
      this.taken.drop(snapshot.id);
      throw error;
    }
    return snapshot;
  }

  /** Forgets a snapshot, and its state when that is old; false when there is none of that id. */
  dropSnapshot(id: number): boolean {
    const found = this.taken.drop(id);
    if (found) {
      this.states.unpin();
      this.saveNotes();
    }
    return found;
  }

  /**
   * Makes an older block the head; later blocks, their snapshots and journeys in time are gone. `state_discarded` when the
   * state is no longer kept. May go below the newest final block, which then is the head.
   */
  revert(number: number): Block {
    const head = this.head.header.number;
    if (!Number.isSafeInteger(number) || number < 0 || number > head) {
      throw engineError('unknown_block', `there is no block ${number}: the head is block ${head}`);
    }
    if (!this.states.has(number)) {
      const snapshots = this.snapshots.map(({ id, block }) => `${id} (block ${block})`).join(', ');
      throw engineError(
        'state_discarded',
        `the state of block ${number} is no longer kept: go back to block ${this.oldestState} or a later one${snapshots && `, or to snapshot ${snapshots}`}; --prune says how many blocks are kept, --archive keeps all, a snapshot keeps its own`,
      );
    }
    this.rewind(number);
    this.finality.rewind(number);
    this.times.rewind(number);
    this.taken.rewind(number);
    this.reverts.tell(this.head, this.onListenerError);
    try {
      this.saveNotes();
    } catch (error) {
      // What they say of blocks that are gone is not believed by the next start.
      this.options.log.warn(messageOf(error));
    }
    return this.head;
  }

  /** Verifies a block on top of the head and makes it the head; a block that does not verify is `bad_block`. */
  import(block: Block): NewBlock {
    return this.add(block, this.verify(block));
  }

  private add(block: Block, verified: Verified): NewBlock {
    this.append(block, verified);
    const { outcome } = verified;
    const changes = this.fork ? withoutMarks(outcome.top) : outcome.top;
    const added = { block, changes, newRuntime: changes.has(CODE_KEY) };
    this.newBlocks.tell(added, this.onListenerError);
    for (const number of this.finality.advance(block.header.number)) {
      this.newlyFinal.tell({ number, hash: this.hashAt(number)! }, this.onListenerError);
    }
    return added;
  }

  /** The block stands all the same. */
  private readonly onListenerError = (error: unknown) => {
    this.options.log.error(`after block ${this.head.header.number}: ${messageOf(error)}`);
  };

  private verify(block: Block): Verified {
    const { hash, header } = this.head;
    const { runtime, state } = this;
    return verifyBlock(block, { number: header.number, hash, runtime, state });
  }

  /** A state that comes from a chain whose clock was moved has a time that our clock reaches much later: it would stand still. */
  private goOnFromItsTime(): void {
    const { timestampMs } = this;
    if (!Number.isSafeInteger(timestampMs) || timestampMs <= this.options.clock.nowMs()) return;
    this.times.travel(this.head.header.number, timestampMs);
  }

  private base() {
    const { head, runtime, state, timestampMs } = this;
    return { head, runtime, state, timestampMs };
  }

  /** Writes down what is not in the blocks, when it has changed. */
  private saveNotes(): void {
    const { lag, number } = this.finality;
    const head = this.head.header.number;
    const notes: ChainNotes = {
      travels: this.times.travels,
      snapshots: this.snapshots,
      lastSnapshot: this.taken.lastId,
      // What follows from the lag need not be written.
      finality: { lag, number: number > head - lag ? number : 0 },
    };
    writeNotes(this.options.folder, notes);
  }
}
