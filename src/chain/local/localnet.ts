import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  BittensorError,
  builtModule,
  makeFolder,
  messageOf,
  packagePath,
  pollUntil,
  withDeadline,
} from '../../base/index.js';
import { chainError } from '../errors.js';
import { isLoopback } from '../networks.js';

export interface LocalnetOptions {
  /** 0: any free port. */
  port: number;
  /** Address to bind; default 127.0.0.1. */
  host?: string;
  /** The chain's blocks and the process's log. */
  dataFolder: string;
  /** Milliseconds between blocks (default 250), or: a block per transaction, or: blocks on demand only. */
  blockTime?: number | 'instant' | 'manual';
  /** File of a raw chain specification; default our own chain. */
  chainSpec?: string;
  /** Blocks that follow a final one; default 0. */
  finalityLag?: number;
  /** The same transactions give the same block hashes. */
  deterministic?: boolean;
  /** Go on from the state of a live chain, at a block's hash or its newest final one. */
  fork?: { url: string; block?: string | undefined };
  /** Take the blocks of the chain at this address and make none. */
  follow?: string;
  /** Blocks whose state is kept; default 1000. */
  keepBlocks?: number | 'all';
  /** Where Prometheus reads figures; 0: any free port, which the log names. Default: nowhere. */
  metricsPort?: number | undefined;
  /** The process ends this long after its last client has gone; without it, it stays until stopped. */
  lingerSeconds?: number;
  /** A process of its own that outlives this one (default); false: it ends with this one. */
  detached?: boolean;
  signal?: AbortSignal;
  /** With `follow`: why the leader does not answer yet. It is waited for, by a chain that ends with this process as long as that lives. */
  onWaiting?: (reason: string) => void;
}

export interface Localnet {
  readonly url: string;
  readonly port: number;
  /** True when another process already held the port and is joined; then it is unknown what `genesis` and `pid` are. */
  readonly joined: boolean;
  readonly genesis: string | undefined;
  readonly pid: number | undefined;
  /** The exit code, once the process that this call started has ended; never when joined. */
  readonly exited: Promise<number | null>;
  /** Ends the chain if this call started it; nothing otherwise. May be called twice. */
  stop(): Promise<void>;
}

/** Exit codes of the engine: a setting that it does not take, and a port that another has. */
const BAD_SETTING = 2;
const PORT_TAKEN = 3;
const START_MS = 20_000;
/** With another chain to ask first, which may be far away. */
const REMOTE_MS = 120_000;
/** The longest that a timer takes. */
const FOREVER_MS = 2 ** 31 - 1;
const STOP_MS = 5_000;

/**
 * Starts the local chain's process, or joins the one that holds the port: of two simultaneous starts one wins.
 * Whether what is joined really is a chain, connecting tells. Error `localnet_failed` with the process's last words.
 * Node.js only.
 */
export async function startLocalnet(options: LocalnetOptions): Promise<Localnet> {
  const { port, host = '127.0.0.1', dataFolder, detached = true } = options;
  const engine = fileURLToPath(builtModule(import.meta.url, '../../../localnet/engine/main.js'));
  if (!existsSync(engine)) throw failed(port, 'it is not built (npm run build)');
  const logPath = join(dataFolder, 'localnet.log');
  const log = openLog(dataFolder, logPath);
  let child: ChildProcess;
  try {
    // A terminal's Ctrl-C reaches every process of its group: the chain is to survive it, so it gets a group of its own.
    child = spawn(process.execPath, [engine, ...engineFlags(options)], {
      detached,
      stdio: [detached ? 'ignore' : 'pipe', 'pipe', log],
    });
  } finally {
    closeSync(log);
  }
  const exited = new Promise<number | null>(resolve => child.once('exit', resolve));
  try {
    const start = await withDeadline(
      firstWords(child, options.onWaiting),
      limitMs(options),
      'starting the local chain',
      options.signal,
    );
    if (start.kind === 'exited') {
      if (start.code === PORT_TAKEN) return joined(host, port);
      if (start.code === BAD_SETTING) throw new BittensorError('bad_setting', lastLine(logPath));
      throw failed(port, lastLine(logPath));
    }
    child.stdout?.destroy();
    if (detached) child.unref();
    const { genesis } = start;
    const { pid } = child;
    return {
      url: urlOf(host, start.port),
      port: start.port,
      joined: false,
      genesis,
      pid,
      exited,
      stop: () => end(child),
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/**
 * Ends the local chain of this address, or the one that keeps its data in this folder, whoever started it. Undefined when
 * none runs. A process is ended only when the chain that answers and the pid file in its data folder both name it; error
 * `not_local` when there is no such file here: the address may lead to another machine, where that number means something else.
 */
export async function stopLocalnet(
  where: { dataFolder: string } | { url: string },
): Promise<{ pid: number; dataFolder: string } | undefined> {
  if ('url' in where && !isLoopback(where.url)) {
    throw chainError('bad_argument', `${where.url} is not of this machine: only there can a chain be stopped`);
  }
  const url = 'url' in where ? where.url : readPidFile(where.dataFolder).url;
  const found = url === undefined ? undefined : await chainProcessAt(url);
  if (!found) return undefined;
  const { pid } = found;
  const dataFolder = 'url' in where ? found.dataFolder : where.dataFolder;
  if (dataFolder === undefined || readPidFile(dataFolder).pid !== pid) {
    if (!('url' in where)) return undefined;
    throw chainError(
      'not_local',
      `the chain at ${url} is process ${pid} with its data in ${dataFolder ?? 'no folder'}, which is not on this machine: stop it there`,
      { url, pid },
    );
  }
  process.kill(pid, 'SIGTERM');
  await pollUntil(`the end of process ${pid}`, { withinMs: STOP_MS }, () => (isRunning(pid) ? undefined : true));
  return { pid, dataFolder };
}

function limitMs({ fork, follow, detached = true }: LocalnetOptions): number {
  if (follow !== undefined && !detached) return FOREVER_MS;
  return fork || follow !== undefined ? REMOTE_MS : START_MS;
}

/** See `localnet/engine/settings.ts`. What is left out is the engine's to decide. */
function engineFlags(options: LocalnetOptions): string[] {
  const { port, host = '127.0.0.1', dataFolder, detached = true, fork, keepBlocks } = options;
  const given: Readonly<Record<string, string | number | boolean | undefined>> = {
    port,
    host,
    data: dataFolder,
    attached: !detached,
    linger: options.lingerSeconds,
    'block-time': options.blockTime,
    'metrics-port': options.metricsPort,
    chain: options.chainSpec,
    'finality-lag': options.finalityLag || undefined,
    deterministic: options.deterministic,
    fork: fork?.url,
    'fork-block': fork?.block,
    follow: options.follow,
    prune: keepBlocks === 'all' ? undefined : keepBlocks,
    archive: keepBlocks === 'all',
    // The explorer's page; it is read when somebody asks for it.
    site: `explorer=${packagePath('dist/src/explorer/page')}`,
  };
  return Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    return [value === true ? `--${name}` : `--${name}=${value}`];
  });
}

function joined(host: string, port: number): Localnet {
  const exited = new Promise<never>(() => {});
  return {
    url: urlOf(host, port),
    port,
    joined: true,
    genesis: undefined,
    pid: undefined,
    exited,
    stop: async () => {},
  };
}

/** What the engine writes into its data folder while it runs; see `localnet/engine/main.ts`. */
function readPidFile(dataFolder: string): { pid?: number; url?: string } {
  try {
    const text = readFileSync(join(dataFolder, 'localnet.json'), 'utf8');
    const { pid, url } = JSON.parse(text) as Record<string, unknown>;
    return typeof pid === 'number' && typeof url === 'string' ? { pid, url } : {};
  } catch {
    return {};
  }
}

/** True when a chain that kept its data here ended without saying so: it was killed, or the machine was. */
export function endedUncleanly(dataFolder: string): boolean {
  const { pid } = readPidFile(dataFolder);
  return pid !== undefined && !isRunning(pid);
}

/** The process behind a local chain's `ws://` address, as it says itself; undefined when it is no such chain. */
export async function chainProcessAt(
  url: string,
): Promise<{ pid: number; dataFolder: string | undefined } | undefined> {
  try {
    const answer = await fetch(url.replace(/^ws:/, 'http:'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'dev_status', params: [] }),
      signal: AbortSignal.timeout(3_000),
    });
    const { result } = (await answer.json()) as { result?: { pid?: unknown; dataFolder?: unknown } };
    const { pid, dataFolder } = result ?? {};
    // To a signal, 0 and negative numbers are whole groups of processes.
    if (!Number.isSafeInteger(pid) || (pid as number) <= 0) return undefined;
    return { pid: pid as number, dataFolder: typeof dataFolder === 'string' ? dataFolder : undefined };
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

type Start = { kind: 'listens'; port: number; genesis: string | undefined } | { kind: 'exited'; code: number | null };

/** The JSON line that the engine prints when it listens, or its end; what it waits for before that goes to `onWaiting`. */
function firstWords(child: ChildProcess, onWaiting: (reason: string) => void = () => {}): Promise<Start> {
  return new Promise((resolve, reject) => {
    let text = '';
    const hear = (line: string) => {
      try {
        const { port, genesis, waiting } = JSON.parse(line) as { port?: number; genesis?: string; waiting?: string };
        if (typeof waiting === 'string') onWaiting(waiting);
        else resolve({ kind: 'listens', port: port!, genesis });
      } catch {
        reject(failed(0, `it printed ${JSON.stringify(line.slice(0, 200))}`));
      }
    };
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      const lines = (text + part).split('\n');
      text = lines.pop()!;
      lines.forEach(hear);
    });
    child.once('error', reject);
    child.once('exit', code => resolve({ kind: 'exited', code }));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise(resolve => child.once('exit', resolve));
  child.ref();
  child.kill('SIGTERM');
  await withDeadline(ended, STOP_MS, 'stopping the local chain').catch(() => child.kill('SIGKILL'));
}

function urlOf(host: string, port: number): string {
  return `ws://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function openLog(dataFolder: string, path: string): number {
  try {
    makeFolder(dataFolder);
    return openSync(path, 'a', 0o600);
  } catch (error) {
    throw new BittensorError('disk', `cannot write ${path}: ${messageOf(error)}`, { cause: error, data: { path } });
  }
}

/** What the process said last, without time and level. */
function lastLine(path: string): string {
  const line = readFileSync(path, 'utf8').trim().split('\n').at(-1) ?? '';
  return line.replace(/^.*? \| \w+ \| localnet - /, '').slice(0, 400) || 'it said nothing';
}

function failed(port: number, why: string) {
  return chainError('localnet_failed', `the local chain did not start: ${why}`, { port });
}
