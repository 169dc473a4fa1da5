import { parentPort, workerData } from 'node:worker_threads';
import { argon2i, argon2id } from 'hash-wasm';
import type { Argon2Job } from './derive.js';

// A thread per derivation: its memory goes with it.
const { password, salt, cost } = workerData as Argon2Job;
const derive = cost.type === 'argon2i' ? argon2i : argon2id;
const key = await derive({
  password,
  salt,
  iterations: cost.iterations,
  memorySize: cost.memoryKiB,
  parallelism: 1,
  hashLength: 32,
  outputType: 'binary',
});
password.fill(0);
parentPort!.postMessage(key);
key.fill(0);
