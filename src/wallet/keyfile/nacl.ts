import { randomBytes } from 'node:crypto';
import { naclDecrypt, naclEncrypt } from '@polkadot/util-crypto/nacl';
import { concat, fromHex, utf8 } from '../../base/index.js';
import { type Argon2Cost, argon2 } from '../password/derive.js';

/** The one salt of every file of this form. Source: bittensor-wallet `keyfile.rs`, `NACL_SALT`. */
const SALT = fromHex('137183dff15a09bc9c90b5518739e9b1');
const MAGIC = utf8('$NACL');
const NONCE_BYTES = 24;
const TAG_BYTES = 16;

/** `$NACL`, a random nonce, and the XSalsa20-Poly1305 secretbox of the content under the password's Argon2i key. */
export async function sealNacl(
  content: Uint8Array,
  password: Uint8Array,
  cost: Argon2Cost,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const key = await argon2({ password, salt: SALT, cost }, signal);
  try {
    const { encrypted, nonce } = naclEncrypt(content, key, randomBytes(NONCE_BYTES));
    return concat(MAGIC, nonce, encrypted);
  } finally {
    key.fill(0);
  }
}

/** The content, undefined when the password does not open it. Throws a `RangeError` that says what is wrong with the form. */
export async function openNacl(
  file: Uint8Array,
  password: Uint8Array,
  cost: Argon2Cost,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  const start = MAGIC.length + NONCE_BYTES;
  if (file.length < start + TAG_BYTES) throw new RangeError(`it ends after ${file.length} bytes`);
  const key = await argon2({ password, salt: SALT, cost }, signal);
  try {
    return naclDecrypt(file.subarray(start), file.subarray(MAGIC.length, start), key) ?? undefined;
  } finally {
    key.fill(0);
  }
}
