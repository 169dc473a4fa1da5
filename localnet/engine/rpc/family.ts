import type { Author } from '../chain/author.js';
import type { Chain } from '../chain/chain.js';
import type { Follower } from '../follow/follower.js';
import type { Pool } from '../pool/pool.js';
import { RpcError, stateDiscarded, unknownBlock } from '../rpc-error.js';
import type { StateReader } from '../state/overlay.js';
import type { Params } from './params.js';
import type { Faults } from './server/faults.js';

/** What the methods work on. */
export interface Engine {
  readonly chain: Chain;
  readonly pool: Pool;
  readonly author: Author;
  /** Where the blocks come from, when not from here. */
  readonly follower?: Follower | undefined;
  readonly about: {
    readonly chainName: string;
    readonly properties: Record<string, unknown>;
    readonly version: string;
    readonly dataFolder: string;
    readonly blockTime: number | 'instant' | 'manual';
  };
  /** The sockets of the process; none where the methods are used without a server. */
  readonly connections?: Connections;
}

export interface Connections {
  readonly faults: Faults;
  /** `cut` ends every websocket now. */
  setFaults(faults: Faults, cut: boolean): void;
  /** Whether the log has lines of level debug. */
  setDebug(on: boolean): void;
}

/** Who calls. */
export interface Call {
  /** The websocket; undefined for a post. */
  readonly connection: number | undefined;
  /** Runs when the websocket has ended. */
  onClosed(then: () => void): void;
}

export type Method = (params: Params, call: Call) => unknown;

export type Methods = Readonly<Record<string, Method>>;

export interface Subscription {
  /** The method name of its notifications. */
  readonly notification: string;
  readonly unsubscribe: string;
  /** Begins, and returns what ends it. `push` sends a result; `done` after the last one. */
  start(
    params: Params,
    push: (result: unknown) => void,
    done: () => void,
    call: SubscriptionCall,
  ): (() => void) | Promise<() => void>;
}

export interface SubscriptionCall {
  readonly connection: number;
  readonly id: string;
}

/** The methods that share a prefix. */
export interface Family {
  readonly methods: Methods;
  readonly subscriptions?: Readonly<Record<string, Subscription>>;
}

/** The number of a block named by hash; without one, the head. */
export function blockNumber(chain: Chain, hash: Uint8Array | undefined): number {
  if (hash === undefined) return chain.head.header.number;
  const text = `0x${Buffer.from(hash).toString('hex')}`;
  const number = chain.numberOf(text);
  if (number === undefined) throw unknownBlock(text);
  return number;
}

/** The state after a block named by hash; without one, of the head. */
export function stateOf(
  chain: Chain,
  hash: Uint8Array | undefined,
): { number: number; hash: string; state: StateReader } {
  const number = blockNumber(chain, hash);
  const text = chain.hashAt(number)!;
  const state = chain.stateAt(number);
  if (!state) throw stateDiscarded(text);
  return { number, hash: text, state };
}

/** Refuses what makes blocks, or needs them made here, where they come from elsewhere. */
export function refuseWhereFollowing({ follower }: Engine, method: string): void {
  if (!follower) return;
  const { url } = follower.status;
  throw new RpcError(-32000, `this chain follows ${url} and makes no blocks of its own: ask the leader for ${method}`);
}
