import { Reader, toKey, unhex } from '../codec.js';
import type { Fork } from '../fork/open.js';
import type { Runtime } from '../runtime/runtime.js';
import type { StateReader } from '../state/overlay.js';
import type { Block } from './header.js';
import type { FolderOptions, OpenFolder } from './open-folder.js';
import type { Verified } from './verify.js';

/** `Timestamp.Now`, which every FRAME chain with the timestamp pallet has: twox-128 of both words. */
const TIMESTAMP = toKey(unhex('0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb'));

/**
 * What has happened: the blocks and the states behind them. Where the chain is a fork, what was before it is read from its
 * source.
 */
export class Ledger {
  /** What transactions are signed for: the hash of block 0, wherever that is. */
  readonly genesisHash: string;
  /** Where this chain was forked from another, if it was. */
  readonly fork: Fork | undefined;
  private readonly blocks: OpenFolder['blocks'];
  protected readonly states: OpenFolder['states'];
  private readonly runtimes: FolderOptions['runtimes'];
  private newest: Block;

  protected constructor({ source, runtimes }: FolderOptions, { genesis, blocks, states }: OpenFolder) {
    this.genesisHash = genesis;
    this.fork = source.kind === 'fork' ? source.fork : undefined;
    this.blocks = blocks;
    this.states = states;
    this.runtimes = runtimes;
    this.newest = blocks.block(blocks.head)!;
  }

  get head(): Block {
    return this.newest;
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
    return this.runtimeOf(this.state);
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
    return this.runtimes.of(state);
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

  /** A verified block becomes the head. When the disk refuses, nothing has happened. */
  protected append(block: Block, { outcome, version }: Verified): void {
    this.blocks.append(block);
    try {
      this.states.append(block.header.number, outcome.changes, outcome.trie, version, outcome.children);
    } catch (error) {
      this.blocks.dropLast();
      throw error;
    }
    this.newest = block;
  }

  /**
   * An older block, whose state is here, becomes the head. A process that ends at any moment leaves either head: the block log
   * is cut first, and states behind it are never read again.
   */
  protected rewind(number: number): void {
    const rewindStates = this.states.rewind(number);
    this.blocks.rewind(number);
    rewindStates();
    this.newest = this.blocks.block(number)!;
  }

  /** A fork has only a part of its state here. */
  private whole(state: StateReader): StateReader {
    return this.fork?.over(state) ?? state;
  }
}
