import { hex, join, Reader } from '../codec.js';
import { engineError } from '../errors.js';
import { Overlay, type StateReader } from '../state/overlay.js';
import { type CallState, Executor, type ExecutorOptions, NOTHING } from './executor.js';
import { blake2b256 } from './host/crypto-library.js';
import { Keystore } from './host/keystore.js';

/** `:code`, where a Substrate state holds its runtime. */
export const CODE_KEY = ':code';
const RUNTIMES_KEPT = 4;
/** `RuntimeInterfaceLogLevel::Warn`. */
const WARN_LEVEL = 1;
const NONE = new Uint8Array();

export interface RuntimeVersion {
  specName: string;
  implName: string;
  authoringVersion: number;
  specVersion: number;
  implVersion: number;
  apis: [string, number][];
  transactionVersion: number;
  stateVersion: 0 | 1;
}

/** A runtime with its version and answers that depend on nothing but the code. */
export class Runtime {
  private cachedVersion: RuntimeVersion | undefined;
  private readonly answers = new Map<string, Uint8Array>();

  constructor(readonly executor: Executor) {}

  get version(): RuntimeVersion {
    this.cachedVersion ??= decodeVersion(this.executor.call(new Overlay(NOTHING), 'Core_version', NONE));
    return this.cachedVersion;
  }

  /** A call whose answer depends on the code alone, as that of a preset; remembered. */
  constant(method: string, argument: Uint8Array): Uint8Array {
    const key = `${method} ${hex(argument)}`;
    let answer = this.answers.get(key);
    if (!answer) {
      answer = this.executor.call(new Overlay(NOTHING), method, argument);
      if (this.answers.size < 16) this.answers.set(key, answer);
    }
    return answer;
  }

  /** A call that may write; the writes are dropped. */
  view(state: StateReader, method: string, argument: Uint8Array): Uint8Array {
    return this.executor.call(new Overlay(state), method, argument);
  }
}

/** The runtimes in use, found by the code in a state. */
export class Runtimes {
  private readonly byCode = new WeakMap<Uint8Array, Runtime>();
  private readonly byHash = new Map<string, Runtime>();

  private readonly options: ExecutorOptions;
  /** Missing host functions that were named in the log. */
  private readonly warned = new Set<string>();

  constructor(options: ExecutorOptions) {
    this.options = { keystore: new Keystore(), ...options };
  }

  /** The runtime of a state. The same code object is found without hashing. */
  of(state: Pick<StateReader, 'get'>): Runtime {
    const code = state.get(CODE_KEY);
    if (!code) throw engineError('bad_runtime', 'the state has no runtime (:code)');
    let runtime = this.byCode.get(code);
    if (!runtime) {
      const hash = hex(blake2b256(code));
      runtime = this.byHash.get(hash) ?? new Runtime(this.executorOf(code));
      this.byHash.set(hash, runtime);
      if (this.byHash.size > RUNTIMES_KEPT) this.byHash.delete(this.byHash.keys().next().value!);
      this.byCode.set(code, runtime);
    }
    return runtime;
  }

  private executorOf(code: Uint8Array): Executor {
    const executor = new Executor(code, this.options);
    const missing = executor.missing.filter(name => !this.warned.has(name));
    for (const name of missing) this.warned.add(name);
    if (missing.length > 0) {
      const text = `it imports host functions that this engine lacks, and calling one fails: ${missing.join(', ')}`;
      this.options.onLog?.(WARN_LEVEL, 'imports', text);
    }
    return executor;
  }
}

function decodeVersion(bytes: Uint8Array): RuntimeVersion {
  const reader = new Reader(bytes);
  return {
    specName: reader.text(),
    implName: reader.text(),
    authoringVersion: reader.u32(),
    specVersion: reader.u32(),
    implVersion: reader.u32(),
    apis: Array.from({ length: reader.compact() }, () => [hex(reader.take(8)), reader.u32()]),
    transactionVersion: reader.u32(),
    stateVersion: reader.left > 0 && reader.u8() === 0 ? 0 : 1,
  };
}

/** What `TaggedTransactionQueue_validate_transaction` says of a transaction that may be included, now or later. */
export interface Validity {
  priority: bigint;
  requires: string[];
  provides: string[];
  /** Blocks for which this holds. */
  longevity: bigint;
  propagate: boolean;
}

/** Why a transaction cannot be included: `TransactionValidityError`. */
export interface Invalidity {
  kind: 'invalid' | 'unknown';
  /** In Substrate's words. */
  reason: string;
  /** The name of the variant. */
  variant: string;
}

const INVALID: readonly (readonly [variant: string, reason: string])[] = [
  ['Call', 'Transaction call is not expected'],
  ['Payment', 'Inability to pay some fees (e.g. account balance too low)'],
  ['Future', 'Transaction will be valid in the future'],
  ['Stale', 'Transaction is outdated'],
  ['BadProof', 'Transaction has a bad signature'],
  ['AncientBirthBlock', 'Transaction has an ancient birth block'],
  ['ExhaustsResources', 'Transaction would exhaust the block limits'],
  ['Custom', 'Custom error'],
  ['BadMandatory', 'A call was labelled as mandatory, but resulted in an Error.'],
  ['MandatoryValidation', 'Transaction dispatch is mandatory; transactions must not be validated.'],
  ['BadSigner', 'Invalid signing address'],
  ['IndeterminateImplicit', 'The implicit data was unable to be calculated'],
  ['UnknownOrigin', 'The transaction extension did not authorize any origin'],
];
const UNKNOWN: readonly (readonly [variant: string, reason: string])[] = [
  ['CannotLookup', 'Could not lookup information required to validate the transaction'],
  ['NoUnsignedValidator', 'Could not find an unsigned validator for the unsigned transaction'],
  ['Custom', 'Custom error'],
];

function invalidity(reader: Reader): Invalidity {
  const kind = reader.u8() === 0 ? 'invalid' : 'unknown';
  const index = reader.u8();
  const [variant, reason] = (kind === 'invalid' ? INVALID : UNKNOWN)[index] ?? [`Variant${index}`, `error ${index}`];
  return { kind, variant, reason: variant === 'Custom' ? `Custom error: ${reader.u8()}` : reason };
}

/** Asks the runtime whether a transaction from outside may be included on top of the block with that hash. */
export function validateTransaction(
  runtime: Runtime,
  state: CallState,
  extrinsic: Uint8Array,
  blockHash: Uint8Array,
): Validity | Invalidity {
  const external = Uint8Array.of(2);
  const answer = runtime.executor.call(
    state,
    'TaggedTransactionQueue_validate_transaction',
    join(external, extrinsic, blockHash),
  );
  const reader = new Reader(answer);
  if (reader.u8() !== 0) return invalidity(reader);
  const tags = () => Array.from({ length: reader.compact() }, () => Buffer.from(reader.vec()).toString('latin1'));
  return {
    priority: reader.u64(),
    requires: tags(),
    provides: tags(),
    longevity: reader.u64(),
    propagate: reader.u8() !== 0,
  };
}

export function isInvalid(answer: Validity | Invalidity): answer is Invalidity {
  return 'reason' in answer;
}

/**
 * `ApplyExtrinsicResult`: undefined when the extrinsic is in the block (its dispatch may have failed all the same), otherwise
 * why it is not.
 */
export function decodeApplied(answer: Uint8Array): Invalidity | undefined {
  const reader = new Reader(answer);
  return reader.u8() === 0 ? undefined : invalidity(reader);
}
