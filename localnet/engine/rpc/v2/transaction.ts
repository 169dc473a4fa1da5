import { asExtrinsic } from '../../chain/extrinsic.js';
import { isLast, type TransactionStatus } from '../../pool/entry.js';
import { RpcError } from '../../rpc-error.js';
import { type Engine, type Family, refuseWhereFollowing } from '../family.js';

const BROADCASTS_PER_CONNECTION = 16;
/** The pool may take it later. */
const FULL: ReadonlySet<number> = new Set([1014, 1016]);
const INVALID_OPERATION = -32801;

/** The JSON-RPC specification's `transaction` and `transactionWatch` groups. */
export function transactionFamily(engine: Engine): Family {
  const { pool, chain } = engine;
  const broadcasts = new Map<number, Map<string, () => void>>();
  let count = 0;
  return {
    methods: {
      transaction_v1_broadcast(params, { connection, onClosed }) {
        refuseWhereFollowing(engine, 'transaction_v1_broadcast');
        const bytes = asExtrinsic(params.bytes(0, 'transaction'));
        if (connection === undefined) throw new RpcError(-32601, 'transaction_v1_broadcast needs a websocket');
        let own = broadcasts.get(connection);
        if (!own) {
          own = new Map();
          broadcasts.set(connection, own);
          onClosed(() => {
            for (const stop of own!.values()) stop();
            broadcasts.delete(connection);
          });
        }
        if (own.size >= BROADCASTS_PER_CONNECTION) return null;
        const id = `tx${++count}`;
        own.set(id, broadcast(bytes));
        return id;
      },
      transaction_v1_stop(params, { connection }) {
        const id = params.text(0, 'operation');
        const own = connection === undefined ? undefined : broadcasts.get(connection);
        const stop = own?.get(id);
        if (!stop) throw new RpcError(INVALID_OPERATION, 'Invalid operation id');
        stop();
        own!.delete(id);
        return null;
      },
    },
    subscriptions: {
      transactionWatch_v1_submitAndWatch: {
        notification: 'transactionWatch_v1_watchEvent',
        unsubscribe: 'transactionWatch_v1_unwatch',
        start(params, push, done) {
          refuseWhereFollowing(engine, 'transactionWatch_v1_submitAndWatch');
          const bytes = params.bytes(0, 'transaction');
          let watching = true;
          try {
            pool.submit(asExtrinsic(bytes), (status, index) => {
              if (!watching) return;
              const event = eventOf(status, index);
              if (event) push(event);
              if (isLast(status)) done();
            });
          } catch (error) {
            if (!(error instanceof RpcError)) throw error;
            const { message, data } = error;
            push({ event: 'invalid', error: data === undefined ? message : `${message}: ${data}` });
            done();
          }
          return () => {
            watching = false;
          };
        },
      },
    },
  };

  /** Gives it to the pool until that has judged it; returns what ends that. */
  function broadcast(bytes: Uint8Array): () => void {
    let end = () => {};
    const give = () => {
      try {
        pool.submit(bytes);
      } catch (error) {
        if (error instanceof RpcError && FULL.has(error.code)) return;
      }
      end();
    };
    end = chain.onBlock(() => void setImmediate(give));
    give();
    return () => end();
  }
}

/** Source: sc-rpc-spec-v2, transaction/transaction.rs. */
export function eventOf(status: TransactionStatus, index = 0): object | undefined {
  if (status === 'ready' || status === 'future') return { event: 'validated' };
  if (status === 'invalid') return { event: 'invalid', error: 'Extrinsic marked as invalid' };
  if (status === 'dropped') {
    return { event: 'dropped', error: 'Extrinsic dropped from the pool due to exceeding limits' };
  }
  if ('inBlock' in status) return { event: 'bestChainBlockIncluded', block: { hash: status.inBlock, index } };
  if ('finalized' in status) return { event: 'finalized', block: { hash: status.finalized, index } };
  if ('usurped' in status) return { event: 'invalid', error: 'Extrinsic was usurped' };
  if ('finalityTimeout' in status) {
    return { event: 'dropped', error: 'Maximum number of finality watchers has been reached' };
  }
  return undefined;
}
