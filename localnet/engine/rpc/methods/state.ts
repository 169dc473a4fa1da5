import { equalBytes } from '../../../../src/base/bytes.js';
import { isBittensorError, messageOf } from '../../../../src/base/errors.js';
import { hex, type Key, keyHex, Reader, toKey } from '../../codec.js';
import { badCount, badRange, clientError, stateDiscarded } from '../../rpc-error.js';
import { blake2b256 } from '../../runtime/host/crypto-library.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { StateReader } from '../../state/overlay.js';
import { AnswerSize } from '../answer-size.js';
import { blockNumber, type Engine, type Family, stateOf } from '../family.js';
import { firstKeys, KEYS_AT_MOST, keysBelow } from '../keys.js';
import type { Params } from '../params.js';

const BLOCKS_AT_MOST = 10_000;
/** Values that are read before others get a turn. */
const READS_PER_TURN = 2_000;

export function stateFamily({ chain }: Engine): Family {
  const at = (params: Params, index: number) => stateOf(chain, params.optionalBytes(index, 'block hash'));
  const show = (value: Uint8Array | null) => (value === null ? null : hex(value));
  const read = (params: Params) => at(params, 1).state.get(toKey(params.bytes(0, 'key')));
  const queryAt = (keys: readonly Uint8Array[], hash: Uint8Array | undefined) => {
    const { state, hash: block } = stateOf(chain, hash);
    const size = new AnswerSize();
    return [{ block, changes: keys.map(key => [hex(key), size.counted(show(state.get(toKey(key))))]) }];
  };
  return {
    methods: {
      state_getStorage: params => show(read(params)),
      state_getStorageHash(params) {
        const value = read(params);
        return value === null ? null : hex(blake2b256(value));
      },
      state_getStorageSize: params => read(params)?.length ?? null,
      state_getKeys(params) {
        const size = new AnswerSize();
        return Array.from(keysBelow(at(params, 1).state, prefixOf(params)), key => size.counted(keyHex(key)));
      },
      state_getPairs(params) {
        const { state } = at(params, 1);
        const size = new AnswerSize();
        const pair = (key: Key) => [size.counted(keyHex(key)), size.counted(show(state.get(key)))];
        return Array.from(keysBelow(state, prefixOf(params)), pair);
      },
      state_getKeysPaged(params) {
        const count = params.count(1, 'count');
        if (count > KEYS_AT_MOST) throw badCount(count, KEYS_AT_MOST);
        const start = params.optionalBytes(2, 'start key');
        const keys = keysBelow(at(params, 3).state, prefixOf(params), start && toKey(start));
        return firstKeys(keys, count).map(keyHex);
      },
      state_queryStorageAt: params => queryAt(params.bytesList(0, 'keys'), params.optionalBytes(1, 'block hash')),
      state_queryStorage(params) {
        const from = blockNumber(chain, params.bytes(1, 'from'));
        const to = blockNumber(chain, params.optionalBytes(2, 'to'));
        if (to < from || to - from > BLOCKS_AT_MOST) {
          throw badRange(`from block ${from} to block ${to}, of at most ${BLOCKS_AT_MOST}`);
        }
        return changesBetween(from, to, params.bytesList(0, 'keys'));
      },
      state_call(params) {
        const { state } = at(params, 2);
        return hex(call(chain.runtimeOf(state), state, params.text(0, 'method'), params.bytes(1, 'data')));
      },
      state_getMetadata(params) {
        const { state } = at(params, 0);
        return hex(new Reader(call(chain.runtimeOf(state), state, 'Metadata_metadata', new Uint8Array())).vec());
      },
      state_getRuntimeVersion: params => chain.runtimeOf(at(params, 0).state).version,
      state_getReadProof(params) {
        const { state, hash } = at(params, 1);
        const keys = params.bytesList(0, 'keys').map(toKey);
        return { at: hash, proof: state.trie(chain.runtimeOf(state).version.stateVersion).proof(keys).map(hex) };
      },
    },
    subscriptions: {
      state_subscribeRuntimeVersion: {
        notification: 'state_runtimeVersion',
        unsubscribe: 'state_unsubscribeRuntimeVersion',
        start(_, push) {
          push(chain.runtime.version);
          return chain.onBlock(({ newRuntime }) => {
            if (newRuntime) push(chain.runtime.version);
          });
        },
      },
      state_subscribeStorage: {
        notification: 'state_storage',
        unsubscribe: 'state_unsubscribeStorage',
        start(params, push) {
          const keys = params.at(0) === undefined ? undefined : params.bytesList(0, 'keys');
          push(queryAt(keys ?? [], undefined)[0]);
          const wanted = keys && new Set(keys.map(toKey));
          return chain.onBlock(({ block, changes }) => {
            const found: (readonly [string, string | null])[] = [];
            for (const [key, value] of changes) {
              if (!wanted || wanted.has(key)) found.push([keyHex(key), show(value)]);
            }
            if (found.length > 0) push({ block: block.hash, changes: found });
          });
        },
      },
    },
  };

  /** The values at the first block, then per block what is different from the block before. */
  async function changesBetween(from: number, to: number, keys: readonly Uint8Array[]) {
    const sets: { block: string; changes: (readonly [string, string | null])[] }[] = [];
    const hashes = Array.from({ length: to - from + 1 }, (_, i) => chain.hashAt(from + i)!);
    const size = new AnswerSize();
    let before: (Uint8Array | null)[] | undefined;
    let reads = 0;
    for (const [i, block] of hashes.entries()) {
      // Others get a turn, in which a revert may take the block away.
      if (reads > READS_PER_TURN) await new Promise(resolve => setImmediate(resolve));
      if (reads > READS_PER_TURN) reads = 0;
      const state = chain.hashAt(from + i) === block ? chain.stateAt(from + i) : undefined;
      if (!state) throw stateDiscarded(block);
      const values = keys.map(key => state.get(toKey(key)));
      const changes = values
        .map((value, k) => [keys[k]!, value] as const)
        .filter(([, value], k) => !before || !sameValue(before[k]!, value))
        .map(([key, value]) => [hex(key), size.counted(show(value))] as const);
      if (changes.length > 0) sets.push({ block, changes });
      before = values;
      reads += keys.length + 1;
    }
    return sets;
  }
}

function sameValue(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === b || (a !== null && b !== null && equalBytes(a, b));
}

function prefixOf(params: Params): Key {
  const prefix = params.optionalBytes(0, 'prefix');
  return prefix ? toKey(prefix) : '';
}

function call(runtime: Runtime, state: StateReader, method: string, data: Uint8Array): Uint8Array {
  try {
    return runtime.view(state, method, data);
  } catch (error) {
    if (!isBittensorError(error)) throw error;
    throw clientError(`Execution failed: ${messageOf(error)}`);
  }
}
