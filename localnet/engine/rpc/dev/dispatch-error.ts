import { Reader } from '../../codec.js';
import type { RuntimeEvent } from '../../runtime/events.js';
import type { Metadata } from '../../runtime/metadata.js';

/** Why the call of an `ApplyExtrinsicResult` failed; undefined when it did not, or when the transaction was not applied. */
export function outcomeOf(metadata: Metadata, applied: Uint8Array): string | undefined {
  const reader = new Reader(applied);
  return reader.u8() === 0 ? resultOf(metadata, reader) : undefined;
}

/** Why a transaction failed that caused these events, also when only what it did in another's name failed. */
export function failureIn(metadata: Metadata, events: readonly RuntimeEvent[]): string | undefined {
  for (const { pallet, name, fields } of events) {
    const reader = new Reader(fields);
    const isFailed = pallet === 'System' && name === 'ExtrinsicFailed';
    const isSudo = pallet === 'Sudo' && (name === 'Sudid' || name === 'SudoAsDone');
    const failure = isFailed ? errorOf(metadata, reader) : isSudo ? resultOf(metadata, reader) : undefined;
    if (failure) return failure;
  }
  return undefined;
}

/** `DispatchResult`. */
function resultOf(metadata: Metadata, reader: Reader): string | undefined {
  return reader.u8() === 0 ? undefined : errorOf(metadata, reader);
}

/** `DispatchError`: `Balances.InsufficientBalance`, `Token.Frozen`, `BadOrigin`. */
function errorOf(metadata: Metadata, reader: Reader): string {
  const kind = reader.u8();
  const name = DISPATCH_ERRORS[kind] ?? `error ${kind}`;
  if (name === 'Module') {
    const pallet = reader.u8();
    return metadata.errorName(pallet, reader.u8());
  }
  const details = DETAILS[name];
  return details ? `${name}.${details[reader.u8()] ?? 'Unknown'}` : name;
}

/** `sp_runtime::DispatchError` and what some of its variants hold. */
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
  'Transactional',
  'Exhausted',
  'Corruption',
  'Unavailable',
  'RootNotAllowed',
  'Trie',
];
const DETAILS: Readonly<Record<string, readonly string[]>> = {
  Token: [
    'FundsUnavailable',
    'OnlyProvider',
    'BelowMinimum',
    'CannotCreate',
    'UnknownAsset',
    'Frozen',
    'Unsupported',
    'CannotCreateHold',
    'NotExpendable',
    'Blocked',
  ],
  Arithmetic: ['Underflow', 'Overflow', 'DivisionByZero'],
  Transactional: ['LimitReached', 'NoLayer'],
};
