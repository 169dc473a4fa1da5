import { isBittensorError, messageOf } from '../../../src/base/errors.js';
import { asExtrinsic } from '../chain/extrinsic.js';
import { hex } from '../codec.js';
import type { TransactionStatus } from '../pool/entry.js';
import { type Engine, type Family, refuseWhereFollowing } from '../rpc/family.js';
import type { Params } from '../rpc/params.js';
import { eventOf } from '../rpc/v2/transaction.js';
import { RpcError } from '../rpc-error.js';
import type { Follower } from './follower.js';
import { Submissions } from './submissions.js';

/** Comforts that change nothing on the chain. */
const READING = new Set([
  'dev_status',
  'dev_accounts',
  'dev_dumpState',
  'dev_checkInvariants',
  'dev_faults',
  'dev_setFaults',
  'dev_blocks',
  'dev_genesis',
  'dev_poolStatus',
]);

/** Everything as on any chain, but transactions go to the leader, and what makes blocks is refused with the leader's name. */
export function followerFamily(families: readonly Family[], engine: Engine, follower: Follower): Family {
  const { chain } = engine;
  const submissions = new Submissions(chain, follower);
  const ask = async (method: string, params: readonly unknown[]) => {
    try {
      return await follower.toLeader.request(method, params);
    } catch (error) {
      throw said(error);
    }
  };
  const changing = families
    .flatMap(({ methods }) => Object.keys(methods))
    .filter(name => name === 'author_removeExtrinsic' || (name.startsWith('dev_') && !READING.has(name)));
  const refused = Object.fromEntries(changing.map(name => [name, () => refuseWhereFollowing(engine, name)]));
  const highest = () => Math.max(follower.status.leader?.number ?? 0, chain.head.header.number);
  return {
    methods: {
      ...refused,
      author_submitExtrinsic: (params: Params) => ask('author_submitExtrinsic', [hex(params.bytes(0, 'extrinsic'))]),
      author_pendingExtrinsics: () => ask('author_pendingExtrinsics', []),
      dev_poolStatus: (params: Params) => ask('dev_poolStatus', [params.bytesList(0, 'hashes').map(hex)]),
      system_accountNextIndex: (params: Params) => ask('system_accountNextIndex', [params.text(0, 'account')]),
      system_health: () => ({
        peers: follower.status.connected ? 1 : 0,
        isSyncing: highest() > chain.head.header.number,
        shouldHavePeers: true,
      }),
      system_nodeRoles: () => ['Full'],
      system_syncState: () => ({ startingBlock: 0, currentBlock: chain.head.header.number, highestBlock: highest() }),
    },
    subscriptions: {
      transactionWatch_v1_submitAndWatch: {
        notification: 'transactionWatch_v1_watchEvent',
        unsubscribe: 'transactionWatch_v1_unwatch',
        start: async (params, push, done) => {
          const tell = (status: unknown, index?: number) => {
            const event = eventOf(status as TransactionStatus, index);
            if (event) push(event);
          };
          try {
            return await submissions.watch(asExtrinsic(params.bytes(0, 'transaction')), tell, done);
          } catch (error) {
            const { message, data } = said(error) as { message: string; data?: string };
            push({ event: 'invalid', error: data === undefined ? message : `${message}: ${data}` });
            done();
            return () => {};
          }
        },
      },
      author_submitAndWatchExtrinsic: {
        notification: 'author_extrinsicUpdate',
        unsubscribe: 'author_unwatchExtrinsic',
        start: async (params, push, done) => {
          try {
            return await submissions.watch(asExtrinsic(params.bytes(0, 'extrinsic')), push, done);
          } catch (error) {
            throw said(error);
          }
        },
      },
    },
  };
}

/** The leader's own words when it has answered. */
function said(error: unknown): unknown {
  if (isBittensorError(error)) return new RpcError(-32000, messageOf(error), error.code);
  return error instanceof RangeError ? new RpcError(-32006, error.message) : error;
}
