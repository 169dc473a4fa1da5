import { parentPort } from 'node:worker_threads';
import { createKeccak, createSHA256 } from 'hash-wasm';
import { isEnough } from './work.js';

/** What to work on from now on; an earlier job is given up. */
export interface WorkJob {
  readonly id: number;
  readonly subject: Uint8Array;
  readonly largest: Uint8Array;
  readonly start: bigint;
}

/** What a thread tells: how many it has tried since it told the last time, or what it found. */
export type WorkNews =
  | { readonly kind: 'tried'; readonly hashes: number }
  | { readonly kind: 'found'; readonly id: number; readonly nonce: bigint; readonly seal: Uint8Array };

/** Between two looks for a new job: some ten milliseconds. */
const BATCH = 4096;
const TELL_MS = 250;

const [sha256, keccak] = await Promise.all([createSHA256(), createKeccak(256)]);
let job: WorkJob | undefined;
let isWorking = false;
let nonce = 0n;
let tried = 0;
let toldAt = performance.now();

parentPort!.on('message', (next: WorkJob) => {
  job = next;
  nonce = next.start;
  if (!isWorking) void work();
});

function tell(news: WorkNews): void {
  parentPort!.postMessage(news);
}

async function work(): Promise<void> {
  isWorking = true;
  while (job) {
    tryBatch(job);
    if (performance.now() - toldAt > TELL_MS) {
      tell({ kind: 'tried', hashes: tried });
      tried = 0;
      toldAt = performance.now();
    }
    // Messages come in now.
    await new Promise(resolve => setImmediate(resolve));
  }
  isWorking = false;
}

function tryBatch({ id, subject, largest }: WorkJob): void {
  const preimage = new Uint8Array(40);
  preimage.set(subject, 8);
  const view = new DataView(preimage.buffer);
  for (let i = 0; i < BATCH; i++, nonce++) {
    view.setBigUint64(0, nonce, true);
    const seal = keccak.init().update(sha256.init().update(preimage).digest('binary')).digest('binary');
    if (!isEnough(seal, largest)) continue;
    tell({ kind: 'found', id, nonce: BigInt.asUintN(64, nonce), seal: Uint8Array.from(seal) });
    job = undefined;
    tried += i + 1;
    return;
  }
  tried += BATCH;
}
