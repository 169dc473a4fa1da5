import { messageOf } from '../../../../src/base/errors.js';
import type { Chain } from '../../chain/chain.js';
import { hex } from '../../codec.js';
import { RpcError } from '../../rpc-error.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { StateReader } from '../../state/overlay.js';
import { type Place, readPage, START, type StorageQuery } from './storage-query.js';

/** As in Substrate: blocks pinned, and operations at a time, per subscription. */
const PINNED_AT_MOST = 512;
const OPERATIONS_AT_MOST = 16;
/** Final blocks that are told at the beginning. */
const FINAL_AT_FIRST = 16;

/** Source: sc-rpc-api's error codes of the JSON-RPC specification. */
const INVALID_BLOCK = -32801;
const WITHOUT_RUNTIME = -32802;
const INVALID_CONTINUE = -32803;
const DUPLICATE_HASHES = -32804;

interface Operation {
  /** What comes when the client wants more. */
  go?: (() => void) | undefined;
}

interface FollowParts {
  readonly chain: Chain;
  readonly withRuntime: boolean;
  push(event: object): void;
  /** Called behind the last event. */
  done(): void;
}

/** One `chainHead_v1_follow`: the blocks that its client has pinned, and what it asks about them. */
export class Follow {
  private readonly pinned = new Map<string, number>();
  private readonly operations = new Map<string, Operation>();
  private readonly endings: (() => void)[] = [];
  private count = 0;
  private isOver = false;

  constructor(private readonly parts: FollowParts) {
    const { chain } = parts;
    this.tellWhatIsThere();
    this.endings.push(
      chain.onBlock(({ block, newRuntime }) => {
        this.tellBlock(block.header.number, newRuntime);
        this.tell({ event: 'bestBlockChanged', bestBlockHash: block.hash });
      }),
      chain.onFinalized(({ hash }) =>
        this.tell({ event: 'finalized', finalizedBlockHashes: [hash], prunedBlockHashes: [] }),
      ),
    );
  }

  end(): void {
    this.isOver = true;
    this.operations.clear();
    this.pinned.clear();
    for (const end of this.endings.splice(0)) end();
  }

  /** The number of a pinned block. */
  numberOf(hash: string): number {
    const number = this.pinned.get(hash);
    if (number === undefined) throw new RpcError(INVALID_BLOCK, 'Invalid block hash');
    return number;
  }

  unpin(hashes: readonly string[]): void {
    if (new Set(hashes).size < hashes.length) {
      throw new RpcError(DUPLICATE_HASHES, 'Received duplicate hashes for the `chainHead_unpin` method');
    }
    for (const hash of hashes) this.numberOf(hash);
    for (const hash of hashes) this.pinned.delete(hash);
  }

  body(hash: string): object {
    const number = this.numberOf(hash);
    return this.operate(operationId => {
      const value = this.parts.chain.block(number)!.extrinsics.map(hex);
      this.finish({ event: 'operationBodyDone', operationId, value });
    });
  }

  call(hash: string, method: string, data: Uint8Array): object {
    const number = this.numberOf(hash);
    if (!this.parts.withRuntime) {
      throw new RpcError(
        WITHOUT_RUNTIME,
        'The runtime updates flag must be set. The `chainHead_follow` must be called with `withRuntime` true.',
      );
    }
    return this.operate(operationId =>
      this.withState(number, operationId, (state, runtime) => {
        this.finish({ event: 'operationCallDone', operationId, output: hex(runtime.view(state, method, data)) });
      }),
    );
  }

  storage(hash: string, query: StorageQuery): object {
    const number = this.numberOf(hash);
    const from = (operationId: string, place: Place): void =>
      this.withState(number, operationId, state => {
        const { results, next } = readPage(state, query, place);
        if (results.length > 0) this.tell({ event: 'operationStorageItems', operationId, items: results });
        if (!next) {
          this.finish({ event: 'operationStorageDone', operationId });
          return;
        }
        this.operations.get(operationId)!.go = () => from(operationId, next);
        this.tell({ event: 'operationWaitingForContinue', operationId });
      });
    const started = this.operate(operationId => from(operationId, START));
    return 'operationId' in started ? { ...started, discardedItems: 0 } : started;
  }

  continue(operationId: string): void {
    const operation = this.operations.get(operationId);
    if (!operation?.go) {
      throw new RpcError(INVALID_CONTINUE, 'Wait for continue event was not generated for the subscription');
    }
    const { go } = operation;
    operation.go = undefined;
    setImmediate(() => {
      if (this.operations.has(operationId)) this.attempt(operationId, go);
    });
  }

  stop(operationId: string): void {
    this.operations.delete(operationId);
  }

  /** Begins an operation, whose events come behind the answer. */
  private operate(work: (operationId: string) => void): object {
    if (this.operations.size >= OPERATIONS_AT_MOST) return { result: 'limitReached' };
    const operationId = String(++this.count);
    this.operations.set(operationId, {});
    setImmediate(() => {
      if (this.operations.has(operationId)) this.attempt(operationId, () => work(operationId));
    });
    return { result: 'started', operationId };
  }

  /** Nobody above would hear of a failure, and the chain would end with it: a state may be elsewhere, a disk may fail. */
  private attempt(operationId: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.finish({ event: 'operationError', operationId, error: messageOf(error) });
    }
  }

  private withState(number: number, operationId: string, work: (state: StateReader, runtime: Runtime) => void): void {
    const { chain } = this.parts;
    const state = chain.stateAt(number);
    if (!state) {
      this.finish({ event: 'operationInaccessible', operationId });
      return;
    }
    work(state, chain.runtimeOf(state));
  }

  private finish(event: { event: string; operationId: string; [more: string]: unknown }): void {
    this.operations.delete(event.operationId);
    this.tell(event);
  }

  private tellWhatIsThere(): void {
    const { chain, withRuntime } = this.parts;
    const final = chain.finalized.number;
    const finals: string[] = [];
    for (let number = Math.max(chain.oldestBlock, final - FINAL_AT_FIRST + 1); number <= final; number++) {
      finals.push(chain.hashAt(number)!);
      this.pinned.set(chain.hashAt(number)!, number);
    }
    const runtime = withRuntime && { finalizedBlockRuntime: this.runtimeAt(final) };
    this.tell({ event: 'initialized', finalizedBlockHashes: finals, ...runtime });
    for (let number = final + 1; number <= chain.head.header.number; number++) {
      this.tellBlock(number, this.specAt(number) !== this.specAt(number - 1));
    }
    this.tell({ event: 'bestBlockChanged', bestBlockHash: chain.head.hash });
  }

  private tellBlock(number: number, isNewRuntime: boolean): void {
    const { chain, withRuntime } = this.parts;
    const hash = chain.hashAt(number)!;
    if (this.pinned.size >= PINNED_AT_MOST) {
      this.tell({ event: 'stop' });
      this.parts.done();
      this.end();
      return;
    }
    this.pinned.set(hash, number);
    const runtime = withRuntime && { newRuntime: isNewRuntime ? this.runtimeAt(number) : null };
    this.tell({ event: 'newBlock', blockHash: hash, parentBlockHash: chain.hashAt(number - 1), ...runtime });
  }

  private specAt(number: number): Runtime | undefined {
    const state = this.parts.chain.stateAt(number);
    return state && this.parts.chain.runtimeOf(state);
  }

  private runtimeAt(number: number): object {
    const runtime = this.specAt(number);
    if (!runtime) return { type: 'invalid', error: `State already discarded for block ${number}` };
    const { specName, implName, specVersion, implVersion, transactionVersion, apis } = runtime.version;
    return {
      type: 'valid',
      spec: { specName, implName, specVersion, implVersion, apis: Object.fromEntries(apis), transactionVersion },
    };
  }

  private tell(event: object): void {
    if (!this.isOver) this.parts.push(event);
  }
}
