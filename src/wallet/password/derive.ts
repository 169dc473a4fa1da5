import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { builtModule, messageOf } from '../../base/index.js';
import { walletError } from '../errors.js';

/** What one guess of a password costs; Argon2 version 1.3, one lane, 32 bytes of key. */
export interface Argon2Cost {
  readonly type: 'argon2i' | 'argon2id';
  readonly iterations: number;
  readonly memoryKiB: number;
}

export interface Argon2Job {
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly cost: Argon2Cost;
}

/** One at a time, because each takes half a gigabyte. */
let last: Promise<unknown> = Promise.resolve();

/**
 * The 32-byte key of a password by Argon2 (RFC 9106), computed in a thread of its own: seconds during which everything
 * else goes on; its memory is free again afterwards. Errors: `key_derivation`, or the signal's reason.
 */
export function argon2(job: Argon2Job, signal?: AbortSignal): Promise<Uint8Array> {
  const turn = last.then(() => {
    signal?.throwIfAborted();
    return inThread(job, signal);
  });
  last = turn.catch(() => {});
  return turn;
}

function inThread(job: Argon2Job, signal?: AbortSignal): Promise<Uint8Array> {
  // Not `slice`, which gives a view where the password is a Buffer.
  const password = Uint8Array.from(job.password);
  // Moved, not copied: the one copy is overwritten by the thread.
  const thread = new Worker(builtModule(import.meta.url, './argon2-thread.js'), {
    workerData: { ...job, password } satisfies Argon2Job,
    transferList: [password.buffer],
    execArgv: [],
    env: {},
  });
  return new Promise<Uint8Array>((resolve, reject) => {
    const fail = (why: string) => {
      const mebibytes = Math.ceil(job.cost.memoryKiB / 1024);
      reject(walletError('key_derivation', `the key of the password takes ${mebibytes} MiB of memory: ${why}`));
    };
    const abort = () => {
      reject(signal!.reason);
      void thread.terminate();
    };
    signal?.addEventListener('abort', abort, { once: true });
    thread.once('message', resolve);
    thread.once('error', error => fail(messageOf(error)));
    thread.once('exit', code => {
      signal?.removeEventListener('abort', abort);
      fail(`its thread ended with ${code}`);
    });
  });
}

const pbkdf2Async = promisify(pbkdf2);

/** PBKDF2-HMAC-SHA256 (RFC 8018), of the older forms; computed outside the main thread too. */
export async function pbkdf2Sha256(
  password: Uint8Array,
  salt: Uint8Array,
  rounds: number,
  length: number,
): Promise<Uint8Array> {
  return await pbkdf2Async(password, salt, rounds, length, 'sha256');
}
