import { asExtrinsic } from '../../chain/extrinsic.js';
import { hex } from '../../codec.js';
import { isLast } from '../../pool/entry.js';
import { invalidParams, RpcError } from '../../rpc-error.js';
import { blake2b256 } from '../../runtime/host/crypto-library.js';
import type { Engine, Family } from '../family.js';
import { bytesOf, type Params } from '../params.js';

/** Source: sc-rpc-api, author/error.rs. */
const OTHER = 1040;
const REMOVED_AT_MOST = 1000;

export function authorFamily({ pool }: Engine): Family {
  return {
    methods: {
      author_submitExtrinsic: params => pool.submit(asExtrinsic(params.bytes(0, 'extrinsic'))),
      author_pendingExtrinsics: () => pool.pending().map(hex),
      author_removeExtrinsic: params => pool.remove(hashesOf(params)),
      // Blocks are not sealed, so there are no keys to seal them with.
      author_hasKey(params) {
        params.bytes(0, 'public key');
        if (params.text(1, 'key type').length !== 4) {
          throw new RpcError(OTHER, 'Invalid key type ID format (should be of length four)');
        }
        return false;
      },
      author_hasSessionKeys(params) {
        params.bytes(0, 'session keys');
        return false;
      },
      author_insertKey: noKeystore,
      author_rotateKeys: noKeystore,
    },
    subscriptions: {
      author_submitAndWatchExtrinsic: {
        notification: 'author_extrinsicUpdate',
        unsubscribe: 'author_unwatchExtrinsic',
        start(params, push, done) {
          let watching = true;
          pool.submit(asExtrinsic(params.bytes(0, 'extrinsic')), status => {
            if (!watching) return;
            push(status);
            if (isLast(status)) done();
          });
          return () => {
            watching = false;
          };
        },
      },
    },
  };
}

function noKeystore(): never {
  throw new RpcError(OTHER, 'The key store is unavailable', 'this chain does not seal its blocks');
}

/** `[{ hash } | { extrinsic }, ...]`. */
function hashesOf(params: Params): string[] {
  const list = params.at(0);
  if (!Array.isArray(list) || list.length > REMOVED_AT_MOST) {
    throw invalidParams(`a list of at most ${REMOVED_AT_MOST} of {hash} or {extrinsic} is expected`);
  }
  return list.map((item: unknown, i) => {
    const { hash, extrinsic } = (item ?? {}) as { hash?: unknown; extrinsic?: unknown };
    if (hash !== undefined) return hex(bytesOf(hash, `[${i}].hash`));
    return hex(blake2b256(asExtrinsic(bytesOf(extrinsic, `[${i}].extrinsic`))));
  });
}
