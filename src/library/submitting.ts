import type { SubmitOptions, Submitted } from '../chain/index.js';
import type { Wallet } from './wallet.js';

/** Who signs, on which subnet, and for what to wait. */
export interface WriteOptions {
  /** Default: the wallet that `wallet()` gives. */
  readonly wallet?: Wallet | undefined;
  /** Which subnet. Default: `BT_NETUID`, or 1. */
  readonly netuid?: number | undefined;
  /** Wait for the block that holds it. Default true; false: only until a node has taken it. */
  readonly waitForInclusion?: boolean | undefined;
  /** Wait until that block cannot go away. Default false. */
  readonly waitForFinalization?: boolean | undefined;
  /** For that; default a minute, or ten blocks where those take longer. Then error `timeout`: it may still be included. */
  readonly timeoutMs?: number | undefined;
  /** Gives up waiting, with its reason; what was sent may still be included. */
  readonly signal?: AbortSignal | undefined;
}

/** A transaction: in a block, or, where that was not waited for, on its way. */
export type Receipt = Pick<Submitted, 'hash'> & Partial<Submitted>;

/** As the client below has it. */
export function submitting({ waitForFinalization, timeoutMs, signal }: WriteOptions): SubmitOptions {
  return {
    waitFor: waitForFinalization ? 'finalization' : 'inclusion',
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(signal && { signal }),
  };
}

/** Waits as long as was asked for. */
export function submitted(
  options: WriteOptions,
  submit: (waiting: SubmitOptions) => Promise<Submitted>,
): Promise<Receipt> {
  if (options.waitForInclusion !== false || options.waitForFinalization) return submit(submitting(options));
  return new Promise((resolve, reject) => {
    const onStatus = ({ hash }: { hash: string }) => resolve({ hash });
    submit({ ...submitting(options), onStatus }).then(resolve, reject);
  });
}
