import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { formatTime } from '../../src/base/clock.js';
import { isBittensorError, messageOf } from '../../src/base/errors.js';
import { writeFileAtomic } from '../../src/base/files.js';
import { ChainThread } from './chain-thread.js';
import { EXIT, exitCodeOf } from './errors.js';
import { Linger } from './linger.js';
import type { Settings } from './protocol.js';
import { isLoopback } from './rpc/server/access.js';
import { readSettings, USAGE } from './settings.js';
import { lockFolder } from './store/folder-lock.js';

/*
 * The process: `node main.js --data DIR ...`. One line of JSON on stdout says where it listens, and one
 * before that what it waits for, if it does. The port is bound before the
 * folder is touched, so that of two simultaneous starts one wins and the other ends with exit code 3.
 */
/** The pid file in the data folder. */
const PID_FILE = 'localnet.json';

// The reader of a pipe may go away before us.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

function say(level: string, message: string): void {
  process.stderr.write(`${formatTime(Date.now())} | ${level.toUpperCase()} | localnet - ${message}\n`);
}

async function main(): Promise<void> {
  try {
    await run(readSettings(process.argv.slice(2)));
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): never {
  say('error', messageOf(error));
  process.exit(isBittensorError(error) ? exitCodeOf(error.code) : EXIT.failed);
}

async function run(given: Settings): Promise<void> {
  const settings = { ...given, dataFolder: resolve(given.dataFolder) };
  // It loads and compiles while the port is bound here, and touches the folder only when told to.
  const chain = new ChainThread(settings);
  chain.onLog = say;
  chain.onWaiting = waiting => process.stdout.write(`${JSON.stringify({ waiting })}\n`);
  const { RpcServer } = await import('./rpc/server/server.js');
  const { Sites } = await import('./rpc/server/sites.js');
  const server = new RpcServer(chain, {}, new Sites(settings.site));
  chain.onNotify = (connection, text) => server.notify(connection, text);
  chain.onCut = (code, reason) => server.closeAll({ code, reason });
  chain.onFaults = (faults, cut) => server.setFaults(faults, cut);
  const port = await server.start(settings.host, settings.port);
  const unlock = lockFolder(settings.dataFolder);
  if (!isLoopback(settings.host)) {
    say(
      'warn',
      `bound to ${settings.host}: whoever reaches it can spend the development accounts and take blocks back`,
    );
  }
  let clients = 0;
  const pidFile = join(settings.dataFolder, PID_FILE);

  const metrics = await startMetrics(settings, chain, () => clients);
  let stopping: Promise<never> | undefined;
  const stop = (reason: string, code = 0) => {
    stopping ??= (async () => {
      say('info', `stopping: ${reason}`);
      await Promise.all([server.stop(), chain.stop(), metrics?.stop()]);
      rmSync(pidFile, { force: true });
      unlock();
      process.exit(code);
    })();
    return stopping;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(signal));
  // A pipe that the parent holds open ends with the parent, however that ended.
  if (settings.attached) process.stdin.on('close', () => void stop('the process that started it has ended')).resume();
  chain.onFailure = error => {
    say('error', messageOf(error));
    void stop('the chain failed', isBittensorError(error) ? exitCodeOf(error.code) : EXIT.failed);
  };

  const genesis = await chain.open().catch(error => {
    unlock();
    throw error;
  });
  const address = { port, genesis, pid: process.pid };
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  writeFileAtomic(pidFile, `${JSON.stringify({ ...address, url: `ws://${host}:${port}` }, undefined, 2)}\n`);
  process.stdout.write(`${JSON.stringify(address)}\n`);
  const { lingerSeconds } = settings;
  const linger = lingerSeconds === undefined ? undefined : new Linger(lingerSeconds, reason => void stop(reason));
  server.onClients(count => {
    clients = count;
    linger?.onClients(count);
  });
}

/** Loaded where it is asked for only: the chain is to answer soon. */
async function startMetrics(
  { metricsPort, host, dataFolder }: Settings,
  chain: ChainThread,
  clients: () => number,
): Promise<{ stop(): Promise<void> } | undefined> {
  if (metricsPort === undefined) return undefined;
  const { serveMetrics } = await import('./metrics.js');
  const request = (method: string, params: unknown) => chain.request(undefined, method, params);
  const metrics = await serveMetrics({ host, port: metricsPort, dataFolder, request, clients });
  say('info', `metrics at ${metrics.url}/metrics`);
  return metrics;
}

if (process.argv.includes('--help')) process.stdout.write(USAGE);
else await main();
