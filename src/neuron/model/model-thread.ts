import { Worker } from 'node:worker_threads';
import { type BittensorError, builtModule } from '../../base/index.js';
import { NeuronError } from '../errors.js';
import { type Handlers, ThreadRpc } from './thread-rpc.js';

/** What runs in each. */
const PLACES = {
  trainer: './trainer-thread.js',
  server: './server-thread.js',
  judge: '../validator/judge-thread.js',
} as const;

/** A worker thread that computes, with calls both ways. When it dies, every call fails with code `thread_died`. */
export class ModelThread {
  readonly rpc: ThreadRpc;
  private readonly worker: Worker;
  private stopping = false;

  constructor(
    name: keyof typeof PLACES,
    handlers: Handlers,
    private readonly onDeath: (error: BittensorError) => void,
  ) {
    this.worker = new Worker(builtModule(import.meta.url, PLACES[name]), { name });
    this.rpc = new ThreadRpc(this.worker, handlers);
    let cause: unknown;
    this.worker.on('error', error => {
      cause = error;
    });
    this.worker.on('exit', code => {
      const reason = cause instanceof Error ? cause.message : `exit code ${code}`;
      const error = new NeuronError('thread_died', `the ${name} thread ended: ${reason}`, { cause });
      this.rpc.close(error);
      if (!this.stopping) this.onDeath(error);
    });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.worker.terminate();
  }
}
