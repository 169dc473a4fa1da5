import { isBittensorError } from '../../../../src/base/errors.js';
import { DEV_ACCOUNTS, type Keys } from '../../chain/dev-accounts.js';
import { signFixed } from '../../chain/transaction.js';
import { type Key, Reader } from '../../codec.js';
import { RpcError } from '../../rpc-error.js';
import { eventsOf } from '../../runtime/events.js';
import { type Metadata, readMetadata } from '../../runtime/metadata.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { Engine } from '../family.js';
import { nextIndex } from '../methods/system.js';
import { failureIn, outcomeOf } from './dispatch-error.js';
import { included } from './inclusion.js';

/** A transaction that was included, and the block that holds it. */
export interface Included {
  hash: string;
  block: string;
}

/** Sends calls that development accounts sign, so that a replay of the blocks agrees. */
export class Sender {
  private readonly known = new WeakMap<Runtime, Metadata>();

  constructor(private readonly engine: Engine) {}

  /** Of the head's runtime. */
  get metadata(): Metadata {
    const { runtime } = this.engine.chain;
    let metadata = this.known.get(runtime);
    if (!metadata) {
      metadata = readMetadata(new Reader(runtime.constant('Metadata_metadata', new Uint8Array())).vec());
      this.known.set(runtime, metadata);
    }
    return metadata;
  }

  /** The keys of a development account, or undefined. */
  keysOf(publicKey: Uint8Array): Keys | undefined {
    return DEV_ACCOUNTS.find(({ keys }) => Buffer.compare(keys.publicKey, publicKey) === 0)?.keys;
  }

  /**
   * Answers when it is in a block; with manual blocks that is when the next one is asked for. A call that would fail is not
   * sent, and one that has failed in its block all the same is an error that says so; `who` begins those messages.
   */
  async send(who: string, keys: Keys, call: Uint8Array): Promise<Included> {
    const { engine, metadata } = this;
    const { chain } = engine;
    const extrinsic = signFixed(
      {
        metadata,
        version: chain.runtime.version,
        genesisHash: chain.genesisHash,
        call,
        nonce: nextIndex(engine, keys.publicKey),
      },
      keys,
    );
    const { applied, state, index } = this.rehearse(who, extrinsic);
    // One that has to wait for others is not judged before.
    const outcome = outcomeOf(metadata, applied);
    const failure = outcome ?? this.failure(state, index);
    if (failure) throw new RpcError(-32000, `${who} cannot send this: ${failure}`);
    const done = await included(engine, extrinsic);
    this.checkInBlock(done, extrinsic);
    return done;
  }

  /** A runtime that panics has refused it, too. */
  private rehearse(who: string, extrinsic: Uint8Array) {
    try {
      return this.engine.chain.rehearse(extrinsic);
    } catch (error) {
      if (!isBittensorError(error) || error.code !== 'runtime_trap') throw error;
      throw new RpcError(-32000, `${who} cannot send this: ${error.message}`);
    }
  }

  private checkInBlock({ hash, block }: Included, extrinsic: Uint8Array): void {
    const { chain } = this.engine;
    const number = chain.numberOf(block);
    const state = number === undefined ? undefined : chain.stateAt(number);
    const bytes = number === undefined ? undefined : chain.block(number)?.extrinsics;
    const index = bytes?.findIndex(each => Buffer.compare(each, extrinsic) === 0) ?? -1;
    if (!state || index < 0)
      throw new RpcError(-32000, `transaction ${hash} was in block ${block}, which was reverted`);
    const failure = this.failure(state, index);
    if (failure) throw new RpcError(-32000, `transaction ${hash} is in block ${block} and failed: ${failure}`);
  }

  private failure(state: { get(key: Key): Uint8Array | null }, extrinsic: number): string | undefined {
    return failureIn(this.metadata, eventsOf(this.metadata, state, extrinsic));
  }
}
