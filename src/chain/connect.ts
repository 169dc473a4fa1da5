import type { Log } from '../base/browser.js';
import type { ChainClient } from './chain-client.js';

export interface ConnectOptions {
  /** `ws://` or `wss://`, tried in turn; see `resolveNetwork`. */
  endpoints: readonly string[];
  /** Refuse any chain but this one. */
  genesisHash?: string | undefined;
  signal?: AbortSignal;
  /** Default deadline of a request, 10 s. */
  timeoutMs?: number;
  log?: Log;
}

/**
 * Connects to the first endpoint that answers. Errors: `chain_unreachable`, `foreign_chain` (something else answers
 * there). Afterwards it reconnects by itself and says so in the log; every request has a deadline.
 */
export async function connect(options: ConnectOptions): Promise<ChainClient> {
  // @polkadot/api takes longer to load than all else of this folder, and much of it is of use without.
  const { openClient } = await import('./client.js');
  return openClient(options);
}
