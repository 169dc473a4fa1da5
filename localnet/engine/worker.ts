import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../src/base/clock.js';
import { isBittensorError, messageOf } from '../../src/base/errors.js';
import type { Log } from '../../src/base/silent-log.js';
import { packagePath } from '../../src/base/worker.js';
import { Author } from './chain/author.js';
import { fixedStepMs } from './chain/block-times.js';
import { Chain } from './chain/chain.js';
import { DEV_ACCOUNTS } from './chain/dev-accounts.js';
import { type GenesisSource, parseRawSpec } from './chain/genesis.js';
import { engineError } from './errors.js';
import { followerFamily } from './follow/family.js';
import { Follower } from './follow/follower.js';
import { chainToFollow } from './follow/genesis.js';
import { forkFamily } from './fork/family.js';
import { openPool } from './pool/open-pool.js';
import type { FromWorker, Settings, ToWorker, WorkerData } from './protocol.js';
import { type Caller, Dispatcher } from './rpc/dispatch.js';
import { FAMILIES } from './rpc/families.js';
import type { Engine } from './rpc/family.js';
import { type Faults, NO_FAULTS } from './rpc/server/faults.js';
import { REVERTED } from './rpc-error.js';
import { SignatureCache } from './runtime/host/signatures.js';
import { Runtimes } from './runtime/runtime.js';

/**
 * The worker thread: chain, pool, author and methods. It has a large stack of its own (`stackSizeMb`), because deep recursion
 * in a runtime must not depend on who called; sockets stay on the main thread, so that noise there never delays a block.
 */
const port = parentPort!;
const { settings } = workerData as WorkerData;
const send = (message: FromWorker) => port.postMessage(message);
const SYNC_EVERY_MS = 1000;
const LEADER_WITHIN_MS = 20_000;
/** A runtime's levels as ours. */
const LEVELS = ['error', 'warn', 'info', 'debug', 'debug'] as const;

const log: Log = makeLog('');
let stop = () => {};
let dispatcher: Dispatcher | undefined;

port.on('message', (message: ToWorker) => {
  if (message.kind === 'open') void open();
  else if (message.kind === 'request') void answer(message);
  else if (message.kind === 'closed') dispatcher?.closed(message.connection);
  else {
    stop();
    send({ kind: 'stopped' });
    port.close();
  }
});

/** What the chain begins with, and what that says about its name and properties. */
interface Source {
  genesis: GenesisSource;
  settings: Settings;
  /** The leader's word for what it has to come to. */
  genesisHash?: string | undefined;
}

// The compiler works while the main thread binds the port.
const source = settings.followUrl === undefined && !settings.fork ? readSource() : undefined;
const runtimes = new Runtimes({
  signatures: new SignatureCache(),
  callLimitMs: settings.callLimitMs,
  // A panic becomes the error of the call, and anybody can cause one with a broken transaction.
  onLog: (level, target, text) =>
    log[text.startsWith('panicked at ') ? 'debug' : (LEVELS[level] ?? 'debug')](
      `runtime ${target}: ${text.slice(0, 1000)}`,
    ),
});

if (source && !(source instanceof Error) && source.genesis.kind === 'runtime') warm(source.genesis.code);

/** Compiles the runtime ahead of its first use; what is wrong with it is said when the chain opens. */
function warm(code: Uint8Array): void {
  try {
    runtimes.of({ get: () => code });
  } catch {
    // Comes again.
  }
}

function readSource(): Source | Error {
  try {
    if (settings.specPath === undefined) {
      const code = readFileSync(settings.runtimePath);
      const { preset, genesisDefaults: defaults, genesisPatch: patch } = settings;
      return { genesis: { kind: 'runtime', code, preset, defaults, patch }, settings };
    }
    const text = readFileSync(settings.specPath, 'utf8');
    const spec = parseRawSpec(text);
    return named({ kind: 'raw', spec, text }, spec);
  } catch (error) {
    if (isBittensorError(error)) return error;
    const path = settings.specPath ?? settings.runtimePath;
    return engineError('bad_setting', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function named(genesis: GenesisSource, said: { name?: string; properties?: Record<string, unknown> }): Source {
  const { chainName, properties } = settings;
  const about = { chainName: said.name ?? chainName, properties: said.properties ?? properties };
  return { genesis, settings: { ...settings, ...about } };
}

async function open(): Promise<void> {
  try {
    if (source instanceof Error) throw source;
    begin(source ?? (settings.fork ? await forkSource(settings.fork) : await leaderSource(settings.followUrl!)));
  } catch (error) {
    send({ kind: 'failed', code: isBittensorError(error) ? error.code : 'host_error', message: messageOf(error) });
  }
}

async function leaderSource(url: string): Promise<Source> {
  const leader = await chainToFollow({
    url,
    folder: settings.dataFolder,
    log,
    // With somebody there who may give up, it waits for ever.
    patienceMs: settings.attached ? undefined : LEADER_WITHIN_MS,
    onWaiting: reason => send({ kind: 'waiting', reason }),
  });
  return { ...named(leader.source, leader), genesisHash: leader.genesis };
}

async function forkSource({ url, block, deadlineMs, ahead }: NonNullable<Settings['fork']>): Promise<Source> {
  const { openFork } = await import('./fork/open.js');
  const accounts = DEV_ACCOUNTS.map(({ keys }) => keys.publicKey);
  const fork = await openFork({ url, block, deadlineMs, ahead, folder: settings.dataFolder, runtimes, log, accounts });
  return named({ kind: 'fork', fork }, fork);
}

function begin({ genesis, genesisHash, settings: about }: Source): void {
  const { dataFolder, keepBlocks, blockTime, finalityLag, followUrl, deterministic } = about;
  const clock = systemClock;
  const chain = Chain.open({
    folder: dataFolder,
    source: genesis,
    genesisHash,
    runtimes,
    keepBlocks,
    // A follower has that of its leader.
    finalityLag: followUrl === undefined ? finalityLag : undefined,
    fixedStepMs: deterministic ? fixedStepMs(blockTime) : undefined,
    clock,
    log,
  });
  // Before the pool is emptied: what is watched there ends with the same error as all else.
  chain.onRevert(() => {
    dispatcher?.revoke(REVERTED.error);
    // Behind the answer to the request that did it.
    setImmediate(() => send({ kind: 'cut', ...REVERTED.close }));
  });
  const pool = openPool(chain, { banMs: about.banSeconds * 1000 });
  const author = new Author({ chain, pool, blockTime, log });
  const version = (JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { version: string }).version;
  const { chainName, properties } = about;
  const rewind = (number: number) => chain.revert(number);
  const follower = followUrl === undefined ? undefined : new Follower({ chain, url: followUrl, rewind, clock, log });
  const facts = { chainName, properties, version, dataFolder, blockTime };
  const engine: Engine = { chain, pool, author, follower, about: facts, connections };
  const families = FAMILIES.map(family => family(engine));
  if (follower) families.push(followerFamily(families, engine, follower));
  if (chain.fork) families.push(forkFamily(chain.fork));
  dispatcher = new Dispatcher(families, log);
  const syncing = setInterval(() => chain.syncSoon(), SYNC_EVERY_MS);
  chain.fork?.start();
  if (follower) follower.start();
  else author.start();
  stop = () => {
    clearInterval(syncing);
    void follower?.stop();
    author.stop();
    chain.close();
  };
  send({ kind: 'ready', genesis: chain.genesisHash });
}

const connections = {
  faults: NO_FAULTS,
  setFaults(faults: Faults, cut: boolean) {
    this.faults = faults;
    send({ kind: 'faults', faults, cut });
  },
  setDebug: (on: boolean) => send({ kind: 'debug', on }),
};

async function answer(request: Extract<ToWorker, { kind: 'request' }>): Promise<void> {
  const { token, connection, method, params } = request;
  const caller: Caller | undefined =
    connection === undefined ? undefined : { connection, notify: text => send({ kind: 'notify', connection, text }) };
  const { body, answered } = await dispatcher!.handle(caller, { method, params });
  send({ kind: 'answer', token, body });
  answered();
}

function makeLog(module: string): Log {
  const say = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string) =>
    send({ kind: 'log', level, message: module ? `${module} - ${message}` : message });
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error'), child: makeLog };
}
