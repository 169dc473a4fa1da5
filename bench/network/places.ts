import { Relay } from './relay.js';

/** Where a program runs, what it is told about that, and how it is cut off. */
export interface Place {
  /** What comes before its command. */
  readonly prefix: readonly string[];
  /** Where its axon listens (port 0: wherever it likes), and what it announces. */
  readonly bind: { readonly ip: string; readonly port: number };
  readonly announced: { readonly ip: string; readonly port: number };
  /** The chain as it is seen from here. */
  readonly chainUrl: string;
  /** Nothing goes in or out any more, and nobody is told. */
  cut(): Promise<void>;
  heal(): Promise<void>;
}

/** Undefined while it is not known. */
export type AxonPort = () => number | undefined;

/** Gives each program of a network its place. */
export interface Places extends AsyncDisposable {
  /** What the chain binds. */
  readonly chainHost: string;
  /** A new place. `axonPort` tells where the program's axon listens, once that is known. */
  make(chain: { readonly port: number }, axonPort: AxonPort): Promise<Place>;
}

/**
 * All on loopback. Each program's axon and its way to the chain are behind relays of the harness, which is how it is cut off: what it
 * asks of others goes on.
 */
export function loopbackPlaces(): Places {
  const relays: Relay[] = [];
  return {
    chainHost: '127.0.0.1',
    async make(chain, axonPort) {
      const axon = await Relay.start(() => {
        const port = axonPort();
        return port === undefined ? undefined : { host: '127.0.0.1', port };
      });
      const toChain = await Relay.start(() => ({ host: '127.0.0.1', port: chain.port }));
      relays.push(axon, toChain);
      return {
        prefix: [],
        bind: { ip: '127.0.0.1', port: 0 },
        announced: { ip: '127.0.0.1', port: axon.port },
        chainUrl: `ws://127.0.0.1:${toChain.port}`,
        async cut() {
          axon.cut();
          toChain.cut();
        },
        async heal() {
          axon.heal();
          toChain.heal();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      for (const relay of relays) await relay[Symbol.asyncDispose]();
    },
  };
}
