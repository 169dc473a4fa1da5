import { mkdirSync, readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import type { Clock } from '../../../src/base/clock.js';
import { isBittensorError, messageOf, systemCodeOf } from '../../../src/base/errors.js';
import { writeFileAtomic } from '../../../src/base/files.js';
import type { Log } from '../../../src/base/log.js';
import { hex, Reader, toKey, unhex } from '../codec.js';
import { engineError } from '../errors.js';
import { withoutMarks } from '../fork/layered.js';
import type { Fork } from '../fork/open.js';
import { NOTHING } from '../runtime/executor.js';
import { CODE_KEY, type Runtime, type Runtimes } from '../runtime/runtime.js';
import { type Changes, type Outcome, Overlay, type StateReader } from '../state/overlay.js';
import type { StateVersion } from '../state/trie.js';
import { BlockLog } from '../store/block-log.js';
import { type ChainNotes, NO_NOTES, readNotes, writeNotes } from '../store/chain-notes.js';
import { keepGenesis } from '../store/genesis-record.js';
import { StateLog } from '../store/state-log.js';
import { BlockBuilder, type Candidates } from './block-builder.js';
import { BlockTimes } from './block-times.js';
import { type BlockId, Finality } from './finality.js';
import { firstBlock, firstNumber } from './first-block.js';
import { buildGenesis, type GenesisSource, sourceId } from './genesis.js';
import { type Block, encodeBlock, headerHash } from './header.js';
import { openStates } from './recovery.js';
import { type Snapshot, Snapshots } from './snapshots.js';

const FORMAT = 1;
/** `Timestamp.Now`, which every FRAME chain with the timestamp pallet has: twox-128 of both words. */
const TIMESTAMP = toKey(unhex('0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb'));

export interface ChainOptions {
  folder: string;
  source: GenesisSource;
  /** The hash that a new chain has to begin with, when somebody else has begun it. */
  genesisHash?: string | undefined;
  runtimes: Runtimes;
  /** Blocks whose state is kept; undefined keeps all. */
  keepBlocks: number | undefined;
  /** A block is final that many blocks later; default that of the last run, at first 0: at once. */
  finalityLag?: number | undefined;
  /** Milliseconds between blocks when their times are not to depend on the clock. */
  fixedStepMs?: number | undefined;
  clock: Clock;
  log: Log;
}

export interface NewBlock {
  block: Block;
  /** Of the top trie. */
  changes: Changes;
  /** True when the runtime's code changed. */
  newRuntime: boolean;
}

/**
 * The blocks, the head, and the only two ways to a new one: building and importing. Both end in `verify`, which executes the
 * block on its parent's state in a fresh instance; nothing becomes the head otherwise.
 */
export class Chain {
  private readonly listeners = new Set<(added: NewBlock) => void>();
  private readonly finalListeners = new Set<(block: BlockId) => void>();
  private readonly revertListeners = new Set<(head: Block) => void>();
  private readonly finality: Finality;
  private readonly times: BlockTimes;
  private readonly builder: BlockBuilder;
  private newest: Block;

  private constructor(
    private readonly options: ChainOptions,
    private readonly blocks: BlockLog,
    private readonly states: StateLog,
    private readonly taken: Snapshots,
    notes: ChainNotes,
    /** What transactions are signed for: the hash of block 0, wherever that is. */
    readonly genesisHash: string,
  ) {
    const { finalityLag = notes.finality.lag, clock, fixedStepMs } = options;
    const { head } = blocks;
    this.newest = blocks.block(head)!;
    const wasFinal = Math.max(notes.finality.number, head - notes.finality.lag, blocks.oldest);
    this.finality = new Finality(finalityLag, head, wasFinal);
    const travels = notes.travels.filter(travel => travel.block <= head);
    this.times = new BlockTimes({ clock, fixedStepMs, travels });
    this.builder = new BlockBuilder(this.times);
  }

  /** Starts a chain in an empty folder, or goes on with the one that is there. */
  static open(options: ChainOptions): Chain {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    const known = readDescription(options.folder);
    const chain = known === undefined ? Chain.create(options) : Chain.resume(options, known);
    chain.catchUp();
    if (known === undefined) chain.goOnFromItsTime();
    chain.checkSnapshots();
    chain.saveNotes();
    return chain;
  }

  private static create(options: ChainOptions): Chain {
    const { folder, source, runtimes, log, keepBlocks } = options;
    const blocks = BlockLog.open(folder, log);
    if (source.kind === 'fork') return Chain.createFork(options, source.fork, blocks);
    if (blocks.head > blocks.oldest) throw engineError('bad_data', `${folder} has blocks but no chain.json`);
    // A start that was interrupted before chain.json was written is made again.
    if (!blocks.isEmpty) blocks.dropLast();
    const values = buildGenesis(source, runtimes);
    const version = runtimes.of({ get: key => values.get(key) ?? null }).version.stateVersion;
    const snapshots = new Snapshots([], 0);
    const pins = () => snapshots.blocks;
    const rootOf = (number: number) => blocks.block(number)?.header.stateRoot;
    const first = firstNumber(source, values);
    const states = StateLog.create(folder, values, version, { keepBlocks, log, pins, rootOf, first });
    const { root } = states.head().trie(version);
    const { block, genesis } = firstBlock(source, { values, number: first, root, version });
    const { genesisHash } = options;
    if (genesisHash !== undefined && block.hash !== genesisHash) {
      throw engineError(
        'bad_genesis',
        `the first state that was sent gives block 0 the hash ${block.hash}, not ${genesisHash}`,
      );
    }
    blocks.append(block);
    blocks.sync();
    if (first === 0) keepGenesis(folder);
    const description = { format: FORMAT, genesis, source: sourceId(source) };
    writeDescription(
      folder,
      first === 0 ? description : { ...description, first: { number: first, hash: block.hash } },
    );
    return new Chain(options, blocks, states, snapshots, NO_NOTES, genesis);
  }

  /** Begins with a block and the state of another chain. */
  private static createFork(options: ChainOptions, fork: Fork, blocks: BlockLog): Chain {
    const { folder, source, runtimes, log, keepBlocks } = options;
    while (!blocks.isEmpty) blocks.dropLast();
    const { block, values } = fork.begin();
    const version = runtimes.of(fork.over(NOTHING)).version.stateVersion;
    const snapshots = new Snapshots([], 0);
    const pins = () => snapshots.blocks;
    const states = StateLog.create(folder, values, version, { keepBlocks, log, pins, first: fork.number });
    blocks.append(block);
    blocks.sync();
    writeDescription(folder, { format: FORMAT, genesis: fork.genesis, source: sourceId(source) });
    return new Chain(options, blocks, states, snapshots, NO_NOTES, fork.genesis);
  }

  private static resume(options: ChainOptions, known: Description): Chain {
    const { folder, log, keepBlocks } = options;
    if (known.source !== sourceId(options.source)) {
      throw engineError(
        'bad_data',
        `${folder} holds another chain (genesis ${known.genesis}): its preset, genesis patch, specification or fork differs; start it as it was started first (--chain, --fork), or use another folder`,
        { data: { folder, genesis: known.genesis } },
      );
    }
    const blocks = BlockLog.open(folder, log);
    const fork = options.source.kind === 'fork' ? options.source.fork : undefined;
    const first = fork ?? known.first ?? { number: 0, hash: known.genesis };
    const found = blocks.hashAt(first.number);
    if (found !== first.hash) {
      const named = fork ? `is a fork of ${first.hash}` : `names genesis ${first.hash}`;
      throw engineError('bad_data', `${folder} ${named}, but block ${first.number} is ${found}`);
    }
    const notes = readNotes(folder, log);
    // Those of blocks that a crash or a rewind took away are gone.
    const snapshots = new Snapshots(
      notes.snapshots.filter(({ block, hash }) => blocks.hashAt(block) === hash),
      notes.lastSnapshot,
    );
    const states = openStates(folder, blocks.head, options.runtimes, {
      keepBlocks,
      log,
      pins: () => snapshots.blocks,
      // The root of a fork's own block is that of a state which is elsewhere.
      rootOf: number => (number === fork?.number ? undefined : blocks.block(number)?.header.stateRoot),
    });
    const chain = new Chain(options, blocks, states, snapshots, notes, known.genesis);
    chain.compareCode();
    return chain;
  }

  get head(): Block {
    return this.newest;
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

  /** Where this chain was forked from another, if it was. */
  get fork(): Fork | undefined {
    const { source } = this.options;
    return source.kind === 'fork' ? source.fork : undefined;
  }

  /** The first block that is here: 0, or the one that a fork or a dump began with. */
  get oldestBlock(): number {
    return this.blocks.oldest;
  }

  get oldestState(): number {
    return this.states.oldestNumber;
  }

  /** The runtime of the head. */
  get runtime(): Runtime {
    return this.options.runtimes.of(this.state);
  }

  /** The state of the head; not to be kept beyond the current turn. */
  get state(): StateReader {
    return this.whole(this.states.head());
  }

  /** The chain's own time in milliseconds; 0 before the first block. */
  get timestampMs(): number {
    const now = this.state.get(TIMESTAMP);
    return now?.length === 8 ? Number(new Reader(now).u64()) : 0;
  }

  block(number: number): Block | undefined {
    return number === this.newest.header.number
      ? this.newest
      : (this.blocks.block(number) ?? this.fork?.below.block(number));
  }

  hashAt(number: number): string | undefined {
    const hash = this.blocks.hashAt(number) ?? this.fork?.below.hashAt(number);
    return hash ?? (number === 0 ? this.genesisHash : undefined);
  }

  numberOf(hash: string): number | undefined {
    return this.blocks.numberOf(hash) ?? this.fork?.below.numberOf(hash);
  }

  /** The state after a block, or undefined when it was discarded. Not to be kept beyond the current turn. */
  stateAt(number: number): StateReader | undefined {
    const state = this.states.at(number);
    return state ? this.whole(state) : this.fork?.below.stateAt(number);
  }

  runtimeOf(state: StateReader): Runtime {
    return this.options.runtimes.of(state);
  }

  /** Calls back for each new head; returns a function that ends it. */
  onBlock(listener: (added: NewBlock) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Calls back for each block that becomes final, in order, behind `onBlock`; returns a function that ends it. */
  onFinalized(listener: (block: BlockId) => void): () => void {
    this.finalListeners.add(listener);
    return () => this.finalListeners.delete(listener);
  }

  /** Calls back with the head that the chain was rewound to; returns a function that ends it. */
  onRevert(listener: (head: Block) => void): () => void {
    this.revertListeners.add(listener);
    return () => this.revertListeners.delete(listener);
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
    const undo = this.times.travel(this.newest.header.number + 1, toMs);
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
    return this.times.next({ block: this.newest.header.number + 1, lastMs: this.timestampMs, slotMs: 1 });
  }

  /** Keeps the head's state so that one can come back to it; `too_many_snapshots` after 16. */
  takeSnapshot(): Snapshot {
    const snapshot = this.taken.take({ number: this.newest.header.number, hash: this.newest.hash });
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
   * Makes an older block the head; later blocks, their snapshots and journeys in time are gone. A process that ends at any
   * moment leaves either head: the block log is cut first, and states behind it are never read again. `state_discarded` when
   * the state is no longer kept. May go below the newest final block, which then is the head.
   */
  revert(number: number): Block {
    const head = this.newest.header.number;
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
    const rewindStates = this.states.rewind(number);
    this.blocks.rewind(number);
    rewindStates();
    this.newest = this.blocks.block(number)!;
    this.finality.rewind(number);
    this.times.rewind(number);
    this.taken.rewind(number);
    this.tell(this.revertListeners, this.newest);
    try {
      this.saveNotes();
    } catch (error) {
      // What they say of blocks that are gone is not believed by the next start.
      this.options.log.warn(messageOf(error));
    }
    return this.newest;
  }

  /** Verifies a block on top of the head and makes it the head; a block that does not verify is `bad_block`. */
  import(block: Block): NewBlock {
    return this.add(block, this.verify(block));
  }

  private add(block: Block, { outcome, version }: Verified): NewBlock {
    this.blocks.append(block);
    try {
      this.states.append(block.header.number, outcome.changes, outcome.trie, version, outcome.children);
    } catch (error) {
      this.blocks.dropLast();
      throw error;
    }
    this.newest = block;
    const changes = this.fork ? withoutMarks(outcome.top) : outcome.top;
    const added = { block, changes, newRuntime: changes.has(CODE_KEY) };
    this.tell(this.listeners, added);
    for (const number of this.finality.advance(block.header.number)) {
      this.tell(this.finalListeners, { number, hash: this.hashAt(number)! });
    }
    return added;
  }

  /** Hands what was written to the disk, without waiting. */
  syncSoon(): void {
    this.fork?.syncSoon();
    this.blocks.syncSoon();
    this.states.syncSoon();
  }

  close(): void {
    this.blocks.close();
    this.states.close();
    this.fork?.close();
  }

  private tell<T>(listeners: Iterable<(news: T) => void>, news: T): void {
    for (const listener of [...listeners]) {
      try {
        listener(news);
      } catch (error) {
        // The block stands; what somebody made of it is theirs.
        this.options.log.error(`after block ${this.newest.header.number}: ${messageOf(error)}`);
      }
    }
  }

  /** A fork has only a part of its state here. */
  private whole(state: StateReader): StateReader {
    return this.fork?.over(state) ?? state;
  }

  private verify(block: Block): Verified {
    const { header } = block;
    const at = `block ${header.number} (${block.hash})`;
    if (headerHash(block.encodedHeader) !== block.hash) throw engineError('bad_block', `${at} has another hash`);
    if (header.number !== this.states.headNumber + 1) {
      throw engineError('bad_block', `${at} does not follow block ${this.states.headNumber}`);
    }
    const parent = this.blocks.hashAt(header.number - 1);
    if (hex(header.parentHash) !== parent) {
      throw engineError('bad_block', `${at} has parent ${hex(header.parentHash)}, not ${parent}`);
    }
    const runtime = this.runtime;
    const version = runtime.version.stateVersion;
    // A damaged state is the folder's fault, not the block's.
    this.state.trie(version);
    const state = new Overlay(this.state);
    try {
      runtime.executor.call(state, 'Core_execute_block', encodeBlock(block), true);
    } catch (error) {
      if (isBittensorError(error) && error.code === 'not_here') throw error;
      throw engineError('bad_block', `${at} does not verify: ${messageOf(error)}`, { cause: error });
    }
    const outcome = state.outcome(version);
    const { trie } = outcome;
    if (hex(trie.root) !== hex(header.stateRoot)) {
      throw engineError(
        'bad_block',
        `${at} has state root ${hex(header.stateRoot)}, executing it gives ${hex(trie.root)}`,
      );
    }
    return { outcome, version };
  }

  /** Executes blocks whose state the last run could not write any more. */
  private catchUp(): void {
    const missing = this.blocks.head - this.states.headNumber;
    if (missing > 0) this.options.log.warn(`executing ${missing} blocks again whose state was not on the disk`);
    while (this.states.headNumber < this.blocks.head) {
      const block = this.blocks.block(this.states.headNumber + 1)!;
      const { outcome, version } = this.verify(block);
      this.states.append(block.header.number, outcome.changes, outcome.trie, version, outcome.children);
    }
  }

  /** A state that comes from a chain whose clock was moved has a time that our clock reaches much later: it would stand still. */
  private goOnFromItsTime(): void {
    const { timestampMs } = this;
    if (!Number.isSafeInteger(timestampMs) || timestampMs <= this.options.clock.nowMs()) return;
    this.times.travel(this.newest.header.number, timestampMs);
  }

  private compareCode(): void {
    const { source, log } = this.options;
    if (source.kind !== 'runtime') return;
    const stored = this.state.get(CODE_KEY);
    if (!stored || Buffer.compare(stored, source.code) === 0) return;
    log.info(
      `this chain goes on with its own runtime (spec version ${this.runtime.version.specVersion}); the one that came with the program begins with a new data folder`,
    );
  }

  private base() {
    const { newest, runtime, state, timestampMs } = this;
    return { head: newest, runtime, state, timestampMs };
  }

  /** A snapshot whose state the folder does not hold is of no use. */
  private checkSnapshots(): void {
    for (const { id, block } of this.snapshots) {
      if (this.states.has(block)) continue;
      this.options.log.warn(`snapshot ${id} is gone: the folder does not hold the state of block ${block}`);
      this.taken.drop(id);
    }
  }

  /** Writes down what is not in the blocks, when it has changed. */
  private saveNotes(): void {
    const { lag, number } = this.finality;
    const head = this.newest.header.number;
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

/** What executing a block led to. */
interface Verified {
  outcome: Outcome;
  version: StateVersion;
}

interface Description {
  format: number;
  genesis: string;
  source: string;
  /** The block that the chain here begins with, when that is not block 0. */
  first?: BlockId;
}

function writeDescription(folder: string, description: Description): void {
  writeFileAtomic(joinPath(folder, 'chain.json'), `${JSON.stringify(description, undefined, 2)}\n`);
}

function readDescription(folder: string): Description | undefined {
  const path = joinPath(folder, 'chain.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw engineError('bad_data', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
  let description: Partial<Description>;
  try {
    description = JSON.parse(text) as Partial<Description>;
  } catch {
    throw engineError('bad_data', `${path} is not JSON: the data folder is damaged`);
  }
  if (description?.format !== FORMAT) {
    throw engineError('bad_data', `${path} has format ${String(description?.format)}, this program reads ${FORMAT}`);
  }
  if (typeof description.genesis !== 'string' || typeof description.source !== 'string') {
    throw engineError('bad_data', `${path} lacks the genesis or the source`);
  }
  return description as Description;
}
