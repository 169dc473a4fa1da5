import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { abortingWith, builtModule, decodeAddress, fromHex, messageOf, sleep } from '../../base/index.js';
import type { ChainClient } from '../chain-client.js';
import type { Block } from '../connection/header.js';
import { chainError, isWithoutAnswer } from '../errors.js';
import { checkAddress, type Work } from '../transactions/actions.js';
import { checkPow } from '../transactions/prepare-actions.js';
import { isEnough, largestSeal, sealOf, subjectOf } from './work.js';
import type { WorkJob, WorkNews } from './work-thread.js';

/** Work for a hotkey's registration on a subnet, or for a coldkey at the faucet. */
export type WorkFor = { readonly netuid: number; readonly hotkey: string } | { readonly faucet: string };

export interface SolveOptions {
  /** Default: one per core. */
  threads?: number | undefined;
  onProgress?: ((progress: WorkProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface WorkProgress {
  readonly hashes: number;
  readonly hashesPerSecond: number;
  /** On average, from now: what was tried before makes no difference. */
  readonly expectedSeconds: number;
  readonly difficulty: bigint;
  /** The block that is worked on; it changes with each new one. */
  readonly blockNumber: number;
  readonly threads: number;
}

/** Source: subtensor `registration.rs`, `do_faucet`. */
const FAUCET_DIFFICULTY = 1_000_000n;
const PROGRESS_MS = 500;

/**
 * Looks for work that the chain takes now, on all cores. The newest block and the difficulty are asked for again and
 * again, because work counts for three blocks only: send it at once. Errors: `unsupported`, `rejected` (the subnet takes
 * no work, or the hotkey is registered), `work_failed` (a thread died), or the signal's reason.
 */
export async function solvePow(client: ChainClient, what: WorkFor, options: SolveOptions = {}): Promise<Work> {
  if ('netuid' in what) await checkSubnet(client, what, options.signal);
  const ended = abortingWith(options.signal);
  const { signal } = ended;
  const threads = Math.max(1, options.threads ?? availableParallelism());
  const team = new Team(threads);
  try {
    const solver = new Solver(client, what, team, options.onProgress);
    // Whichever ends first: the work, the wish to go on, or a thread.
    return await Promise.race([solver.follow(signal), team.found.then(news => solver.check(news)), aborted(signal)]);
  } finally {
    ended.abort();
    await team.stop();
  }
}

async function checkSubnet(
  client: ChainClient,
  { netuid, hotkey }: { netuid: number; hotkey: string },
  signal: AbortSignal | undefined,
): Promise<void> {
  checkPow(client);
  const options = signal ? { signal } : {};
  const [subnet, uid] = await Promise.all([client.subnet(netuid, options), client.uidOf(netuid, hotkey, options)]);
  const refuse = (name: string, why: string) => {
    throw chainError('rejected', why, { name, netuid, hotkey });
  };
  if (!subnet) refuse('SubnetNotExists', `there is no subnet ${netuid}`);
  if (subnet?.powRegistrationAllowed === false) {
    refuse('SubNetRegistrationDisabled', `subnet ${netuid} takes no registrations by work`);
  }
  if (uid !== undefined) {
    refuse('HotKeyAlreadyRegisteredInSubNet', `${hotkey} is uid ${uid} on subnet ${netuid} already`);
  }
}

class Solver {
  private readonly publicKey: Uint8Array;
  private readonly since = performance.now();
  private readonly jobs = new Map<number, Job>();
  private current = { id: 0, hash: '', number: 0, difficulty: 0n };
  private hashes = 0;

  constructor(
    private readonly client: ChainClient,
    private readonly what: WorkFor,
    private readonly team: Team,
    private readonly onProgress: SolveOptions['onProgress'],
  ) {
    this.publicKey = decodeAddress(checkAddress('netuid' in what ? what.hotkey : what.faucet));
    team.onTried = hashes => {
      this.hashes += hashes;
    };
  }

  /** Keeps the threads on the newest block. Ends with an error only. */
  async follow(signal: AbortSignal): Promise<never> {
    const pauseMs = Math.min(1_000, Math.max(20, this.client.blockTimeMs / 4));
    for (let toldAt = 0; ; ) {
      try {
        await this.lookUp(signal);
      } catch (error) {
        // The connection may come and go; the client makes a new one.
        if (signal.aborted || !isWithoutAnswer(error)) throw error;
      }
      if (performance.now() - toldAt >= PROGRESS_MS) {
        this.onProgress?.(this.progress());
        toldAt = performance.now();
      }
      await sleep(pauseMs, signal);
    }
  }

  private async lookUp(signal: AbortSignal): Promise<void> {
    const [block, difficulty] = await Promise.all([this.client.newestBlock({ signal }), this.difficulty(signal)]);
    if (block.hash !== this.current.hash || difficulty !== this.current.difficulty) this.turnTo(block, difficulty);
  }

  /** What a thread found, counted again by other code. */
  check({ id, nonce, seal }: Found): Work {
    const { block, subject, largest } = this.jobs.get(id)!;
    const own = sealOf(subject, nonce);
    if (!own.every((byte, i) => byte === seal[i]) || !isEnough(own, largest)) {
      throw chainError('work_failed', 'a thread found work that does not hold', { nonce: String(nonce) });
    }
    this.onProgress?.(this.progress());
    return { blockNumber: block.number, nonce, seal: own };
  }

  private turnTo(block: Block, difficulty: bigint): void {
    const id = this.current.id + 1;
    this.current = { id, hash: block.hash, number: block.number, difficulty };
    const subject = subjectOf(fromHex(block.hash), this.publicKey);
    const largest = largestSeal(difficulty);
    this.jobs.set(id, { block, subject, largest });
    // News of older jobs may be under way, of much older ones not.
    this.jobs.delete(id - KEPT_JOBS);
    this.team.work({ id, subject, largest });
  }

  private async difficulty(signal: AbortSignal): Promise<bigint> {
    if (!('netuid' in this.what)) return FAUCET_DIFFICULTY;
    const [difficulty] = await this.client.read([['SubtensorModule.Difficulty', this.what.netuid]], { signal });
    return BigInt(String(difficulty));
  }

  private progress(): WorkProgress {
    const seconds = Math.max(0.001, (performance.now() - this.since) / 1000);
    const { number, difficulty } = this.current;
    const hashesPerSecond = this.hashes / seconds;
    const expectedSeconds = hashesPerSecond > 0 ? Number(difficulty) / hashesPerSecond : Number.POSITIVE_INFINITY;
    const { hashes } = this;
    return { hashes, hashesPerSecond, expectedSeconds, difficulty, blockNumber: number, threads: this.team.size };
  }
}

const KEPT_JOBS = 8;

interface Job {
  readonly block: Block;
  readonly subject: Uint8Array;
  readonly largest: Uint8Array;
}

type Found = Extract<WorkNews, { kind: 'found' }>;

/** The threads. */
class Team {
  /** The first that any of them finds for one of the last jobs; fails when a thread dies. */
  readonly found: Promise<Found>;
  onTried: (hashes: number) => void = () => {};
  private readonly workers: readonly Worker[];
  private newest = 0;

  constructor(readonly size: number) {
    const url = builtModule(import.meta.url, './work-thread.js');
    this.workers = Array.from({ length: size }, () => new Worker(url, { execArgv: [], env: {} }));
    this.found = new Promise((resolve, reject) => {
      for (const worker of this.workers) {
        worker.on('message', (news: WorkNews) => {
          if (news.kind === 'tried') this.onTried(news.hashes);
          else if (news.id > this.newest - KEPT_JOBS) resolve(news);
        });
        const fail = (why: string) => reject(chainError('work_failed', `a thread that looks for work died: ${why}`));
        worker.once('error', error => fail(messageOf(error)));
        worker.once('exit', code => fail(`it ended with ${code}`));
      }
    });
    this.found.catch(() => {});
  }

  /** From random places, so that two machines do not do the same; far apart, so that two threads do not either. */
  work(job: Omit<WorkJob, 'start'>): void {
    this.newest = job.id;
    const origin = randomBytes(8).readBigUInt64LE();
    const apart = 2n ** 64n / BigInt(this.size);
    for (const [i, worker] of this.workers.entries()) {
      const start = BigInt.asUintN(64, origin + BigInt(i) * apart);
      worker.postMessage({ ...job, start } satisfies WorkJob);
    }
  }

  async stop(): Promise<void> {
    for (const worker of this.workers) worker.removeAllListeners();
    await Promise.all(this.workers.map(worker => worker.terminate()));
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
