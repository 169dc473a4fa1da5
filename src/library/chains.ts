import { abortable, type BittensorError, isBittensorError } from '../base/browser.js';
import { type ChainClient, connect, isLoopback, type Network } from '../chain/browser.js';
import { libraryError } from './errors.js';

/** A connection that nobody has used for so long is closed, so that a script ends when its last line is done. */
const IDLE_MS = 1_000;

interface Shared {
  readonly client: Promise<ChainClient>;
  users: number;
  idle: ReturnType<typeof setTimeout> | undefined;
}

/** One connection to each network, shared by all that read and write through this library; by its endpoints and what has to be there. */
const open = new Map<string, Shared>();

/** The right to use a connection until it is given back. */
export interface Lease {
  readonly client: ChainClient;
  /** May be called twice. */
  release(): void;
}

/** Connects, or joins the connection that is there. Error `chain_unreachable` says what to do about it. */
export async function leaseChain(network: Network, signal?: AbortSignal): Promise<Lease> {
  signal?.throwIfAborted();
  const key = [network.genesisHash, ...network.endpoints].join();
  const shared = open.get(key) ?? begin(key, network);
  clearTimeout(shared.idle);
  shared.users++;
  let released = false;
  const release = () => {
    if (released) return;
    released = true;
    shared.users--;
    if (shared.users === 0) shared.idle = setTimeout(() => end(key, shared), IDLE_MS);
  };
  try {
    return { client: await (signal ? abortable(shared.client, signal) : shared.client), release };
  } catch (error) {
    release();
    throw withAdvice(error, network);
  }
}

/** Uses a connection for one thing. */
export async function withChain<T>(
  network: Network,
  use: (client: ChainClient) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const { client, release } = await leaseChain(network, signal);
  try {
    return await use(client);
  } finally {
    release();
  }
}

function begin(key: string, { endpoints, genesisHash }: Network): Shared {
  const client = connect({ endpoints, genesisHash });
  const shared: Shared = { client, users: 0, idle: undefined };
  open.set(key, shared);
  client.catch(() => {
    clearTimeout(shared.idle);
    if (open.get(key) === shared) open.delete(key);
  });
  return shared;
}

function end(key: string, shared: Shared): void {
  if (open.get(key) === shared) open.delete(key);
  // One that never connected has nothing to close.
  shared.client.then(client => client.close()).catch(() => {});
}

function withAdvice(error: unknown, { endpoints }: Network): unknown {
  if (!isBittensorError(error) || error.code !== 'chain_unreachable' || !endpoints.some(isLoopback)) return error;
  return unreachable(error, endpoints);
}

function unreachable(error: BittensorError, endpoints: readonly string[]): BittensorError {
  return libraryError(
    'chain_unreachable',
    `${error.message}; start a local chain (bittensor-cli localnet start), or name another network`,
    { endpoints },
    error,
  );
}
