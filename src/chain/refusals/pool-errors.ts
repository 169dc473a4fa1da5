import { type BittensorError, isBittensorError } from '../../base/browser.js';
import { type ChainErrorCode, chainError } from '../errors.js';
import { CUSTOM } from './custom-errors.js';
import { explainChainError } from './error-texts.js';
import { POOL_CODES } from './pool-codes.js';

const INVALID = 1010;
const ALREADY_IMPORTED = 1013;
const PRIORITY_TOO_LOW = 1014;

/** The words in which nodes tell why. Source: polkadot-sdk `transaction_validity.rs`. */
const BY_WORDS: readonly (readonly [RegExp, string])[] = [
  [/call is not expected/i, 'Call'],
  [/pay some fees/i, 'Payment'],
  [/valid in the future/i, 'Future'],
  [/outdated|stale/i, 'Stale'],
  [/bad signature/i, 'BadProof'],
  [/ancient birth block/i, 'AncientBirthBlock'],
  [/exhaust the block limits/i, 'ExhaustsResources'],
  [/implicit/i, 'IndeterminateImplicit'],
  [/invalid signing address/i, 'BadSigner'],
  [/could not lookup/i, 'CannotLookup'],
  [/unsigned validator/i, 'NoUnsignedValidator'],
];

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
  const said = typeof rpcData === 'string' && rpcData !== '' ? rpcData : String(rpcMessage);
  const number = /custom error: (\d+)/i.exec(`${String(rpcData)} ${error.message}`)?.[1];
  const custom = number === undefined ? undefined : (CUSTOM[Number(number)] ?? `custom error ${number}`);
  const name = custom ?? BY_WORDS.find(([words]) => words.test(said))?.[1] ?? POOL_CODES[Number(rpcCode)];
  return rejected(what, custom ?? said, { rpcCode, ...(name === undefined ? {} : { name }) }, error);
}

export function rejected(
  what: string,
  reason: string,
  data: Record<string, unknown> = {},
  cause?: unknown,
): BittensorError<ChainErrorCode> {
  const text = typeof data.name === 'string' ? explainChainError(data.name) : undefined;
  const why = text ? `${reason} (${text.title})` : reason;
  const message = `${what} was refused by the chain's transaction pool: ${why}`;
  return chainError('rejected', message, { ...data, reason, ...(text ? { remedy: text.remedy } : {}) }, cause);
}
