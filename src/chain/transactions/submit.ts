import type { Call } from '@polkadot/types/interfaces';
import { isBittensorError, type Log, messageOf, sleep } from '../../base/browser.js';
import type { Signer } from '../../wallet/index.js';
import type { Chain } from '../connection/chain.js';
import type { Connection } from '../connection/connection.js';
import type { Heads } from '../connection/heads.js';
import { chainError } from '../errors.js';
import { versionOf } from '../metadata/api.js';
import { isNonceClash, poolError, rejected } from '../refusals/pool-errors.js';
import { type Era, eraBirth, eraPeriod, lastBlockOf } from './era.js';
import { NonceLanes } from './nonces.js';
import { accountNonce, blockHolds, Outcomes, type Submitted } from './outcome.js';
import { readStatus, StatusQueue } from './pool-status.js';
import { type SignedExtrinsic, signExtrinsic } from './signing.js';

export interface SubmitOptions {
  /** `inclusion` (default): in a block; `finalization`: in a block that cannot go away. */
  waitFor?: 'inclusion' | 'finalization';
  signal?: AbortSignal;
  /**
   * Until it is included (or finalized); default 60 s, or ten blocks where those take longer. One that waits for longer
   * than its era is signed and sent again, once it is sure that no block will ever hold the first.
   */
  timeoutMs?: number;
  /** Its hash when it is signed, before it leaves: from then on it may come into a block. Must not throw. */
  onSigned?: (hash: string) => void;
  /** What becomes of it, as it happens. Must not throw. */
  onStatus?: (status: TransactionStatus) => void;
}

/** Blocks are named by their hash; a transaction that is sent again has another hash. */
export type TransactionStatus =
  | { readonly kind: 'sent'; readonly hash: string }
  | { readonly kind: 'in_block' | 'finalized'; readonly hash: string; readonly blockHash: string }
  | { readonly kind: 'resubmitted'; readonly hash: string; readonly reason: string };

/** How often a nonce clash is answered with a fresh nonce. */
const MOST_RETRIES = 8;

const NONCE_TAKEN: Fate = { over: 'another transaction took its nonce' };
const ERA_PASSED: Fate = { over: 'its time ran out' };

/** What is to be signed, and by what runtime its bytes mean what was meant. */
interface Order {
  readonly what: string;
  readonly call: Call;
  readonly specVersion: number;
  readonly signer: Signer;
  readonly onSigned: (signed: Signed) => void;
}

interface Signed extends SignedExtrinsic {
  readonly nonce: number;
  readonly era: Era;
  /** How many reverts there had been when it was signed. */
  readonly reverts: number;
}

interface Sent extends Signed {
  /** The next thing that the pool says of it. */
  readonly statuses: StatusQueue;
  readonly stop: () => void;
}

/** How a transaction ended: in a block, or certainly in none, and why it can never be. */
type Fate = { readonly blockHash: string } | { readonly over: string };

/**
 * Signs and submits. Many submissions of one account may run at once; one that clashes with another process's is
 * signed again with a fresh nonce. Every one ends: with its block, with an error, or with error `timeout`, which
 * holds the hash because it may still be included later.
 */
export class Submitter {
  private lanes = new NonceLanes();
  private outcomes: Outcomes;
  /** Reverts of the chain so far: what was submitted before one is in no block any more, and in no pool. */
  private reverts = 0;

  constructor(
    private readonly connection: Connection<Chain>,
    /** The finalized blocks. */
    private readonly heads: Pick<Heads, 'newest' | 'on'>,
    private readonly log: Log,
  ) {
    this.outcomes = new Outcomes(connection);
  }

  /** The chain went back to an earlier block: nonces and blocks that were seen say nothing any more. */
  forget(): void {
    this.reverts++;
    this.lanes = new NonceLanes();
    this.outcomes = new Outcomes(this.connection);
  }

  /** `what` names the call in messages. Errors: `rejected`, `dispatch`, `timeout`, `unsupported`, `chain_unreachable`. */
  async submit(what: string, call: Call, signer: Signer, options: SubmitOptions = {}): Promise<Submitted> {
    const timeoutMs = options.timeoutMs ?? Math.max(60_000, 10 * this.connection.chain.blockTimeMs);
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
    const tell = options.onStatus ?? (() => {});
    const { specVersion } = versionOf(this.connection.chain.api);
    let last: Signed | undefined;
    let again: string | undefined;
    const onSigned = (signed: Signed) => {
      last = signed;
      options.onSigned?.(signed.hash);
    };
    try {
      for (let attempt = 0; ; attempt++) {
        const sent = await this.send({ what, call, specVersion, signer, onSigned }, signal);
        tell(
          again === undefined
            ? { kind: 'sent', hash: sent.hash }
            : { kind: 'resubmitted', hash: sent.hash, reason: again },
        );
        const fate = await this.settle(what, sent, signer, options.waitFor ?? 'inclusion', signal, tell);
        if ('blockHash' in fate) {
          const { blockHash } = fate;
          tell({ kind: options.waitFor === 'finalization' ? 'finalized' : 'in_block', hash: sent.hash, blockHash });
          return await this.outcomes.inBlock(what, sent, blockHash);
        }
        if (attempt >= MOST_RETRIES) throw rejected(what, `${fate.over} again and again`, { hash: sent.hash });
        again = fate.over;
        if (fate === ERA_PASSED) this.lanes.giveBack(signer.address);
        this.log.info(`${what} is sent again: ${again}`);
      }
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (!limit.aborted) throw last && this.reverts !== last.reverts ? revertedAway(what, last, error) : error;
      const goal = options.waitFor === 'finalization' ? 'finalized' : 'included';
      const hash = last?.hash;
      const which = hash === undefined ? '' : ` (transaction ${hash})`;
      throw chainError('timeout', `${what} was not ${goal} within ${timeoutMs} ms${which}`, { what, hash, timeoutMs });
    }
  }

  /** Signs with the next nonce and gives it to the pool, again while the nonce clashes. */
  private async send({ what, call, specVersion, signer, onSigned }: Order, signal: AbortSignal): Promise<Sent> {
    const nextNonce = async () =>
      Number(await this.connection.call('system_accountNextIndex', [signer.address], { signal }));
    for (let attempt = 0; ; attempt++) {
      const { reverts } = this;
      try {
        // Before its turn: some blocks sooner or later make no difference to it.
        const era = await this.era({ signal });
        const turn = this.lanes.run(signer.address, nextNonce, async nonce => {
          const { api } = this.connection.chain;
          if (versionOf(api).specVersion !== specVersion) throw runtimeChanged(what);
          signal.throwIfAborted();
          const signed = { ...(await signExtrinsic(api, call, signer, { nonce, era })), nonce, era, reverts };
          onSigned(signed);
          return this.watch(signed, signer, signal);
        });
        return await unlessAborted(turn, signal, sent => sent.stop());
      } catch (error) {
        // What was signed for a block that is gone meanwhile is signed again.
        const isOvertaken = this.reverts !== reverts || isNonceClash(error);
        if (!isOvertaken || attempt >= MOST_RETRIES || signal.aborted) throw poolError(what, error);
        this.log.debug(`${what}: trying again (${messageOf(error)})`);
        // Apart, so that two processes do not meet again and again.
        await sleep(20 * (attempt + 1) * (1 + Math.random()), signal);
      }
    }
  }

  private async watch(tx: Signed, signer: Signer, signal: AbortSignal): Promise<Sent> {
    const statuses = new StatusQueue();
    const release = this.lanes.hold(signer.address);
    const on = {
      result: (status: unknown) => statuses.push(readStatus(status)),
      lost: () => statuses.push({ kind: 'lost' }),
    };
    let leave = () => {};
    try {
      const method = 'author_submitAndWatchExtrinsic';
      leave = await this.connection.watch(method, 'author_unwatchExtrinsic', [tx.hex], on, { signal });
    } catch (error) {
      // Without an answer nobody knows whether the pool has it: it is looked for in blocks.
      if (!isWithoutAnswer(error) || signal.aborted) {
        release();
        throw error;
      }
      statuses.push({ kind: 'lost' });
    }
    const end = lastBlockOf(tx.era);
    const forget = this.heads.on(({ number }) => {
      if (number >= end) statuses.push({ kind: 'expired' });
    });
    const stop = () => {
      forget();
      release();
      leave();
    };
    return { ...tx, statuses, stop };
  }

  private async settle(
    what: string,
    sent: Sent,
    signer: Signer,
    waitFor: 'inclusion' | 'finalization',
    signal: AbortSignal,
    tell: (status: TransactionStatus) => void,
  ): Promise<Fate> {
    const { hash, era } = sent;
    let isGone = false;
    let seenIn = '';
    try {
      for (;;) {
        const status = await sent.statuses.next(signal);
        if (status.kind === 'inBlock' || status.kind === 'finalized') {
          const { kind, blockHash } = status;
          if (kind === 'finalized' || waitFor === 'inclusion') return { blockHash };
          if (blockHash !== seenIn) tell({ kind: 'in_block', hash, blockHash });
          seenIn = blockHash;
        }
        if (this.reverts !== sent.reverts) throw revertedAway(what, sent);
        if (status.kind === 'lost') return await this.search(what, sent, signer, waitFor, signal);
        if (status.kind === 'expired') {
          const fate = await this.decided(sent, signer, signal);
          if (fate) return fate;
        }
        if (status.kind !== 'gone' || isGone) continue;
        const found = await this.find(sent, era.birth, signal);
        if (found && waitFor === 'inclusion') return { blockHash: found };
        // What used up its nonce may be this very transaction, a moment ago, or go away with its block again.
        const isUsed = (await accountNonce(this.connection, signer.publicKey, { signal })) > sent.nonce;
        if (found || isUsed) return await this.search(what, sent, signer, waitFor, signal);
        // A pool drops what is too old before it is sure that no other branch of the chain has it.
        if ((await this.bestNumber(signal)) < lastBlockOf(era) - 1) throw rejected(what, status.reason, { hash });
        isGone = true;
      }
    } finally {
      sent.stop();
    }
  }

  /** What the finalized blocks say for good: it is in one of them, or can be in none any more; until then undefined. */
  private async decided(sent: Sent, signer: Signer, signal: AbortSignal): Promise<Fate | undefined> {
    const { number, hash } = await this.heads.newest({ signal });
    const last = lastBlockOf(sent.era);
    // Without a look into blocks: whoever's transaction has this nonce, it is not there yet. (Another node may lag behind
    // the one that told of the last block.)
    const nonce = await accountNonce(this.connection, signer.publicKey, { at: hash, signal });
    if (nonce <= sent.nonce) return number < last ? undefined : ERA_PASSED;
    const found = await this.find(sent, sent.era.birth, signal, Math.min(number, last));
    return found ? { blockHash: found } : NONCE_TAKEN;
  }

  /** Follows a transaction without the pool's help, after its connection was lost: gives it again, reads the blocks. */
  private async search(
    what: string,
    sent: Sent,
    signer: Signer,
    waitFor: 'inclusion' | 'finalization',
    signal: AbortSignal,
  ): Promise<Fate> {
    const pauseMs = Math.min(1_000, Math.max(50, this.connection.chain.blockTimeMs / 2));
    for (let from = sent.era.birth; ; ) {
      if (this.reverts !== sent.reverts) throw revertedAway(what, sent);
      try {
        const fate = await this.decided(sent, signer, signal);
        if (fate) return fate;
        // The same bytes: at worst the pool has them already, or a block has.
        await this.connection.call('author_submitExtrinsic', [sent.hex], { signal }).catch(ignoreRefusal);
        const { number: finalized } = await this.heads.newest({ signal });
        const head = waitFor === 'finalization' ? finalized : await this.bestNumber(signal);
        const found = await this.find(sent, from, signal, head);
        if (found) return { blockHash: found };
        // The last blocks again next time: the newest may have been replaced.
        from = Math.max(sent.era.birth, head - 8);
      } catch (error) {
        // The connection may come and go until the submission's own deadline.
        if (signal.aborted || !isWithoutAnswer(error)) throw error;
      }
      await sleep(pauseMs, signal);
    }
  }

  private async find(sent: Sent, from: number, signal: AbortSignal, until?: number): Promise<string | undefined> {
    const last = until ?? (await this.bestNumber(signal));
    for (let number = Math.max(1, from); number <= last; number++) {
      signal.throwIfAborted();
      const hash = await this.connection.call('chain_getBlockHash', [number], { signal });
      if (typeof hash === 'string' && (await blockHolds(this.connection, hash, sent.hex))) return hash;
    }
    return undefined;
  }

  private async bestNumber(signal: AbortSignal): Promise<number> {
    return numberOf(await this.connection.call('chain_getHeader', [], { signal }));
  }

  /** Begins at a finalized block, so that no reorganisation makes the signature worthless. */
  async era(options: { signal?: AbortSignal; timeoutMs?: number } = {}): Promise<Era> {
    const period = eraPeriod(this.connection.chain.blockTimeMs);
    const head = await this.heads.newest(options);
    const birth = eraBirth(period, head.number);
    if (birth === head.number) return { period, birth, birthHash: head.hash };
    return { period, birth, birthHash: String(await this.connection.call('chain_getBlockHash', [birth], options)) };
  }
}

function revertedAway(what: string, { hash }: Signed, cause?: unknown) {
  return rejected(what, 'the chain was reverted to an earlier block while it waited', { hash }, cause);
}

function runtimeChanged(what: string) {
  const why = `${what} is not signed: the chain's runtime has changed meanwhile, and its bytes may mean something else now`;
  return chainError('rejected', why, { what, reason: 'the runtime has changed' });
}

function isWithoutAnswer(error: unknown): boolean {
  return isBittensorError(error) && (error.code === 'timeout' || error.code === 'chain_unreachable');
}

/** The result, or the signal's reason when it aborts first; a result that comes too late goes to `discard`. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal, discard: (late: T) => void): Promise<T> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
  });
  aborted.catch(() => work.then(discard)).catch(() => {});
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function ignoreRefusal(error: unknown): void {
  if (!isBittensorError(error) || error.code !== 'rpc') throw error;
}

function numberOf(header: unknown): number {
  const number = Number((header as { number?: unknown } | null)?.number);
  if (!Number.isSafeInteger(number)) throw chainError('unsupported', 'the node gives a header without a number');
  return number;
}
