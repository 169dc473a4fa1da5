import { connect as dial } from 'node:net';
import { join } from 'node:path';
import { isBittensorError, sleep } from '../../base/index.js';
import { isLoopback } from '../networks.js';
import { endedUncleanly, startLocalnet } from './localnet.js';

/** A local chain that a program starts for itself ends this long after its last client has gone. */
export const LINGER_SECONDS = 10;
/** One may end just when it is reached, and hold its folder a moment longer; or the machine is too busy to answer in time. */
const MAY_PASS: readonly string[] = ['chain_unreachable', 'localnet_failed'];
const MOST_TRIES = 4;
const PAUSE_MS = 500;
const DIAL_MS = 1_000;

/** A local chain that a program starts when it is not there, and leaves to those who use it, too. */
export interface OwnChain {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly dataFolder: string;
}

/** Where a program may start a chain: at a single `ws://` address of this machine. Undefined elsewhere. */
export function ownChainAt(endpoints: readonly string[], parentFolder: string): OwnChain | undefined {
  const [url, another] = endpoints;
  if (url === undefined || another !== undefined || !isLoopback(url)) return undefined;
  const { hostname, port: given, protocol } = new URL(url);
  if (protocol !== 'ws:') return undefined;
  const host = hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, '');
  const port = Number(given || 80);
  return { url, host, port, dataFolder: join(parentFolder, `chain-${port}`) };
}

/** False: of several that started it at once another has won. Error `localnet_failed`. */
export async function startOwnChain({ host, port, dataFolder }: OwnChain, signal: AbortSignal): Promise<boolean> {
  const options = { host, port, dataFolder, lingerSeconds: LINGER_SECONDS, detached: true, signal };
  return !(await startLocalnet(options)).joined;
}

/**
 * What `reach` gives of a chain that is started first where nothing listens, and again where it has ended before it was
 * reached. Errors: `localnet_failed`, `chain_unreachable` where something listens and does not answer as a chain.
 */
export async function reachOwnChain<T>(
  own: OwnChain,
  reach: () => Promise<T>,
  { signal, onStarted = () => {} }: { signal: AbortSignal; onStarted?: () => void },
): Promise<T> {
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    try {
      if (!(await isListening(own)) && (await startOwnChain(own, signal))) onStarted();
      return await reach();
    } catch (error) {
      const mayPass = isBittensorError(error) && MAY_PASS.includes(error.code);
      if (!mayPass || tries >= MOST_TRIES) throw error;
      await sleep(PAUSE_MS, signal);
    }
  }
}

/** True when it was killed, or the machine was, and nobody has started it again. */
export async function hasBeenKilled(own: OwnChain): Promise<boolean> {
  return endedUncleanly(own.dataFolder) && !(await isListening(own));
}

function isListening({ host, port }: OwnChain): Promise<boolean> {
  return new Promise(resolve => {
    const socket = dial({ host, port });
    const done = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.setTimeout(DIAL_MS, () => done(false));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
