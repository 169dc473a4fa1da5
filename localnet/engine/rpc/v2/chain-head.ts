import { hex } from '../../codec.js';
import { invalidParams, RpcError } from '../../rpc-error.js';
import type { Call, Engine, Family } from '../family.js';
import { bytesOf, type Params } from '../params.js';
import { Follow } from './follow.js';
import { readQuery } from './storage-query.js';

const FOLLOWS_PER_CONNECTION = 4;
const REACHED_LIMITS = -32800;
const UNPINNED_AT_MOST = 1000;
const LIMIT_REACHED = { result: 'limitReached' };

/** The JSON-RPC specification's `chainHead` group: the newest blocks, kept readable as long as a client has them pinned. */
export function chainHeadFamily({ chain }: Engine): Family {
  const follows = new Map<number, Map<string, Follow>>();
  /** As in Substrate, a subscription that is not there is no error. */
  const followOf = (params: Params, { connection }: Call) => {
    const id = params.text(0, 'follow subscription');
    return connection === undefined ? undefined : follows.get(connection)?.get(id);
  };
  const hashOf = (params: Params) => hex(params.bytes(1, 'block hash'));
  const operation = (params: Params) => params.text(1, 'operation id');
  return {
    methods: {
      chainHead_v1_body: (params, call) => followOf(params, call)?.body(hashOf(params)) ?? LIMIT_REACHED,
      chainHead_v1_call(params, call) {
        const [method, data] = [params.text(2, 'function'), params.bytes(3, 'call parameters')];
        return followOf(params, call)?.call(hashOf(params), method, data) ?? LIMIT_REACHED;
      },
      chainHead_v1_header(params, call) {
        const number = followOf(params, call)?.numberOf(hashOf(params));
        return number === undefined ? null : hex(chain.block(number)!.encodedHeader);
      },
      chainHead_v1_storage(params, call) {
        const query = readQuery(params, 2);
        return followOf(params, call)?.storage(hashOf(params), query) ?? LIMIT_REACHED;
      },
      chainHead_v1_continue: (params, call) => followOf(params, call)?.continue(operation(params)) ?? null,
      chainHead_v1_stopOperation: (params, call) => followOf(params, call)?.stop(operation(params)) ?? null,
      chainHead_v1_unpin(params, call) {
        const given = params.at(1);
        const list = Array.isArray(given) ? given : [given];
        if (list.length > UNPINNED_AT_MOST) throw invalidParams(`at most ${UNPINNED_AT_MOST} hashes`);
        followOf(params, call)?.unpin(list.map((hash, i) => hex(bytesOf(hash, `hashes[${i}]`))));
        return null;
      },
    },
    subscriptions: {
      chainHead_v1_follow: {
        notification: 'chainHead_v1_followEvent',
        unsubscribe: 'chainHead_v1_unfollow',
        start(params, push, done, { connection, id }) {
          const withRuntime = params.at(0) ?? false;
          if (typeof withRuntime !== 'boolean') throw invalidParams('withRuntime has to be true or false');
          const own = follows.get(connection) ?? new Map<string, Follow>();
          if (own.size >= FOLLOWS_PER_CONNECTION) {
            throw new RpcError(REACHED_LIMITS, 'Maximum number of chainHead_follow has been reached');
          }
          const forget = () => {
            own.delete(id);
            if (own.size === 0) follows.delete(connection);
          };
          const over = () => {
            forget();
            done();
          };
          const follow = new Follow({ chain, withRuntime, push, done: over });
          own.set(id, follow);
          follows.set(connection, own);
          return () => {
            follow.end();
            forget();
          };
        },
      },
    },
  };
}
