import type { ApiPromise } from '@polkadot/api';
import { chainError } from '../errors.js';

type Provider = NonNullable<NonNullable<ConstructorParameters<typeof ApiPromise>[0]>['provider']>;

/** A request with our deadlines and errors: a `Connection`, or a session. */
export interface Transport {
  call(method: string, params: readonly unknown[]): Promise<unknown>;
}

/**
 * What @polkadot/api talks to: our connection, which reconnects and has deadlines by itself. `known` answers are
 * given without asking again. It claims to have no subscriptions, because @polkadot/api would use them for timers
 * and for reading each value; ours are made on the connection.
 */
export function createProvider(transport: Transport, known: ReadonlyMap<string, unknown>): Provider {
  const provider = {
    hasSubscriptions: false,
    isClonable: false,
    isConnected: true,
    clone: (): Provider => provider,
    // The connection has its own life, which an api does not begin or end.
    connect: async () => {},
    disconnect: async () => {},
    on: () => () => {},
    async send<T>(method: string, params: unknown[]): Promise<T> {
      return (known.has(method) ? known.get(method) : await transport.call(method, params)) as T;
    },
    subscribe: async (_type: string, method: string): Promise<never> => {
      throw chainError('unsupported', `${method}: subscriptions are made on the connection`);
    },
    unsubscribe: async () => false,
  };
  return provider;
}
