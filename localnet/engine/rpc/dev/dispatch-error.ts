import { Reader } from '../../codec.js';
import type { Metadata } from '../../runtime/metadata.js';
import { RpcError } from '../rpc-error.js';

/** Throws when the call would be included and fail; a transaction that has to wait is not judged. */
export function checkDispatch(applied: Uint8Array, metadata: Metadata): void {
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
