import type { TransactionStatus } from '../chain/pool.js';
import { aliceKeys, signByAlice, transferCall } from '../chain/transaction.js';
import { Reader } from '../codec.js';
import { type Metadata, readMetadata } from '../runtime/metadata.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Engine, Family } from './family.js';
import type { Params } from './params.js';
import { invalidParams, RpcError } from './rpc-error.js';
import { accountOf, nextIndex } from './system.js';

const BLOCKS_AT_MOST = 10_000;
const U128 = 2n ** 128n;
/** An interval author may need this long to include a transfer. */
const FUNDING_PATIENCE_MS = 30_000;

/** What only a local chain offers. All of it goes through transactions and blocks, so that a replay agrees. */
export function devFamily(engine: Engine): Family {
  const { chain, pool, author, about } = engine;
  const fund = funder(engine);
  return {
    methods: {
      async dev_newBlock(params) {
        const given = params.at(0);
        const count = typeof given === 'object' ? (given as { count?: unknown }).count : given;
        const blocks = count ?? 1;
        if (!Number.isSafeInteger(blocks) || (blocks as number) < 1 || (blocks as number) > BLOCKS_AT_MOST) {
          throw invalidParams(`count has to be 1 to ${BLOCKS_AT_MOST}`);
        }
        let hash = chain.head.hash;
        for (let i = 0; i < (blocks as number); i++) {
          // Others get their turn between two blocks.
          if (i > 0) await new Promise(resolve => setImmediate(resolve));
          hash = author.build().block.hash;
        }
        return hash;
      },
      dev_fund: params => fund(accountOf(params.text(0, 'address')), amountOf(params)),
      dev_status: () => ({
        pid: process.pid,
        dataFolder: about.dataFolder,
        blockTime: about.blockTime,
        genesis: chain.genesisHash,
        head: chain.head.hash,
        number: chain.head.header.number,
        oldestState: chain.oldestState,
        timestampMs: chain.timestampMs,
        ready: pool.readyCount,
        future: pool.futureCount,
        memoryBytes: process.memoryUsage().rss,
      }),
    },
  };
}

function amountOf(params: Params): bigint {
  const value = params.at(1);
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || !/^\d+$/.test(text)) {
    throw invalidParams('amount has to be whole units, as a number or as a decimal string');
  }
  const amount = BigInt(text);
  if (amount === 0n || amount >= U128) throw invalidParams(`amount ${text.slice(0, 80)} is out of range`);
  return amount;
}

/**
 * Transfers from the development account `//Alice`, one after the other, and answers when the transfer is in a block. With
 * manual blocks that is when the next one is asked for.
 */
function funder(engine: Engine): (to: Uint8Array, amount: bigint) => Promise<{ hash: string; block: string }> {
  const { chain } = engine;
  const metadataOf = new WeakMap<Runtime, Metadata>();
  const metadata = () => {
    const { runtime } = chain;
    let known = metadataOf.get(runtime);
    if (!known) {
      known = readMetadata(new Reader(runtime.constant('Metadata_metadata', new Uint8Array())).vec());
      metadataOf.set(runtime, known);
    }
    return known;
  };
  let queue: Promise<unknown> = Promise.resolve();
  const fundNow = async (to: Uint8Array, amount: bigint) => {
    const extrinsic = signByAlice({
      metadata: metadata(),
      version: chain.runtime.version,
      genesisHash: chain.genesisHash,
      call: transferCall(metadata(), to, amount),
      nonce: nextIndex(engine, aliceKeys().publicKey),
    });
    checkDispatch(chain.dryRun(extrinsic), metadata());
    return included(engine, extrinsic);
  };
  return (to, amount) => {
    const work = queue.then(() => fundNow(to, amount));
    queue = work.catch(() => {});
    return work;
  };
}

/** Submits and waits for the block. */
function included({ pool }: Engine, extrinsic: Uint8Array): Promise<{ hash: string; block: string }> {
  return new Promise((resolve, reject) => {
    let hash = '';
    const timer = setTimeout(
      () => reject(new RpcError(-32000, `transfer ${hash} was not included within ${FUNDING_PATIENCE_MS / 1000} s`)),
      FUNDING_PATIENCE_MS,
    );
    timer.unref();
    const watch = (status: TransactionStatus) => {
      if (status === 'invalid' || status === 'dropped' || (typeof status === 'object' && 'usurped' in status)) {
        clearTimeout(timer);
        reject(new RpcError(-32000, `transfer ${hash} was not included: ${JSON.stringify(status)}`));
      }
      if (typeof status === 'object' && 'inBlock' in status) {
        clearTimeout(timer);
        resolve({ hash, block: status.inBlock });
      }
    };
    try {
      hash = pool.submit(extrinsic, watch);
    } catch (error) {
      clearTimeout(timer);
      reject(error);
    }
  });
}

/** Throws when the call would be included and fail; a transaction that has to wait is not judged. */
function checkDispatch(applied: Uint8Array, metadata: Metadata): void {
  const reader = new Reader(applied);
  if (reader.u8() !== 0 || reader.u8() === 0) return;
  const kind = reader.u8();
  let reason = DISPATCH_ERRORS[kind] ?? `error ${kind}`;
  if (kind === MODULE_ERROR) {
    const pallet = reader.u8();
    reason = metadata.errorName(pallet, reader.u8());
  }
  if (kind === TOKEN_ERROR) reason = `Token.${TOKEN_ERRORS[reader.u8()] ?? 'Unknown'}`;
  throw new RpcError(-32000, `the development account cannot send this: ${reason}`);
}

const MODULE_ERROR = 3;
const TOKEN_ERROR = 7;
/** `sp_runtime::DispatchError` and `TokenError`. */
const DISPATCH_ERRORS = [
  'Other',
  'CannotLookup',
  'BadOrigin',
  'Module',
  'ConsumerRemaining',
  'NoProviders',
  'TooManyConsumers',
  'Token',
  'Arithmetic',
];
const TOKEN_ERRORS = [
  'FundsUnavailable',
  'OnlyProvider',
  'BelowMinimum',
  'CannotCreate',
  'UnknownAsset',
  'Frozen',
  'Unsupported',
];
