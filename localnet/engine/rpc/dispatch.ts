import { isBittensorError, messageOf } from '../../../src/base/errors.js';
import type { Log } from '../../../src/base/silent-log.js';
import { answerTooLarge, internalError, methodNotFound, RpcError, tooManySubscriptions } from '../rpc-error.js';
import { ANSWER_AT_MOST } from './answer-size.js';
import type { Call, Family, Method, Subscription } from './family.js';
import { Params } from './params.js';

/** As Substrate has it. */
const SUBSCRIPTIONS_PER_CONNECTION = 1024;

/** Old names, some of which the official Python clients still use. Source: sc-rpc-api's `aliases`. */
const ALIASES = new Map(
  Object.entries({
    account_nextIndex: 'system_accountNextIndex',
    chain_getFinalisedHead: 'chain_getFinalizedHead',
    chain_getHead: 'chain_getBlockHash',
    chain_getRuntimeVersion: 'state_getRuntimeVersion',
    chain_subscribeFinalisedHeads: 'chain_subscribeFinalizedHeads',
    chain_subscribeNewHead: 'chain_subscribeNewHeads',
    chain_subscribeRuntimeVersion: 'state_subscribeRuntimeVersion',
    chain_unsubscribeFinalisedHeads: 'chain_unsubscribeFinalizedHeads',
    chain_unsubscribeNewHead: 'chain_unsubscribeNewHeads',
    chain_unsubscribeRuntimeVersion: 'state_unsubscribeRuntimeVersion',
    childstate_getKeysPagedAt: 'childstate_getKeysPaged',
    state_callAt: 'state_call',
    state_getKeysPagedAt: 'state_getKeysPaged',
    state_getStorageAt: 'state_getStorage',
    state_getStorageHashAt: 'state_getStorageHash',
    state_getStorageSizeAt: 'state_getStorageSize',
    subscribe_newHead: 'chain_subscribeNewHeads',
    system_dryRunAt: 'system_dryRun',
    unsubscribe_newHead: 'chain_unsubscribeNewHeads',
  }),
);

/** Nothing is wrong with the engine then. */
const ASKED_IN_VAIN: ReadonlySet<string> = new Set(['unknown_block', 'state_discarded', 'too_many_snapshots']);

/** Who asks: a websocket (with a number, and a way to send), or a single HTTP request (none). */
export interface Caller {
  readonly connection: number;
  notify(text: string): void;
}

/** Finds the method of a request, runs it, and owns the subscriptions of all connections. */
export class Dispatcher {
  private readonly methods = new Map<string, Method>();
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly unsubscribes = new Set<string>();
  private readonly open = new Map<number, Map<string, End>>();
  private readonly closers = new Map<number, (() => void)[]>();
  private count = 0;

  constructor(
    families: readonly Family[],
    private readonly log: Log,
  ) {
    for (const family of families) {
      for (const [name, method] of Object.entries(family.methods)) this.methods.set(name, method);
      for (const [name, subscription] of Object.entries(family.subscriptions ?? {})) {
        this.subscriptions.set(name, subscription);
        this.unsubscribes.add(subscription.unsubscribe);
      }
    }
    this.methods.set('rpc_methods', () => ({ methods: this.names() }));
  }

  names(): string[] {
    return [...this.methods.keys(), ...this.subscriptions.keys(), ...this.unsubscribes, ...ALIASES.keys()].sort();
  }

  /**
   * The part of the answer behind the id: `"result":...` or `"error":...`. `answered` is called when it was sent, so that
   * the first notification of a subscription comes behind its id.
   */
  async handle(caller: Caller | undefined, request: { method: string; params: unknown }): Promise<Answer> {
    const method = ALIASES.get(request.method) ?? request.method;
    const after: (() => void)[] = [];
    try {
      const result = await this.run(caller, method, new Params(request.params), after);
      const text = JSON.stringify(result ?? null);
      if (text.length > ANSWER_AT_MOST && !method.startsWith('dev_')) throw answerTooLarge(ANSWER_AT_MOST);
      return { body: `"result":${text}`, answered: () => after.forEach(send => void send()) };
    } catch (error) {
      return { body: `"error":${JSON.stringify(this.describe(request.method, error))}`, answered: () => {} };
    }
  }

  /** Ends all that a connection has begun. */
  closed(connection: number): void {
    for (const end of this.open.get(connection)?.values() ?? []) end();
    this.open.delete(connection);
    for (const then of this.closers.get(connection) ?? []) then();
    this.closers.delete(connection);
  }

  /** Ends all subscriptions of all connections: the last that they hear is this error. */
  revoke(reason: { code: number; message: string }): void {
    const open = [...this.open.values()];
    this.open.clear();
    for (const subscriptions of open) for (const end of subscriptions.values()) end(reason);
  }

  private onClosed(connection: number | undefined, then: () => void): void {
    if (connection === undefined) return;
    const others = this.closers.get(connection);
    if (others) others.push(then);
    else this.closers.set(connection, [then]);
  }

  private run(caller: Caller | undefined, method: string, params: Params, after: (() => void)[]): unknown {
    const found = this.methods.get(method);
    if (found) {
      const call: Call = { connection: caller?.connection, onClosed: then => this.onClosed(caller?.connection, then) };
      return found(params, call);
    }
    const subscription = this.subscriptions.get(method);
    if (subscription) {
      if (!caller) throw new RpcError(-32601, `${method} needs a websocket`);
      return this.subscribe(caller, subscription, params, after);
    }
    if (this.unsubscribes.has(method)) {
      const open = caller && this.open.get(caller.connection);
      const id = params.text(0, 'subscription');
      open?.get(id)?.();
      return open?.delete(id) ?? false;
    }
    throw methodNotFound(method);
  }

  private async subscribe(
    caller: Caller,
    subscription: Subscription,
    params: Params,
    after: (() => void)[],
  ): Promise<string> {
    const open = this.open.get(caller.connection) ?? new Map<string, End>();
    if (open.size >= SUBSCRIPTIONS_PER_CONNECTION) {
      throw tooManySubscriptions(SUBSCRIPTIONS_PER_CONNECTION);
    }
    const id = (++this.count).toString(36).padStart(16, '0');
    let waiting: string[] | undefined = [];
    const say = (content: { result: unknown } | { error: unknown }) => {
      const { notification: method } = subscription;
      const text = JSON.stringify({ jsonrpc: '2.0', method, params: { subscription: id, ...content } });
      if (waiting) waiting.push(text);
      else caller.notify(text);
    };
    this.open.set(caller.connection, open);
    let over = false;
    let end = () => {};
    // One whose start takes a while counts from now on, and may end before it has begun.
    open.set(id, error => {
      over = true;
      end();
      if (error) say({ error });
    });
    const push = (result: unknown) => say({ result });
    try {
      const done = () => {
        over = true;
        open.delete(id);
      };
      end = await subscription.start(params, push, done, { connection: caller.connection, id });
      if (over) end();
    } catch (error) {
      open.delete(id);
      throw error;
    }
    after.push(() => {
      for (const text of waiting ?? []) caller.notify(text);
      waiting = undefined;
    });
    return id;
  }

  private describe(method: string, error: unknown): { code: number; message: string; data?: string } {
    if (error instanceof RpcError) {
      return { code: error.code, message: error.message, ...(error.data !== undefined && { data: error.data }) };
    }
    if (isBittensorError(error)) {
      return { code: ASKED_IN_VAIN.has(error.code) ? -32000 : -32603, message: error.message, data: error.code };
    }
    this.log.error(`${method.slice(0, 80)}: ${error instanceof Error ? error.stack : messageOf(error)}`);
    const { code, message } = internalError(`Internal error: ${messageOf(error)}`);
    return { code, message };
  }
}

/** Ends a subscription; an error is the last that it says. */
type End = (error?: { code: number; message: string }) => void;

export interface Answer {
  body: string;
  answered(): void;
}
