import { type BittensorError, isBittensorError } from '../base/index.js';
import { type ChainErrorCode, chainError } from './errors.js';

/** Numbers of "Custom error: N" that Subtensor's own checks give. Source: subtensor `CustomTransactionError`, spec 425. */
const CUSTOM: Readonly<Record<number, string>> = {
  0: 'ColdkeyInSwapSchedule',
  1: 'StakeAmountTooLow',
  2: 'BalanceTooLow',
  3: 'SubnetNotExists',
  4: 'HotkeyAccountDoesntExist',
  5: 'NotEnoughStakeToWithdraw',
  6: 'RateLimitExceeded',
  7: 'InsufficientLiquidity',
  8: 'SlippageTooHigh',
  9: 'TransferDisallowed',
  10: 'HotKeyNotRegisteredInNetwork',
  11: 'InvalidIpAddress',
  12: 'ServingRateLimitExceeded',
  13: 'InvalidPort',
  14: 'ZeroMaxAmount',
  15: 'InvalidRevealRound',
  16: 'CommitNotFound',
  17: 'CommitBlockNotInRevealRange',
  18: 'InputLengthsUnequal',
  19: 'UidNotFound',
  20: 'EvmKeyAssociateRateLimitExceeded',
  21: 'ColdkeySwapDisputed',
  22: 'InvalidRealAccount',
  23: 'FailedShieldedTxParsing',
  24: 'InvalidShieldedTxPubKeyHash',
  25: 'NonAssociatedColdKey',
  26: 'DelegateTakeTooLow',
  27: 'DelegateTakeTooHigh',
  255: 'BadRequest',
};

/** JSON-RPC codes of the transaction pool. Source: polkadot-sdk `sc-rpc-api/src/author/error.rs`. */
const INVALID = 1010;
const ALREADY_IMPORTED = 1013;
const PRIORITY_TOO_LOW = 1014;

/** True when the pool refused a transaction because its nonce is used or taken: a fresh nonce cures that. */
export function isNonceClash(error: unknown): boolean {
  if (!isBittensorError(error) || error.code !== 'rpc') return false;
  const { rpcCode, rpcData } = error.data;
  if (rpcCode === PRIORITY_TOO_LOW || rpcCode === ALREADY_IMPORTED) return true;
  return rpcCode === INVALID && /outdated|stale|ancient/i.test(`${String(rpcData)} ${error.message}`);
}

/** A pool's refusal as an error `rejected` that names the reason; anything else is given back as it is. */
export function poolError(what: string, error: unknown): unknown {
  if (!isBittensorError(error) || error.code !== 'rpc') return error;
  const { rpcCode, rpcData, rpcMessage } = error.data;
  const number = /custom error: (\d+)/i.exec(`${String(rpcData)} ${error.message}`)?.[1];
  const name = number === undefined ? undefined : (CUSTOM[Number(number)] ?? `custom error ${number}`);
  const reason = name ?? (typeof rpcData === 'string' && rpcData !== '' ? rpcData : String(rpcMessage));
  return rejected(what, reason, { rpcCode, ...(name === undefined ? {} : { name }) }, error);
}

export function rejected(
  what: string,
  reason: string,
  data: Record<string, unknown> = {},
  cause?: unknown,
): BittensorError<ChainErrorCode> {
  return chainError(
    'rejected',
    `${what} was refused by the chain's transaction pool: ${reason}`,
    { ...data, reason },
    cause,
  );
}
