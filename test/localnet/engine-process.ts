import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { WebSocket } from 'ws';
import { packagePath, withDeadline } from '../../src/base/index.js';

export const ENGINE = packagePath('dist/localnet/engine/main.js');

export class RpcFailure extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly data: string | undefined,
  ) {
    super(message);
  }
}

/** The engine as its own process, on a free port. */
export class EngineProcess implements AsyncDisposable {
  stderr = '';
  readonly exited: Promise<number | string>;

  private constructor(private readonly child: ChildProcess) {
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.exited = new Promise(resolve => child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown')));
  }

  /** Starts without waiting. `shell` replaces the command: `ENGINE` and the arguments follow as "$@". */
  static spawn(folder: string, args: readonly string[] = [], shell?: string): EngineProcess {
    if (!existsSync(ENGINE)) throw new Error('the engine is not built: npm run build');
    const all = [ENGINE, '--data', folder, ...(args.includes('--port') ? [] : ['--port', '0']), ...args];
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    return new EngineProcess(
      shell === undefined
        ? spawn(process.execPath, all, { stdio: [...stdio] })
        : spawn('bash', ['-c', shell, 'engine', process.execPath, ...all], { stdio: [...stdio] }),
    );
  }

  static async start(folder: string, args: readonly string[] = [], shell?: string): Promise<Listening> {
    return EngineProcess.spawn(folder, args, shell).listening();
  }

  /** The line that it prints when it listens; rejects when it ends before. */
  async listening(): Promise<Listening> {
    const line = once(this.child.stdout!, 'data').then(([data]) => String(data));
    const ended = this.exited.then(code => {
      throw new Error(`the engine ended with ${code}: ${this.stderr}`);
    });
    const text = await withDeadline(Promise.race([line, ended]), 30_000, 'starting the engine');
    ended.catch(() => {});
    const { port, genesis, pid } = JSON.parse(text) as { port: number; genesis: string; pid: number };
    return Object.assign(this, {
      port,
      genesis,
      pid,
      url: `ws://127.0.0.1:${port}`,
      rpc: <T>(method: string, ...params: unknown[]) => post<T>(port, method, params),
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async stop(): Promise<number | string> {
    this.child.kill('SIGTERM');
    return withDeadline(this.exited, 10_000, 'stopping the engine');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}

export type Listening = EngineProcess & {
  port: number;
  genesis: string;
  pid: number;
  url: string;
  rpc<T = unknown>(method: string, ...params: unknown[]): Promise<T>;
};

async function post<T>(port: number, method: string, params: unknown[]): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${port}`, {
    method: 'POST',
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(60_000),
  });
  const { result, error } = (await response.json()) as {
    result: T;
    error?: { code: number; message: string; data?: string };
  };
  if (error) throw new RpcFailure(error.code, error.message, error.data);
  return result;
}

export interface Socket extends Disposable {
  socket: WebSocket;
  /** All messages so far. */
  received: Record<string, unknown>[];
  send(message: unknown): void;
}

export async function openSocket(url: string): Promise<Socket> {
  const socket = new WebSocket(url);
  const received: Record<string, unknown>[] = [];
  socket.on('message', data => received.push(JSON.parse(String(data)) as Record<string, unknown>));
  socket.on('error', () => {});
  await withDeadline(once(socket, 'open'), 10_000, 'connecting');
  return {
    socket,
    received,
    send: message => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    [Symbol.dispose]: () => socket.terminate(),
  };
}
