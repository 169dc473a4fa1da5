import { join } from 'node:path';
import { type Log, messageOf, sleep } from '../../base/index.js';
import {
  type ChainClient,
  connect,
  hasBeenKilled,
  isLoopback,
  LINGER_SECONDS,
  type OwnChain,
  openLocalChain,
  ownChainAt,
  reachOwnChain,
  resolveNetwork,
  startOwnChain,
} from '../../chain/index.js';

/** The longest that a timer takes. */
const FOREVER_MS = 2 ** 31 - 1;
/** How often a neuron looks whether its local chain still stands. */
const WATCH_MS = 2_000;
/** The longest between two looks, where the chain ended again and again. */
const LONGEST_WATCH_MS = 60_000;

/**
 * Connects to the chain of `--chain_endpoint`. At one loopback address where nothing listens a local chain is started
 * first, and again later if it is killed; one that was stopped on purpose stays stopped.
 */
export async function reachChain(
  settings: { chain_endpoint: string; data: string },
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<ChainClient> {
  const { endpoints, genesisHash, note } = resolveNetwork(settings.chain_endpoint);
  if (note) say(note);
  const log: Log = { debug() {}, info: say, warn: say, error: say, child: () => log };
  const reach = () => connect({ endpoints, genesisHash, signal, log });
  const own = ownChainAt(endpoints, settings.data);
  if (!own) return reach();
  const onStarted = () =>
    say(
      `Started a local chain at ${own.url}; it ends ${LINGER_SECONDS} s after its last client, its data stays in ${own.dataFolder}`,
    );
  const client = await reachOwnChain(own, reach, { signal, onStarted });
  void watch(own, signal, say);
  return client;
}

/**
 * How long a transaction may wait for its block where blocks are made on request only, which is said once; undefined on every
 * other chain.
 */
export async function patienceFor(client: ChainClient, say: (line: string) => void): Promise<number | undefined> {
  const { endpoint: url } = client;
  if (!client.isLocal) return undefined;
  try {
    await using chain = await openLocalChain(url);
    if ((await chain.status()).blockTime !== 'manual') return undefined;
  } catch {
    // An older chain does not say.
    return undefined;
  }
  const mine = isLoopback(url) ? `bittensor-cli localnet mine --port ${new URL(url).port || 80}` : 'dev_newBlock';
  say(`This chain makes blocks on request only: joining the subnet, and all that follows, waits for them (${mine})`);
  return FOREVER_MS;
}

/** Every neuron of the chain watches it; of several that start it again the port lets one win. */
function watch(own: OwnChain, signal: AbortSignal, say: (line: string) => void): Promise<void> {
  return startWhenGone({
    isGone: () => hasBeenKilled(own),
    start: async () => {
      say(`The local chain ended (see ${join(own.dataFolder, 'localnet.log')}); starting it again`);
      await startOwnChain(own, signal);
    },
    onFailure: error => say(`The local chain cannot be started again: ${messageOf(error)}`),
    signal,
  });
}

/** Starts something whenever it is gone, until the signal aborts: later each time where it is gone again at the next look. */
export async function startWhenGone({
  isGone,
  start,
  onFailure,
  signal,
  everyMs = WATCH_MS,
}: {
  isGone(): Promise<boolean>;
  start(): Promise<void>;
  onFailure(error: unknown): void;
  signal: AbortSignal;
  everyMs?: number;
}): Promise<void> {
  let pauseMs = everyMs;
  while (!signal.aborted) {
    try {
      await sleep(pauseMs, signal);
      const wasGone = await isGone();
      // A disk that is full now may have room later.
      pauseMs = wasGone ? Math.min(2 * pauseMs, LONGEST_WATCH_MS) : everyMs;
      if (wasGone) await start();
    } catch (error) {
      if (!signal.aborted) onFailure(error);
    }
  }
}
