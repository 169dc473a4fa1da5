import { mkdirSync, readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { u64le } from '../../../src/base/bytes.js';
import type { Clock } from '../../../src/base/clock.js';
import { isBittensorError, messageOf, systemCodeOf } from '../../../src/base/errors.js';
import { writeFileAtomic } from '../../../src/base/files.js';
import type { Log } from '../../../src/base/log.js';
import { compact, hex, join, lengthPrefixed, Reader, toKey, unhex } from '../codec.js';
import { engineError } from '../errors.js';
import { CODE_KEY, decodeApplied, type Invalidity, type Runtime, type Runtimes } from '../runtime/runtime.js';
import { type Changes, Overlay, type StateReader } from '../state/overlay.js';
import { BlockLog } from '../store/block-log.js';
import { keepGenesis } from '../store/genesis-record.js';
import { StateLog } from '../store/state-log.js';
import { type BlockId, Finality } from './finality.js';
import { buildGenesis, type GenesisSource, genesisBlock, sourceId } from './genesis.js';
import { type Block, encodeBlock, encodeHeader, headerHash, makeBlock, preRuntimeDigest } from './header.js';

const FORMAT = 1;
const NONE = new Uint8Array();
const ZERO_HASH = new Uint8Array(32);
/** Transactions that do not fit before a block counts as full, as sc-basic-authorship has it. */
const SKIPPED_AT_MOST = 8;
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
  /** A block is final that many blocks later; default 0, at once. */
  finalityLag?: number;
  clock: Clock;
  log: Log;
}

/** Where a block under construction takes its transactions from, best first. */
export interface Candidates {
  next(): { readonly bytes: Uint8Array } | undefined;
  /** The last one was not included, so what depends on it must not be offered. */
  rejected(reason: Rejection): void;
}

/** `full`: it may fit into a later block; `later`: keep it; `invalid`: drop it. */
export interface Rejection {
  fate: 'full' | 'later' | 'invalid';
  reason: string;
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
  private readonly finality: Finality;
  private newest: Block;
  /** Learnt when the runtime refuses two blocks in one slot. */
  private oneBlockPerSlot = false;

  private constructor(
    private readonly options: ChainOptions,
    private readonly blocks: BlockLog,
    private readonly states: StateLog,
  ) {
    this.newest = blocks.block(blocks.head)!;
    this.finality = new Finality(options.finalityLag ?? 0, blocks.head, 0);
  }

  /** Starts a chain in an empty folder, or goes on with the one that is there. */
  static open(options: ChainOptions): Chain {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    const known = readDescription(options.folder);
    const chain = known === undefined ? Chain.create(options) : Chain.resume(options, known);
    chain.catchUp();
    return chain;
  }

  private static create(options: ChainOptions): Chain {
    const { folder, runtimes, log, keepBlocks } = options;
    const blocks = BlockLog.open(folder, log);
    if (blocks.head > 0) throw engineError('bad_data', `${folder} has blocks but no chain.json`);
    const values = buildGenesis(options.source, runtimes);
    const version = runtimes.of({ get: key => values.get(key) ?? null }).version.stateVersion;
    const states = StateLog.create(folder, values, version, { keepBlocks, log });
    const block = genesisBlock(states.head().trie(version).root, version);
    const { genesisHash } = options;
    if (genesisHash !== undefined && block.hash !== genesisHash) {
      throw engineError(
        'bad_genesis',
        `the first state that was sent gives block 0 the hash ${block.hash}, not ${genesisHash}`,
      );
    }
    // A start that was interrupted before chain.json was written is made again.
    if (blocks.head === 0) blocks.dropLast();
    blocks.append(block);
    blocks.sync();
    keepGenesis(folder);
    const description: Description = { format: FORMAT, genesis: block.hash, source: sourceId(options.source) };
    writeFileAtomic(joinPath(folder, 'chain.json'), `${JSON.stringify(description, undefined, 2)}\n`);
    return new Chain(options, blocks, states);
  }

  private static resume(options: ChainOptions, known: Description): Chain {
    const { folder, log, keepBlocks } = options;
    if (known.source !== sourceId(options.source)) {
      throw engineError(
        'bad_data',
        `${folder} holds another chain (genesis ${known.genesis}): its preset, genesis patch or specification differs; use another folder`,
        { data: { folder, genesis: known.genesis } },
      );
    }
    const blocks = BlockLog.open(folder, log);
    if (blocks.hashAt(0) !== known.genesis) {
      throw engineError('bad_data', `${folder} names genesis ${known.genesis}, but block 0 is ${blocks.hashAt(0)}`);
    }
    const states = StateLog.open(folder, blocks.head, {
      keepBlocks,
      log,
      rootOf: number => blocks.block(number)!.header.stateRoot,
    });
    const chain = new Chain(options, blocks, states);
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
    this.finality.lag = blocks;
  }

  get genesisHash(): string {
    return this.blocks.hashAt(0)!;
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
    return this.states.head();
  }

  /** The chain's own time in milliseconds; 0 before the first block. */
  get timestampMs(): number {
    const now = this.state.get(TIMESTAMP);
    return now?.length === 8 ? Number(new Reader(now).u64()) : 0;
  }

  block(number: number): Block | undefined {
    return number === this.newest.header.number ? this.newest : this.blocks.block(number);
  }

  hashAt(number: number): string | undefined {
    return this.blocks.hashAt(number);
  }

  numberOf(hash: string): number | undefined {
    return this.blocks.numberOf(hash);
  }

  /** The state after a block, or undefined when it was discarded. Not to be kept beyond the current turn. */
  stateAt(number: number): StateReader | undefined {
    return this.states.at(number);
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

  /**
   * Builds, verifies and stores the next block. `deadlineMs` (of `performance.now()`) ends taking transactions. When the disk
   * refuses, nothing has happened.
   */
  build(candidates: Candidates, deadlineMs = Number.POSITIVE_INFINITY): NewBlock {
    const opened = this.initialize();
    const { runtime, state, extrinsics } = opened;
    applyCandidates({ runtime, state, extrinsics, candidates, deadlineMs });
    const header = runtime.executor.call(state, 'BlockBuilder_finalize_block', NONE);
    return this.import(makeBlock(header, extrinsics));
  }

  /** `ApplyExtrinsicResult` of an extrinsic in the next block; nothing is kept. */
  dryRun(extrinsic: Uint8Array): Uint8Array {
    const { runtime, state } = this.initialize();
    return runtime.executor.call(state, 'BlockBuilder_apply_extrinsic', extrinsic);
  }

  /** Verifies a block on top of the head and makes it the head; a block that does not verify is `bad_block`. */
  import(block: Block): NewBlock {
    const { outcome, version } = this.verify(block);
    this.blocks.append(block);
    try {
      this.states.append(block.header.number, outcome.changes, outcome.trie, version, outcome.children);
    } catch (error) {
      this.blocks.dropLast();
      throw error;
    }
    this.newest = block;
    const added = { block, changes: outcome.top, newRuntime: outcome.top.has(CODE_KEY) };
    this.tell(this.listeners, added);
    for (const number of this.finality.advance(block.header.number)) {
      this.tell(this.finalListeners, { number, hash: this.hashAt(number)! });
    }
    return added;
  }

  /** Hands what was written to the disk, without waiting. */
  syncSoon(): void {
    this.blocks.syncSoon();
    this.states.syncSoon();
  }

  close(): void {
    this.blocks.close();
    this.states.close();
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

  private verify(block: Block) {
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

  private compareCode(): void {
    const { source, log } = this.options;
    if (source.kind !== 'runtime') return;
    const stored = this.state.get(CODE_KEY);
    if (!stored || Buffer.compare(stored, source.code) === 0) return;
    log.info(
      `this chain goes on with its own runtime (spec version ${this.runtime.version.specVersion}); the one that came with the program begins with a new data folder`,
    );
  }

  /** Opens the next block: digest, initialisation, timestamp. */
  private initialize(): { runtime: Runtime; state: Overlay; extrinsics: Uint8Array[] } {
    const runtime = this.runtime;
    const last = this.timestampMs;
    const slotMs = slotDuration(runtime, this.state);
    const soon = Math.max(this.options.clock.nowMs(), last + 1);
    const nextSlot = Math.max(soon, (Math.floor(last / slotMs) + 1) * slotMs);
    if (this.oneBlockPerSlot) return this.initializeAt(nextSlot, slotMs, runtime);
    try {
      return this.initializeAt(soon, slotMs, runtime);
    } catch (error) {
      // Some runtimes want a slot of its own, or half a slot of time, for each block.
      if (nextSlot === soon || !isTrap(error)) throw error;
      const opened = this.initializeAt(nextSlot, slotMs, runtime);
      this.oneBlockPerSlot = true;
      return opened;
    }
  }

  private initializeAt(timeMs: number, slotMs: number, runtime: Runtime) {
    const state = new Overlay(this.state);
    const time = u64le(BigInt(timeMs));
    const aura = runtime.executor.has('AuraApi_slot_duration');
    const slot = u64le(BigInt(Math.floor(timeMs / slotMs)));
    const header = encodeHeader({
      parentHash: unhex(this.newest.hash),
      number: this.newest.header.number + 1,
      stateRoot: ZERO_HASH,
      extrinsicsRoot: ZERO_HASH,
      digest: aura ? [preRuntimeDigest('aura', slot)] : [],
    });
    runtime.executor.call(state, 'Core_initialize_block', header);
    const inherents = join(compact(1), Buffer.from('timstap0'), lengthPrefixed(time));
    const reader = new Reader(runtime.executor.call(state, 'BlockBuilder_inherent_extrinsics', inherents));
    const extrinsics = Array.from({ length: reader.compact() }, () => lengthPrefixed(reader.vec()));
    for (const extrinsic of extrinsics) {
      const refused = decodeApplied(runtime.executor.call(state, 'BlockBuilder_apply_extrinsic', extrinsic));
      if (refused) throw engineError('runtime_trap', `the runtime refuses its own inherent: ${refused.reason}`);
    }
    return { runtime, state, extrinsics };
  }
}

function applyCandidates(work: {
  runtime: Runtime;
  state: Overlay;
  extrinsics: Uint8Array[];
  candidates: Candidates;
  deadlineMs: number;
}): void {
  const { runtime, state, extrinsics, candidates, deadlineMs } = work;
  let skipped = 0;
  while (skipped < SKIPPED_AT_MOST && performance.now() < deadlineMs) {
    const candidate = candidates.next();
    if (!candidate) return;
    state.start();
    const refused = tryApply(runtime, state, candidate.bytes);
    if (!refused) {
      state.commit();
      extrinsics.push(candidate.bytes);
      continue;
    }
    state.rollback();
    candidates.rejected(refused);
    if (refused.fate === 'full') skipped++;
  }
}

function tryApply(runtime: Runtime, state: Overlay, extrinsic: Uint8Array): Rejection | undefined {
  let refused: Invalidity | undefined;
  try {
    refused = decodeApplied(runtime.executor.call(state, 'BlockBuilder_apply_extrinsic', extrinsic));
  } catch (error) {
    // A panic is the transaction's doing; anything else is ours, and says nothing about it.
    return { fate: isTrap(error) ? 'invalid' : 'later', reason: messageOf(error) };
  }
  if (!refused) return undefined;
  const fate = refused.variant === 'ExhaustsResources' ? 'full' : refused.variant === 'Future' ? 'later' : 'invalid';
  return { fate, reason: refused.reason };
}

function isTrap(error: unknown): boolean {
  return isBittensorError(error) && error.code === 'runtime_trap';
}

/** Without Aura, one millisecond: any two blocks are in different slots. */
function slotDuration(runtime: Runtime, state: StateReader): number {
  if (!runtime.executor.has('AuraApi_slot_duration')) return 1;
  return Math.max(1, Number(new Reader(runtime.view(state, 'AuraApi_slot_duration', NONE)).u64()));
}

interface Description {
  format: number;
  genesis: string;
  source: string;
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
  return { format: FORMAT, genesis: description.genesis, source: description.source };
}
