import type { ApiPromise } from '@polkadot/api';
import type { DispatchError, EventRecord } from '@polkadot/types/interfaces';
import type { Codec } from '@polkadot/types-codec/types';
import { formatTao } from '../../base/browser.js';
import type { Chain } from '../connection/chain.js';
import type { Connection } from '../connection/connection.js';
import { chainError } from '../errors.js';
import { decodeStorage, palletName, storageKey } from '../metadata/api.js';
import { type ReadOptions, readMany } from '../reads/reads.js';
import { explainChainError } from '../refusals/error-texts.js';

/** Something that a transaction did, as the runtime tells it. */
export interface ChainEvent {
  readonly pallet: string;
  readonly name: string;
  /** Fields in order; integers beyond 2^53 are text, errors are named: `SubtensorModule.NotEnoughStake`. */
  readonly data: readonly unknown[];
  /** Names of the fields, empty where the runtime gives them none. */
  readonly fields: readonly string[];
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

interface DecodedBlock {
  readonly number: number;
  readonly extrinsics: readonly string[];
  readonly records: readonly EventRecord[];
}

/** Blocks of which transactions wait to hear; several of one block share its reading. */
const MOST_BLOCKS = 8;

/** Reads what became of transactions. */
export class Outcomes {
  private readonly blocks = new Map<string, Promise<DecodedBlock>>();

  constructor(private readonly connection: Connection<Chain>) {}

  /** What a transaction did in a block that holds it. Error `dispatch` when it failed there. */
  async inBlock(what: string, extrinsic: { readonly hex: string; readonly hash: string }, blockHash: string) {
    const { api } = this.connection.chain;
    const { number: blockNumber, extrinsics, records } = await this.block(blockHash);
    const place = { hash: extrinsic.hash, blockHash, blockNumber };
    const index = extrinsics.indexOf(extrinsic.hex);
    if (index < 0) throw chainError('unsupported', `${what}: block ${blockNumber} does not hold it`, place);
    const own = records.filter(({ phase }) => phase.isApplyExtrinsic && phase.asApplyExtrinsic.toNumber() === index);
    const failed = own.find(({ event }) => event.section === 'system' && event.method === 'ExtrinsicFailed');
    if (failed) {
      const reason = describeDispatchError(api, failed.event.data[0] as DispatchError);
      const text = explainChainError(`${reason.pallet}.${reason.name}`);
      const short = text?.title ?? reason.docs;
      const { feeRao } = summary(api, own);
      const fee =
        feeRao === undefined || feeRao === 0n ? 'no fee was taken' : `the fee of ${formatTao(feeRao)} was taken`;
      const why = `${reason.name}${short === '' ? '' : ` (${short})`}`;
      const message = `${what} failed in block ${blockNumber}: ${why}; ${fee}`;
      const remedy = text ? { remedy: text.remedy } : {};
      throw chainError('dispatch', message, { ...reason, ...place, paidFeeRao: feeRao ?? 0n, ...remedy });
    }
    return { ...place, ...summary(api, own) } satisfies Submitted;
  }

  private block(hash: string): Promise<DecodedBlock> {
    let block = this.blocks.get(hash);
    if (!block) {
      block = this.read(hash);
      this.blocks.set(hash, block);
      block.catch(() => this.blocks.delete(hash));
      for (const oldest of this.blocks.keys()) if (this.blocks.size > MOST_BLOCKS) this.blocks.delete(oldest);
    }
    return block;
  }

  private async read(hash: string): Promise<DecodedBlock> {
    const { connection } = this;
    const { api } = connection.chain;
    const [signed, events] = await Promise.all([
      connection.call('chain_getBlock', [hash]),
      connection.call('state_getStorage', [storageKey(api, 'System.Events'), hash]),
    ]);
    // A local chain may have been reverted meanwhile.
    if (signed === null) throw chainError('rejected', `block ${hash} is gone`, { blockHash: hash, reason: 'gone' });
    const { block } = signed as { block: { header: { number: string }; extrinsics: string[] } };
    const records =
      typeof events === 'string' ? (decodeStorage(api, 'System.Events', events) as unknown as EventRecord[]) : [];
    return { number: Number(block.header.number), extrinsics: block.extrinsics, records: [...records] };
  }
}

function summary(api: ApiPromise, records: readonly EventRecord[]): Pick<Submitted, 'feeRao' | 'events'> {
  const events = records.map(
    ({ event }): ChainEvent => ({
      pallet: palletName(event.section),
      name: event.method,
      data: [...event.data].map(field => plainField(api, field)),
      fields: event.meta.fields.map(({ name }) => name.unwrapOr('').toString()),
    }),
  );
  const paid = events.find(event => event.pallet === 'TransactionPayment' && event.name === 'TransactionFeePaid');
  return { feeRao: paid ? BigInt(String(paid.data[1])) : undefined, events };
}

/** What a call within a call ended with is told by an event, and only there. */
function plainField(api: ApiPromise, field: Codec): unknown {
  if (isDispatchError(field)) return errorName(api, field);
  const { isErr, asErr } = field as unknown as { isErr?: boolean; asErr?: Codec };
  if (isErr && asErr && isDispatchError(asErr)) return { err: errorName(api, asErr) };
  return field.toPrimitive();
}

function isDispatchError(field: unknown): field is DispatchError {
  const { defKeys } = field as { defKeys?: unknown };
  return Array.isArray(defKeys) && ['BadOrigin', 'Module', 'Token'].every(name => defKeys.includes(name));
}

function errorName(api: ApiPromise, error: DispatchError): string {
  const { pallet, name } = describeDispatchError(api, error);
  return `${pallet}.${name}`;
}

/** A dispatch error by the name and documentation that the runtime gives it. */
export function describeDispatchError(api: ApiPromise, error: DispatchError) {
  if (!error.isModule) {
    const detail = error.value?.toString() ?? '';
    return { pallet: 'System', name: detail === '' ? error.type : `${error.type}.${detail}`, docs: '' };
  }
  try {
    const { section, name, docs } = api.registry.findMetaError(error.asModule);
    return { pallet: palletName(section), name, docs: docs.join(' ').trim() };
  } catch {
    const { index, error: number } = error.asModule;
    return { pallet: `pallet ${index.toString()}`, name: `error ${number.toU8a(true)[0] ?? 0}`, docs: '' };
  }
}

/** Whether a block holds this transaction. */
export async function blockHolds(connection: Connection<Chain>, blockHash: string, hex: string): Promise<boolean> {
  const signed = (await connection.call('chain_getBlock', [blockHash])) as { block: { extrinsics: string[] } } | null;
  return signed?.block.extrinsics.includes(hex) ?? false;
}

/** The account's nonce in a block, by default the newest, without what waits in the pool. */
export async function accountNonce(
  connection: Connection<Chain>,
  publicKey: Uint8Array,
  { at, ...options }: ReadOptions = {},
): Promise<number> {
  const [account] = await readMany(connection, [['System.Account', publicKey]], { at, ...options });
  return Number((account as { nonce: number }).nonce);
}
