import { aliceKeys, signByAlice, transferCall } from '../../chain/transaction.js';
import { Reader } from '../../codec.js';
import { type Metadata, readMetadata } from '../../runtime/metadata.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { Engine, Methods } from '../family.js';
import type { Params } from '../params.js';
import { invalidParams } from '../rpc-error.js';
import { accountOf, nextIndex } from '../system.js';
import { checkDispatch } from './dispatch-error.js';
import { included } from './inclusion.js';

const U128 = 2n ** 128n;

/** Money from a development account. */
export function fundMethods(engine: Engine): Methods {
  const fund = funder(engine);
  return {
    dev_fund: params => fund(accountOf(params.text(0, 'address')), amountOf(params)),
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
