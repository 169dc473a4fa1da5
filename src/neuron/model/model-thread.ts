import { Worker } from 'node:worker_threads';
import { type BittensorError, builtModule } from '../../base/index.js';
import { NeuronError } from '../errors.js';
import { type Handlers, ThreadRpc } from './thread-rpc.js';

/** A worker thread that computes, with calls both ways. When it dies, every call fails with code `thread_died`. */
export class ModelThread {
  readonly rpc: ThreadRpc;
  private readonly worker: Worker;
  private stopping = false;

  constructor(
    name: 'trainer' | 'server',
    handlers: Handlers,
    private readonly onDeath: (error: BittensorError) => void,
  ) {
    this.worker = new Worker(builtModule(import.meta.url, `./${name}-thread.js`), { name });
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
