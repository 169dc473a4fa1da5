import { Worker } from 'node:worker_threads';
import { builtModule } from '../../src/base/worker.js';
import { engineError } from './errors.js';
import type { FromWorker, Settings, ToWorker } from './protocol.js';
import type { Faults } from './rpc/server/faults.js';

const STACK_MB = 64;
/** A worker that is inside a long runtime call is ended; what is on the disk is whole at any moment. */
const STOP_WITHIN_MS = 800;

/** The worker thread as seen from here: requests wait until the chain is open. */
export class ChainThread {
  onNotify: (connection: number, text: string) => void = () => {};
  onCut: (code: number, reason: string) => void = () => {};
  onFaults: (faults: Faults, cut: boolean) => void = () => {};
  onWaiting: (reason: string) => void = () => {};
  onLog: (level: string, message: string) => void = () => {};
  /** The thread ended by itself. */
  onFailure: (error: Error) => void = () => {};
  private readonly worker: Worker;
  private readonly waiting = new Map<number, (body: string) => void>();
  private readonly ready: Promise<string>;
  private readonly gone: Promise<void>;
  private settle: { resolve(genesis: string): void; reject(error: Error): void } | undefined;
  private tokens = 0;
  private debug = false;
  private stopped = false;

  constructor(settings: Settings) {
    this.worker = new Worker(builtModule(import.meta.url, './worker.js'), {
      workerData: { settings },
      resourceLimits: { stackSizeMb: STACK_MB },
    });
    this.ready = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    this.ready.catch(() => {});
    this.gone = new Promise(resolve => this.worker.once('exit', () => resolve()));
    this.worker.on('message', (message: FromWorker) => this.receive(message));
    this.worker.on('error', error => this.fail(error));
    this.worker.on('exit', code => this.fail(engineError('host_error', `the chain's thread ended with code ${code}`)));
  }

  /** Opens the chain and returns its genesis hash. */
  open(): Promise<string> {
    this.send({ kind: 'open' });
    return this.ready;
  }

  async request(connection: number | undefined, method: string, params: unknown): Promise<string> {
    await this.ready;
    const token = ++this.tokens;
    return new Promise(resolve => {
      this.waiting.set(token, resolve);
      this.send({ kind: 'request', token, connection, method, params });
    });
  }

  closed(connection: number): void {
    this.send({ kind: 'closed', connection });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.send({ kind: 'stop' });
    const timer = setTimeout(() => void this.worker.terminate(), STOP_WITHIN_MS);
    await this.gone;
    clearTimeout(timer);
  }

  private send(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  private receive(message: FromWorker): void {
    if (message.kind === 'answer') {
      this.waiting.get(message.token)?.(message.body);
      this.waiting.delete(message.token);
    } else if (message.kind === 'notify') this.onNotify(message.connection, message.text);
    else if (message.kind === 'waiting') this.onWaiting(message.reason);
    else if (message.kind === 'cut') this.onCut(message.code, message.reason);
    else if (message.kind === 'debug') this.debug = message.on;
    else if (message.kind === 'faults') this.onFaults(message.faults, message.cut);
    else if (message.kind === 'log') {
      if (message.level !== 'debug' || this.debug) this.onLog(message.level, message.message);
    } else if (message.kind === 'ready') this.settle?.resolve(message.genesis);
    else if (message.kind === 'failed') this.settle?.reject(engineError(message.code as 'host_error', message.message));
  }

  private fail(error: Error): void {
    if (this.stopped) return;
    this.stopped = true;
    this.settle?.reject(error);
    this.onFailure(error);
  }
}
