import { BittensorError, blake2b256, fromHex, messageOf, toHex } from '../../base/browser.js';
import { Input } from '../../base/scale.js';
import type { ChainData } from './chain-data.js';
import { bigOf, listOf, numberOf, recordOf } from './decoded.js';
import { outcomeOf } from './outcome.js';
import type { Runtime } from './runtime.js';
import { Account, Choice, type Decoded } from './scale/values.js';

/** One call or event: `SubtensorModule`, `set_weights`, its arguments. */
export interface Act {
  readonly pallet: string;
  readonly name: string;
  readonly args: Decoded;
}

export interface BlockEvent {
  readonly index: number;
  /** The extrinsic that it happened in; undefined for what the block itself did. */
  readonly extrinsic: number | undefined;
  readonly phase: string;
  readonly act: Act;
}

export interface Extrinsic {
  readonly index: number;
  readonly hash: string;
  readonly bytes: Uint8Array;
  /** Why its bytes could not be read; then there is no call. */
  readonly problem: string | undefined;
  readonly call: Act | undefined;
  /** ss58; undefined for what nobody signed. */
  readonly signer: string | undefined;
  readonly nonce: number | undefined;
  readonly tipRao: bigint | undefined;
  /** What else was signed with it: era, fee asset, ... */
  readonly extra: readonly (readonly [name: string, value: Decoded])[];
  readonly ok: boolean | undefined;
  /** Why it failed: `SubtensorModule.NotEnoughStake`. */
  readonly failure: string | undefined;
  /** Why a call inside it failed (as root, in a batch, for another account), where it itself is done. */
  readonly innerFailure: string | undefined;
  readonly feeRao: bigint | undefined;
}

export interface Block {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  readonly stateRoot: string;
  readonly extrinsicsRoot: string;
  readonly digest: readonly string[];
  readonly timeMs: number | undefined;
  readonly spec: string;
  readonly extrinsics: readonly Extrinsic[];
  /** Undefined where the chain keeps no state of this block any more. */
  readonly events: readonly BlockEvent[] | undefined;
}

interface RawBlock {
  readonly header: {
    readonly number: string;
    readonly parentHash: string;
    readonly stateRoot: string;
    readonly extrinsicsRoot: string;
    readonly digest?: { readonly logs?: readonly string[] };
  };
  readonly extrinsics: readonly string[];
}

export async function readBlock(chain: ChainData, hash: string): Promise<Block> {
  const { rpc, runtimes } = chain;
  // A block was executed by the runtime of the state before it.
  const answer = (await rpc.call('chain_getBlock', [hash])) as { block?: RawBlock } | null;
  const raw = answer?.block;
  if (!raw) throw new BittensorError('no_block', `there is no block ${hash.slice(0, 80)} on this chain`);
  const { header } = raw;
  const number = Number(header.number);
  const runtime = await runtimes.at(number === 0 ? hash : header.parentHash).catch(() => runtimes.at());
  const events = await readEvents(chain, runtime, hash);
  const extrinsics = raw.extrinsics.map((hex, index) => {
    const own = events?.filter(event => event.extrinsic === index) ?? [];
    return { ...readExtrinsic(runtime, fromHex(hex), index), ...outcomeOf(runtime, events && own) };
  });
  const set = extrinsics.find(({ call }) => call?.pallet === 'Timestamp' && call.name === 'set');
  return {
    number,
    hash,
    parentHash: header.parentHash,
    stateRoot: header.stateRoot,
    extrinsicsRoot: header.extrinsicsRoot,
    digest: header.digest?.logs ?? [],
    timeMs: set && numberOf(recordOf(set.call?.args)['now']),
    spec: `${runtime.specName} ${runtime.specVersion}`,
    extrinsics,
    events,
  };
}

async function readEvents(chain: ChainData, runtime: Runtime, hash: string): Promise<BlockEvent[] | undefined> {
  try {
    const value = await chain.rpc.call('state_getStorage', [runtime.storageKey('System.Events'), hash]);
    const list = listOf(runtime.storageValue('System.Events', (value as string | null) ?? null));
    return list.map((record, index) => {
      const { phase, event } = recordOf(record);
      const place = phase instanceof Choice ? phase : new Choice('Unknown', undefined);
      return {
        index,
        extrinsic: place.name === 'ApplyExtrinsic' ? numberOf(place.value) : undefined,
        phase: place.name,
        act: actOf(event),
      };
    });
  } catch (error) {
    // The state is gone, or its events are of another form: the block itself can still be shown.
    if (error instanceof BittensorError && (error.code === 'rpc' || error.code === 'unsupported')) return undefined;
    throw error;
  }
}

/** `RuntimeCall` and `RuntimeEvent` are an enumeration of pallets, each with one of its own. */
export function actOf(value: Decoded): Act {
  if (!(value instanceof Choice)) return { pallet: '?', name: '?', args: value };
  const inner = value.value;
  if (!(inner instanceof Choice)) return { pallet: value.name, name: '', args: inner };
  return { pallet: value.name, name: inner.name, args: inner.value };
}

type Read = Omit<Extrinsic, 'ok' | 'failure' | 'innerFailure' | 'feeRao'>;

const UNSIGNED = { signer: undefined, nonce: undefined, tipRao: undefined, extra: [] } as const;

/** Source: sp-runtime's `generic/unchecked_extrinsic.rs`, versions 4 and 5. */
function readExtrinsic(runtime: Runtime, bytes: Uint8Array, index: number): Read {
  const hash = toHex(blake2b256(bytes));
  const base = { index, hash, bytes };
  try {
    const input = new Input(bytes);
    input.compact();
    const version = input.u8();
    const { codec, metadata } = runtime;
    const isSigned = (version & 0xc0) === 0x80;
    const isGeneral = (version & 0xc0) === 0x40;
    const format = version & 0x3f;
    if (format !== 4 && format !== 5) throw new BittensorError('unsupported', `an extrinsic of version ${format}`);
    const address = isSigned ? codec.reader(metadata.address)(input) : undefined;
    if (isSigned) codec.reader(metadata.signature)(input);
    if (isGeneral) input.u8();
    const extra =
      isSigned || isGeneral
        ? metadata.extensions.map(({ name, type }) => [name, codec.reader(type)(input)] as const)
        : [];
    const call = actOf(codec.reader(metadata.call)(input));
    if (!isSigned && !isGeneral) return { ...base, ...UNSIGNED, problem: undefined, call };
    const named = new Map(extra);
    return {
      ...base,
      problem: undefined,
      call,
      signer: addressIn(address),
      nonce: numberOf(named.get('CheckNonce')),
      tipRao: tipOf(named),
      extra: extra.filter(([, value]) => value !== undefined),
    };
  } catch (error) {
    return { ...base, ...UNSIGNED, call: undefined, problem: messageOf(error) };
  }
}

function tipOf(extra: ReadonlyMap<string, Decoded>): bigint | undefined {
  const payment = [...extra].find(([name]) => /TransactionPayment/.test(name))?.[1];
  return bigOf(payment) ?? bigOf(recordOf(payment)['tip']);
}

/** A multi-address is most often an account. */
function addressIn(value: Decoded): string | undefined {
  const inner = value instanceof Choice ? value.value : value;
  return inner instanceof Account ? inner.address : undefined;
}
