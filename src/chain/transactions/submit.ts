import type { Call } from '@polkadot/types/interfaces';
import { abortingWith, type Log, messageOf, sleep } from '../../base/browser.js';
import type { Signer } from '../../wallet/index.js';
import type { Chain } from '../connection/chain.js';
import type { Connection } from '../connection/connection.js';
import type { Heads } from '../connection/heads.js';
import { chainError, isWithoutAnswer } from '../errors.js';
import { versionOf } from '../metadata/api.js';
import { isNonceClash, poolError, rejected } from '../refusals/pool-errors.js';
import { type Era, eraBirth, eraPeriod, lastBlockOf } from './era.js';
import { ERA_PASSED, followTransaction, revertedAway, type Sent, type Signed } from './follow.js';
import { NonceLanes } from './nonces.js';
import { Outcomes, type Submitted } from './outcome.js';
import { readStatus, StatusQueue } from './pool-status.js';
import { signExtrinsic } from './signing.js';

export interface SubmitOptions {
  /** `inclusion` (default): in a block; `finalization`: in a block that cannot go away. */
  waitFor?: 'inclusion' | 'finalization';
  signal?: AbortSignal;
  /**
   * Until it is included (or finalized); default 60 s, or ten blocks where those take longer. One that waits for longer
   * than its era is signed and sent again, once it is sure that no block will ever hold the first.
   */
  timeoutMs?: number;
  /** Its hash each time it is signed, before it leaves: from then on it may come into a block. What throws keeps it here. */
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

/** What is to be signed, and by what runtime its bytes mean what was meant. */
interface Order {
  readonly what: string;
  readonly call: Call;
  readonly specVersion: number;
  readonly signer: Signer;
  readonly onSigned: (signed: Signed) => void;
}

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
    const stop = abortingWith(options.signal, limit);
    const { signal } = stop;
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
        const { hash } = sent;
        const fate = await followTransaction({
          connection: this.connection,
          heads: this.heads,
          reverts: () => this.reverts,
          what,
          sent,
          publicKey: signer.publicKey,
          waitFor: options.waitFor ?? 'inclusion',
          signal,
          onBlock: blockHash => tell({ kind: 'in_block', hash, blockHash }),
        });
        if ('blockHash' in fate) {
          const { blockHash } = fate;
          tell({ kind: options.waitFor === 'finalization' ? 'finalized' : 'in_block', hash, blockHash });
          return await this.outcomes.inBlock(what, sent, blockHash);
        }
        if (attempt >= MOST_RETRIES) throw rejected(what, `${fate.over} again and again`, { hash });
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
    } finally {
      stop.abort();
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

  /** Begins at a finalized block, so that no reorganisation makes the signature worthless. */
  async era(options: { signal?: AbortSignal; timeoutMs?: number } = {}): Promise<Era> {
    const period = eraPeriod(this.connection.chain.blockTimeMs);
    const head = await this.heads.newest(options);
    const birth = eraBirth(period, head.number);
    if (birth === head.number) return { period, birth, birthHash: head.hash };
    return { period, birth, birthHash: String(await this.connection.call('chain_getBlockHash', [birth], options)) };
  }
}

function runtimeChanged(what: string) {
  const why = `${what} is not signed: the chain's runtime has changed meanwhile, and its bytes may mean something else now`;
  return chainError('rejected', why, { what, reason: 'the runtime has changed' });
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
