import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../base/index.js';
import { RequestError } from '../errors.js';
import type { ThreadAnswer } from './worker-threads.js';

/** Entry of a thread of the pool: calls what it is asked to, one after the other. */
parentPort!.on('message', async ({ module, name, argument }: { module: string; name: string; argument: unknown }) => {
  let answer: ThreadAnswer;
  try {
    const exports: Record<string, unknown> = await import(module);
    const work = exports[name];
    if (typeof work !== 'function') throw new TypeError(`${module} exports no function ${name}`);
    answer = { value: await work(argument) };
  } catch (error) {
    answer =
      error instanceof RequestError
        ? { refusal: { code: error.returnCode, message: error.message } }
        : { error: messageOf(error) };
  }
  try {
    parentPort!.postMessage(answer);
  } catch (error) {
    // A result that cannot be copied to another thread.
    parentPort!.postMessage({ error: messageOf(error) });
  }
});
