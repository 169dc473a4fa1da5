import type { Log } from '../../base/index.js';
import type { Address } from '../address.js';
import { ChannelPool } from '../dendrite/channels.js';
import { defaultServerLimits, RpcServer } from '../server/rpc-server.js';

/** One exchange: a request and its reply, as bytes. */
export interface Asking {
  readonly bytes: Uint8Array;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What gossip travels by: gRPC, or memory in a simulation. */
export interface GossipTransport {
  /** Begins to answer. Resolves with the port. */
  listen(answer: (bytes: Uint8Array) => Promise<Uint8Array>): Promise<number>;
  ask(address: Address, asking: Asking): Promise<Uint8Array>;
  /** Answers no more, and asks no more. May be called twice. */
  close(): Promise<void>;
}

export const GOSSIP_PATH = '/Metagraph/Gossip';
export const GOSSIP_BYTES = 2 ** 20;

/** Gossip over gRPC. Entries are signed by their origins, so who carries them need not show who it is. */
export function grpcTransport(options: { host: string; port: number; log: Log }): GossipTransport {
  const channels = new ChannelPool({ channels: 32, messageBytes: GOSSIP_BYTES });
  let server: RpcServer | undefined;
  return {
    listen: answer => {
      const limits = { ...defaultServerLimits, messageBytes: GOSSIP_BYTES, concurrentCalls: 16, receiveMs: 5_000 };
      server = new RpcServer({ [GOSSIP_PATH]: call => answer(call.bytes) }, limits, options.log);
      return server.listen(options.host, options.port);
    },
    ask: (address, asking) => channels.call('', address, { path: GOSSIP_PATH, ...asking }),
    close: async () => {
      await server?.stop(100);
      channels.close();
    },
  };
}
