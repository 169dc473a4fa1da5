import { isBittensorError, messageOf } from '../../../src/base/errors.js';
import { hex } from '../codec.js';
import type { Engine, Family, Method } from '../rpc/family.js';
import type { Params } from '../rpc/params.js';
import { RpcError } from '../rpc/rpc-error.js';
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
]);

/** Everything as on any chain, but transactions go to the leader, and what makes blocks is refused with the leader's name. */
export function followerFamily(families: readonly Family[], { chain }: Engine, follower: Follower): Family {
  const { url } = follower.status;
  const submissions = new Submissions(chain, follower);
  const ask = async (method: string, params: readonly unknown[]) => {
    try {
      return await follower.toLeader.request(method, params);
    } catch (error) {
      throw said(error);
    }
  };
  const refused: Record<string, Method> = {};
  for (const name of families.flatMap(({ methods }) => Object.keys(methods))) {
    if (!name.startsWith('dev_') || READING.has(name)) continue;
    refused[name] = () => {
      throw new RpcError(
        -32000,
        `this chain follows ${url} and makes no blocks of its own: ask the leader for ${name}`,
      );
    };
  }
  const highest = () => Math.max(follower.status.leader?.number ?? 0, chain.head.header.number);
  return {
    methods: {
      ...refused,
      author_submitExtrinsic: (params: Params) => ask('author_submitExtrinsic', [hex(params.bytes(0, 'extrinsic'))]),
      author_pendingExtrinsics: () => ask('author_pendingExtrinsics', []),
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
      author_submitAndWatchExtrinsic: {
        notification: 'author_extrinsicUpdate',
        unsubscribe: 'author_unwatchExtrinsic',
        start: async (params, push, done) => {
          try {
            return await submissions.watch(params.bytes(0, 'extrinsic'), push, done);
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
