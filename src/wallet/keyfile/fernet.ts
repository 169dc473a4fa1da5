import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { utf8 } from '../../base/index.js';
import { pbkdf2Sha256 } from '../password/derive.js';

/** The one salt of the first years. Source: bittensor 1.5 `bittensor/_wallet/keyfile`, `cli_utils`. */
const SALT = utf8('Iguesscyborgslikemyselfhaveatendencytobeparanoidaboutourorigins');
const VERSION = 0x80;
const HEADER_BYTES = 1 + 8 + 16;
const HMAC_BYTES = 32;
const BLOCK_BYTES = 16;

/**
 * Opens a Fernet token (github.com/fernet/spec) under the password's PBKDF2 key: version, time, IV, AES-128-CBC, HMAC-SHA256,
 * in URL-safe base64. The content, undefined when the password does not open it; a `RangeError` says what is wrong with the form.
 */
export async function openFernet(
  file: Uint8Array,
  password: Uint8Array,
  rounds: number,
): Promise<Uint8Array | undefined> {
  const token = tokenOf(Buffer.from(file).toString('latin1'));
  const key = await pbkdf2Sha256(password, SALT, rounds, 32);
  try {
    const end = token.length - HMAC_BYTES;
    const expected = createHmac('sha256', key.subarray(0, 16)).update(token.subarray(0, end)).digest();
    if (!timingSafeEqual(expected, token.subarray(end))) return undefined;
    const cipher = createDecipheriv('aes-128-cbc', key.subarray(16), token.subarray(9, HEADER_BYTES));
    return Buffer.concat([cipher.update(token.subarray(HEADER_BYTES, end)), cipher.final()]);
  } finally {
    key.fill(0);
  }
}

function tokenOf(text: string): Buffer {
  const digits = text.replace(/\r?\n$/, '');
  const token = Buffer.from(digits, 'base64url');
  // Decoders pass over what is no digit and over the last digit's spare bits; an untouched file has neither.
  const canonical = token.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  if (digits !== canonical) throw new RangeError('it is not the base64 text of a Fernet token');
  const blocks = (token.length - HEADER_BYTES - HMAC_BYTES) / BLOCK_BYTES;
  if (token[0] !== VERSION || blocks < 1 || !Number.isInteger(blocks)) throw new RangeError('it is no Fernet token');
  return token;
}
