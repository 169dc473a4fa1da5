import { isBittensorError } from '../base/index.js';
import {
  type ChainClient,
  forgetCommitment,
  keepCommitment,
  type OwedReveal,
  owedReveals,
  prepareCommitWeights,
  prepareRevealWeights,
  revealBlocks,
} from '../chain/index.js';
import type { Signer } from '../wallet/index.js';
import { libraryError } from './errors.js';
import { type Receipt, submitting, type WriteOptions } from './submitting.js';

/** Weights that a subnet hides at first. They do not count before `revealWeights()` has shown them, in their blocks. */
export interface HiddenWeights {
  /** First block in which they can be revealed, some epochs from now; undefined where the chain does not tell. */
  readonly firstBlock: number | undefined;
  /** The last one: after it they are lost, and weights have to be set again. */
  readonly lastBlock: number | undefined;
  /** What the reveal needs. Any program with this wallet finds it there, `bittensor-cli weights reveal` too. */
  readonly file: string;
}

/** Whose weights, and how to sign for them. */
export interface Revealer {
  readonly client: ChainClient;
  readonly netuid: number;
  /** The wallet's. */
  readonly folder: string;
  readonly signer: Signer;
  readonly options: WriteOptions;
}

/** Commits to a row, and waits for its block: what the reveal needs is on the disk before anything is signed. */
export async function commitWeights(
  { client, netuid, folder, signer, options }: Revealer,
  row: { readonly uids: readonly number[]; readonly weightsU16: readonly number[] },
): Promise<Receipt & { readonly hidden: HiddenWeights }> {
  const until = options.signal ? { signal: options.signal } : {};
  const prepared = await prepareCommitWeights(client, { from: signer.address, netuid, ...row, ...until });
  const file = keepCommitment({ folder, genesisHash: client.genesisHash }, prepared.commitment);
  const receipt = await prepared.submit(signer, submitting(options));
  const blocks = await revealBlocks(client, prepared.commitment, { at: receipt.blockHash, ...until });
  return { ...receipt, hidden: { firstBlock: blocks?.first, lastBlock: blocks?.last, file } };
}

/**
 * Waits for the blocks of all that is owed, and reveals it. Errors, once all was tried: what the chain refused, which stays, and
 * `nothing_to_reveal` for what came too late.
 */
export async function revealWeights(of: Revealer): Promise<Receipt[]> {
  const { client, options } = of;
  const receipts: Receipt[] = [];
  const missed: OwedReveal[] = [];
  const refusals: unknown[] = [];
  for (const one of await owed(of)) {
    await headAt(client, one.first - 1, options.signal);
    if (isOver(client, one)) missed.push(one);
    else {
      try {
        receipts.push(await revealOne(of, one));
      } catch (error) {
        if (!isRefusal(error)) throw error;
        refusals.push(error);
      }
    }
  }
  if (refusals.length > 0) throw refusals[0];
  const [lost] = missed;
  if (!lost) return receipts;
  // Said once: nobody can reveal them any more.
  for (const one of missed) forgetCommitment(one);
  throw libraryError(
    'nothing_to_reveal',
    `the time to reveal weights of subnet ${of.netuid} ended with block ${lost.last}: set them again`,
    { netuid: of.netuid, lastBlock: lost.last },
  );
}

/** Reveals what can be revealed now. What the chain refuses stays, for whoever asks to reveal it. */
export async function revealDue(of: Revealer): Promise<void> {
  for (const one of await owed(of)) {
    if (of.client.headBlock() + 1 < one.first || isOver(of.client, one)) continue;
    try {
      await revealOne(of, one);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
}

function isRefusal(error: unknown): boolean {
  return isBittensorError(error) && (error.code === 'dispatch' || error.code === 'rejected');
}

async function revealOne({ client, signer, options }: Revealer, one: OwedReveal): Promise<Receipt> {
  const { commitment } = one;
  const prepared = await prepareRevealWeights(client, {
    commitment,
    ...(options.signal && { signal: options.signal }),
  });
  const receipt = await prepared.submit(signer, submitting(options));
  forgetCommitment(one);
  return receipt;
}

function owed({ client, netuid, folder, signer, options: { signal } }: Revealer): Promise<OwedReveal[]> {
  return owedReveals(client, { folder, hotkey: signer.address, netuid }, signal ? { signal } : {});
}

/** The next block comes after its last one. */
function isOver(client: ChainClient, { last }: OwedReveal): boolean {
  return client.headBlock() + 1 > last;
}

/** Until this block is final. */
function headAt(client: ChainClient, block: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const end = () => {
      stop();
      signal?.removeEventListener('abort', onAbort);
    };
    const onAbort = () => {
      end();
      reject(signal?.reason);
    };
    const look = () => {
      if (client.headBlock() < block) return;
      end();
      resolve();
    };
    const stop = client.onBlock(look);
    signal?.addEventListener('abort', onAbort, { once: true });
    look();
  });
}
