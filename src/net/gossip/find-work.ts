import { Worker } from 'node:worker_threads';
import { builtModule, messageOf } from '../../base/index.js';
import { netError } from '../errors.js';
import { searchWork } from './work-search.js';

export interface WorkJob {
  readonly subject: Uint8Array;
  readonly difficulty: number;
}

/** Finds the nonce of a proof of work. */
export type FindWork = (job: WorkJob, signal: AbortSignal) => Promise<number>;

/** Up to here the work takes a millisecond, less than a thread. */
const AT_ONCE_BITS = 10;

/** In a thread of its own, which ends with the work: nothing waits for it. Errors `no_work`, or the signal's reason. */
export const findWorkInThread: FindWork = async (job, signal) => {
  signal.throwIfAborted();
  if (job.difficulty <= AT_ONCE_BITS) return searchWork(job.subject, job.difficulty, 0, 2 ** 31)!;
  const thread = new Worker(builtModule(import.meta.url, './work-thread.js'), {
    workerData: job,
    execArgv: [],
    env: {},
  });
  return await new Promise<number>((resolve, reject) => {
    const fail = (why: string) => reject(netError('no_work', `no proof of work was found: ${why}; trying again`));
    const abort = () => {
      reject(signal.reason);
      void thread.terminate();
    };
    signal.addEventListener('abort', abort, { once: true });
    thread.once('message', (nonce: number | undefined) =>
      nonce === undefined ? fail('all nonces were tried') : resolve(nonce),
    );
    thread.once('error', error => fail(messageOf(error)));
    thread.once('exit', code => {
      signal.removeEventListener('abort', abort);
      fail(`its thread ended with ${code}`);
    });
  });
};
