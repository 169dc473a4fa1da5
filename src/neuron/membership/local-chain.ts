import { connect as dial } from 'node:net';
import { join } from 'node:path';
import { isBittensorError, type Log, messageOf, sleep } from '../../base/index.js';
import {
  type ChainClient,
  connect,
  endedUncleanly,
  isLoopback,
  openLocalChain,
  resolveNetwork,
  startLocalnet,
} from '../../chain/index.js';

/** A local chain that a neuron started ends itself this long after its last client has gone. */
const LINGER_SECONDS = 10;
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
  const local = endpoints.length === 1 ? loopbackOf(endpoints[0]!) : undefined;
  const dataFolder = local && join(settings.data, `chain-${local.port}`);
  const log: Log = { debug() {}, info: say, warn: say, error: say, child: () => log };
  const reach = () => connect({ endpoints, genesisHash, signal, log });
  if (!local || !dataFolder) return reach();
  const startOne = async () => {
    await startLocal(local, dataFolder, signal);
    say(
      `Started a local chain at ${endpoints[0]}; it ends ${LINGER_SECONDS} s after its last client, its data stays in ${dataFolder}`,
    );
  };
  const found = await isListening(local);
  if (!found) await startOne();
  void watch(local, dataFolder, signal, say);
  try {
    return await reach();
  } catch (error) {
    // The one that was found has ended meanwhile, because its last client had gone.
    if (!found || !isUnreachable(error) || (await isListening(local))) throw error;
    await startOne();
    return await reach();
  }
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

function isUnreachable(error: unknown): boolean {
  return isBittensorError(error) && error.code === 'chain_unreachable';
}

interface Address {
  host: string;
  port: number;
}

function startLocal({ host, port }: Address, dataFolder: string, signal: AbortSignal): Promise<unknown> {
  return startLocalnet({ host, port, dataFolder, lingerSeconds: LINGER_SECONDS, detached: true, signal });
}

/** Every neuron of the chain watches it; of several that start it again the port lets one win. */
function watch(address: Address, dataFolder: string, signal: AbortSignal, say: (line: string) => void): Promise<void> {
  return startWhenGone({
    isGone: async () => endedUncleanly(dataFolder) && !(await isListening(address)),
    start: async () => {
      say(`The local chain ended (see ${join(dataFolder, 'localnet.log')}); starting it again`);
      await startLocal(address, dataFolder, signal);
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

function loopbackOf(endpoint: string): Address | undefined {
  const { hostname, port, protocol } = new URL(endpoint);
  if (protocol !== 'ws:' || !isLoopback(endpoint)) return undefined;
  const host = hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, '');
  return { host, port: Number(port || 80) };
}

/** True when something listens there. */
function isListening({ host, port }: Address, timeoutMs = 1000): Promise<boolean> {
  return new Promise(resolve => {
    const socket = dial({ host, port });
    const done = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.setTimeout(timeoutMs, () => done(false));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
