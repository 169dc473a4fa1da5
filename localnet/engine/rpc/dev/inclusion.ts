import { hex } from '../../codec.js';
import type { TransactionStatus } from '../../pool/pool.js';
import { RpcError } from '../../rpc-error.js';
import { blake2b256 } from '../../runtime/host/crypto-library.js';
import type { Engine } from '../family.js';

/** An interval author may need this long to include a transaction. */
const PATIENCE_MS = 30_000;

/** Submits and waits for the block; where blocks are made on request, until somebody makes one. */
export function included({ pool, about }: Engine, extrinsic: Uint8Array): Promise<{ hash: string; block: string }> {
  const hash = hex(blake2b256(extrinsic));
  return new Promise((resolve, reject) => {
    const giveUp = () =>
      reject(new RpcError(-32000, `transaction ${hash} was not included within ${PATIENCE_MS / 1000} s`));
    const timer = about.blockTime === 'manual' ? undefined : setTimeout(giveUp, PATIENCE_MS).unref();
    const watch = (status: TransactionStatus) => {
      if (status === 'invalid' || status === 'dropped' || (typeof status === 'object' && 'usurped' in status)) {
        clearTimeout(timer);
        reject(new RpcError(-32000, `transaction ${hash} was not included: ${JSON.stringify(status)}`));
      }
      if (typeof status === 'object' && 'inBlock' in status) {
        clearTimeout(timer);
        resolve({ hash, block: status.inBlock });
      }
    };
    try {
      pool.submit(extrinsic, watch);
    } catch (error) {
      clearTimeout(timer);
      reject(error);
    }
  });
}
