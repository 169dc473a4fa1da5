import { fromHex } from '../base/index.js';
import type { Connection } from './connection.js';
import type { Chain } from './chain.js';
import { chainError } from './errors.js';
import { pascal, type Runtime } from './runtime.js';

/** Something that a transaction did, as the runtime tells it. */
export interface ChainEvent {
  readonly pallet: string;
  readonly name: string;
  /** Fields in order; integers beyond 2^53 are text. */
  readonly data: readonly unknown[];
}

/** A transaction that was included and succeeded. */
export interface Submitted {
  /** blake2b-256 of the transaction. */
  readonly hash: string;
  readonly blockHash: string;
  readonly blockNumber: number;
  readonly feeRao: bigint | undefined;
  readonly events: readonly ChainEvent[];
}

/** The decoded codecs of `System.Events`, as far as they are used here. */
interface EventRecord {
  readonly phase: { readonly isApplyExtrinsic: boolean; readonly asApplyExtrinsic: { toNumber(): number } };
  readonly event: {
    readonly section: string;
    readonly method: string;
    readonly data: Iterable<{ toPrimitive(): unknown }> & { readonly [index: number]: unknown };
  };
}

interface DispatchErrorCodec {
  readonly isModule: boolean;
  readonly asModule: { readonly index: { toNumber(): number }; readonly error: { toU8a(bare: true): Uint8Array } };
  readonly type: string;
  readonly value: { toString(): string };
}

/** What became of a transaction in a block that holds it. Error `dispatch` when it failed there. */
export async function outcomeInBlock(
  connection: Connection<Chain>,
  what: string,
  extrinsic: { readonly hex: string; readonly hash: string },
  blockHash: string,
): Promise<Submitted> {
  const { runtime } = connection.chain;
  const [signed, events] = await Promise.all([
    connection.call('chain_getBlock', [blockHash]),
    connection.call('state_getStorage', [runtime.storageKey('System.Events'), blockHash]),
  ]);
  const { block } = signed as { block: { header: { number: string }; extrinsics: string[] } };
  const index = block.extrinsics.indexOf(extrinsic.hex);
  const blockNumber = Number(block.header.number);
  const place = { hash: extrinsic.hash, blockHash, blockNumber };
  if (index < 0) throw chainError('unsupported', `${what}: block ${blockNumber} does not hold it`, place);
  const records = (typeof events === 'string' ? runtime.decodeEvents(events) : []) as unknown as Iterable<EventRecord>;
  const own = [...records].filter(({ phase }) => phase.isApplyExtrinsic && phase.asApplyExtrinsic.toNumber() === index);
  const failed = own.find(({ event }) => event.section === 'system' && event.method === 'ExtrinsicFailed');
  if (failed) {
    const reason = describeDispatchError(runtime, failed.event.data[0] as DispatchErrorCodec);
    const docs = reason.docs === '' ? '' : ` (${reason.docs})`;
    throw chainError('dispatch', `${what} failed in block ${blockNumber}: ${reason.name}${docs}`, {
      ...reason,
      ...place,
    });
  }
  const list = own.map(
    ({ event }): ChainEvent => ({
      pallet: pascal(event.section),
      name: event.method,
      data: [...event.data].map(field => field.toPrimitive()),
    }),
  );
  const paid = list.find(event => event.pallet === 'TransactionPayment' && event.name === 'TransactionFeePaid');
  return { ...place, feeRao: paid ? BigInt(String(paid.data[1])) : undefined, events: list };
}

/** A dispatch error by the name and documentation that the runtime gives it. */
export function describeDispatchError(runtime: Runtime, error: DispatchErrorCodec) {
  if (error.isModule) return runtime.moduleError(error.asModule.index.toNumber(), error.asModule.error.toU8a(true));
  const detail = error.value?.toString() ?? '';
  return { pallet: 'System', name: detail === '' ? error.type : `${error.type}.${detail}`, docs: '' };
}

/** Whether a block holds this transaction. */
export async function blockHolds(connection: Connection<Chain>, blockHash: string, hex: string): Promise<boolean> {
  const signed = (await connection.call('chain_getBlock', [blockHash])) as { block: { extrinsics: string[] } } | null;
  return signed?.block.extrinsics.includes(hex) ?? false;
}

/** The account's nonce in the newest block, without what waits in the pool. */
export async function accountNonce(connection: Connection<Chain>, publicKey: Uint8Array): Promise<number> {
  const { runtime } = connection.chain;
  const value = await connection.call('state_getStorage', [runtime.storageKey('System.Account', [publicKey])]);
  if (typeof value !== 'string') return 0;
  // AccountInfo begins with its nonce, a u32.
  return new DataView(fromHex(value).buffer).getUint32(0, true);
}
