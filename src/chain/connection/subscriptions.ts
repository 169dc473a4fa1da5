import { isBittensorError, type Log, messageOf, sleep } from '../../base/browser.js';
import type { RpcSession } from './json-rpc.js';

export interface Subscription {
  readonly method: string;
  readonly unsubscribe: string;
  readonly params: readonly unknown[];
  readonly onResult: (result: unknown) => void;
}

export interface SubscriptionOptions {
  /** Deadline of a request, milliseconds. */
  readonly timeoutMs: number;
  readonly log: Log;
  /** Aborts when the connection is closed. */
  readonly closed: AbortSignal;
}

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/** What is subscribed to over changing sessions: each session gets all of it anew. */
export class Subscriptions {
  private readonly places = new Map<Subscription, { readonly session: RpcSession; readonly id: string } | undefined>();

  constructor(private readonly options: SubscriptionOptions) {}

  /** One that `renew` brings to a session. What `onResult` throws is logged. */
  add({ onResult, ...rest }: Subscription): Subscription {
    const guarded = (result: unknown) => {
      try {
        if (this.places.has(subscription)) onResult(result);
      } catch (error) {
        this.options.log.error(`a subscriber of ${rest.method} failed: ${messageOf(error)}`);
      }
    };
    const subscription: Subscription = { ...rest, onResult: guarded };
    this.places.set(subscription, undefined);
    return subscription;
  }

  async renew(session: RpcSession, subscription: Subscription): Promise<void> {
    const { method, unsubscribe, params, onResult } = subscription;
    const { timeoutMs } = this.options;
    const id = await session.subscribe(method, params, onResult, { timeoutMs });
    if (this.places.has(subscription)) this.places.set(subscription, { session, id });
    else leave(session, { unsubscribe, id, timeoutMs });
  }

  renewAll(session: RpcSession): void {
    for (const subscription of this.places.keys()) void this.keepRenewing(session, subscription);
  }

  cancel(subscription: Subscription): void {
    const place = this.places.get(subscription);
    this.places.delete(subscription);
    const { closed, timeoutMs } = this.options;
    const { unsubscribe } = subscription;
    if (place && !closed.aborted) leave(place.session, { unsubscribe, id: place.id, timeoutMs });
  }

  /** Forgets all, without a word to anybody. */
  clear(): void {
    this.places.clear();
  }

  /** Until it is there, or the session is gone: without it nobody would hear of a block again. */
  private async keepRenewing(session: RpcSession, subscription: Subscription): Promise<void> {
    const { log, closed } = this.options;
    for (let pauseMs = FIRST_RETRY_MS; this.places.has(subscription); pauseMs = Math.min(2 * pauseMs, LAST_RETRY_MS)) {
      try {
        return await this.renew(session, subscription);
      } catch (error) {
        // The next session has its own turn.
        const isGone = isBittensorError(error) && error.code === 'chain_unreachable';
        if (isGone || closed.aborted) return;
        log.warn(`cannot subscribe again (${subscription.method}): ${messageOf(error)}; trying again`);
        await sleep(pauseMs, closed).catch(() => {});
      }
    }
  }
}

/** Ends a subscription on its session. */
export function leave(
  session: RpcSession,
  { unsubscribe, id, timeoutMs }: { unsubscribe: string; id: string; timeoutMs: number },
): void {
  session.forget(id);
  session.call(unsubscribe, [id], { timeoutMs }).catch(() => {});
}
