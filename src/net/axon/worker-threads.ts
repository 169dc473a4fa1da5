import { type TransferListItem, Worker } from 'node:worker_threads';
import { builtModule } from '../../base/index.js';
import { RequestError } from '../errors.js';
import type { ReturnCode } from '../wire/codes.js';

/** A call of an exported function in a worker thread: of this program's own code, never of a peer's. */
export interface ThreadTask {
  /** URL of a built module. */
  readonly module: URL;
  readonly name: string;
  /** One argument, copied to the thread; what `transfer` lists is moved. */
  readonly argument: unknown;
  readonly transfer?: readonly TransferListItem[];
}

/** What a thread answers. */
export type ThreadAnswer =
  | { readonly value: unknown }
  | { readonly refusal: { readonly code: ReturnCode; readonly message: string } }
  | { readonly error: string };

/** Threads that run one task each at a time, made when they are needed and kept for the next. */
export class WorkerThreads {
  private readonly all = new Set<Worker>();
  private readonly idle: Worker[] = [];

  /** Rejects with the function's error; a thread whose task is given up is ended, and with it the computation. */
  async run(task: ThreadTask, signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted();
    const worker = this.idle.pop() ?? this.open();
    worker.ref();
    let answer: ThreadAnswer;
    try {
      answer = await ask(worker, task, signal);
    } catch (error) {
      await this.end(worker);
      throw error;
    }
    worker.unref();
    this.idle.push(worker);
    if ('value' in answer) return answer.value;
    // An error's class stays behind when it is copied between threads.
    if ('refusal' in answer) throw new RequestError(answer.refusal.code, answer.refusal.message);
    throw new Error(answer.error);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.all].map(worker => this.end(worker)));
  }

  private open(): Worker {
    const worker = new Worker(builtModule(import.meta.url, './pool-thread.js'), { name: 'axon pool' });
    this.all.add(worker);
    // Whoever waits for it hears of its end; an idle one is replaced when the next task comes.
    worker.on('error', () => {});
    worker.once('exit', () => this.forget(worker));
    return worker;
  }

  private async end(worker: Worker): Promise<void> {
    this.forget(worker);
    await worker.terminate();
  }

  private forget(worker: Worker): void {
    this.all.delete(worker);
    const place = this.idle.indexOf(worker);
    if (place >= 0) this.idle.splice(place, 1);
  }
}

function ask(worker: Worker, task: ThreadTask, signal: AbortSignal): Promise<ThreadAnswer> {
  const { module, name, argument, transfer = [] } = task;
  return new Promise<ThreadAnswer>((resolve, reject) => {
    const onError = (error: unknown) => leave(() => reject(error));
    const onExit = () => leave(() => reject(new RequestError('Unavailable', 'the thread of the synapse ended')));
    const onAbort = () => leave(() => reject(signal.reason));
    const onMessage = (answer: ThreadAnswer) => leave(() => resolve(answer));
    function leave(settle: () => void): void {
      worker.off('error', onError).off('exit', onExit).off('message', onMessage);
      signal.removeEventListener('abort', onAbort);
      settle();
    }
    worker.once('error', onError).once('exit', onExit).once('message', onMessage);
    signal.addEventListener('abort', onAbort, { once: true });
    worker.postMessage({ module: module.href, name, argument }, transfer as TransferListItem[]);
  });
}
