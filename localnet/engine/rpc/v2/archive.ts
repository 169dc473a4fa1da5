import { isBittensorError, messageOf } from '../../../../src/base/errors.js';
import { hex } from '../../codec.js';
import { invalidParams } from '../../rpc-error.js';
import type { Engine, Family } from '../family.js';
import type { Params } from '../params.js';
import { type Place, readPage, readQuery, START } from './storage-query.js';

/** No faster than a client reads, which would lose its connection otherwise. */
const PACE_BYTES_PER_MS = 10_000;

/** The JSON-RPC specification's `archive` group: final blocks, and those on top of them, by hash and height. */
export function archiveFamily({ chain }: Engine): Family {
  const numberOf = (params: Params) => chain.numberOf(hex(params.bytes(0, 'block hash')));
  const blockOf = (params: Params) => {
    const number = numberOf(params);
    return number === undefined ? undefined : chain.block(number);
  };
  return {
    methods: {
      archive_v1_genesisHash: () => chain.genesisHash,
      archive_v1_finalizedHeight: () => chain.finalized.number,
      archive_v1_hashByHeight(params) {
        const hash = chain.hashAt(params.count(0, 'height'));
        return hash === undefined ? [] : [hash];
      },
      archive_v1_header(params) {
        const block = blockOf(params);
        return block ? hex(block.encodedHeader) : null;
      },
      archive_v1_body: params => blockOf(params)?.extrinsics.map(hex) ?? null,
      archive_v1_call(params) {
        const number = numberOf(params);
        const [method, data] = [params.text(1, 'function'), params.bytes(2, 'parameters')];
        if (number === undefined) return null;
        const state = chain.stateAt(number);
        if (!state) return { success: false, error: `State already discarded for ${chain.hashAt(number)}` };
        try {
          return { success: true, value: hex(chain.runtimeOf(state).view(state, method, data)) };
        } catch (error) {
          if (!isBittensorError(error)) throw error;
          return { success: false, error: messageOf(error) };
        }
      },
    },
    subscriptions: {
      archive_v1_storage: {
        notification: 'archive_v1_storageEvent',
        unsubscribe: 'archive_v1_stopStorage',
        start(params, push, done) {
          const number = numberOf(params);
          if (number === undefined) throw invalidParams('there is no block with this hash');
          const hash = chain.hashAt(number)!;
          const query = readQuery(params, 1);
          let running = true;
          let place: Place | undefined = START;
          const fail = (error: string) => {
            push({ event: 'storageError', error });
            done();
          };
          const page = (from: Place) => {
            // A revert may have taken the block away meanwhile.
            const state = chain.hashAt(number) === hash ? chain.stateAt(number) : undefined;
            if (!state) {
              fail(`State already discarded for ${hash}`);
              return;
            }
            const { results, next, bytes } = readPage(state, query, from);
            for (const result of results) push({ event: 'storage', ...result });
            place = next;
            if (next) setTimeout(turn, bytes / PACE_BYTES_PER_MS);
            else {
              push({ event: 'storageDone' });
              done();
            }
          };
          const turn = () => {
            if (!running || !place) return;
            try {
              page(place);
            } catch (error) {
              // Nobody above would hear of it, and the chain would end with it: a state may be elsewhere, a disk may fail.
              fail(messageOf(error));
            }
          };
          setImmediate(turn);
          return () => {
            running = false;
          };
        },
      },
    },
  };
}
