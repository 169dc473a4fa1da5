import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { concat, u32le, utf8 } from '../../base/index.js';
import { argon2 } from '../password/derive.js';
import type { KeyFileCosts } from './costs.js';

/** First bytes; the one after them is the version. The form is described in docs/wallet.md. */
export const STRONG_MAGIC = '$BTNODE';
const VERSION = 1;
const CIPHER = 'chacha20-poly1305';
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SALT_AT = STRONG_MAGIC.length + 1 + 4 + 4;
const HEADER_BYTES = SALT_AT + SALT_BYTES + NONCE_BYTES;

/** Argon2id (RFC 9106) with a salt of the file's own, ChaCha20-Poly1305 (RFC 8439) that also covers the header. */
export async function sealStrong(
  content: Uint8Array,
  password: Uint8Array,
  { strong: cost }: KeyFileCosts,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const header = concat(
    utf8(STRONG_MAGIC),
    Uint8Array.of(VERSION),
    u32le(cost.memoryKiB),
    u32le(cost.iterations),
    salt,
    nonce,
  );
  const key = await argon2({ password, salt, cost }, signal);
  try {
    const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(header, { plaintextLength: content.length });
    return concat(header, cipher.update(content), cipher.final(), cipher.getAuthTag());
  } finally {
    key.fill(0);
  }
}

/** The content, undefined when the password does not open it. Throws a `RangeError` that says what is wrong with the form. */
export async function openStrong(
  file: Uint8Array,
  password: Uint8Array,
  { strongLimits: limits }: KeyFileCosts,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  if (file.length < HEADER_BYTES + TAG_BYTES) throw new RangeError(`it ends after ${file.length} bytes`);
  const version = file[STRONG_MAGIC.length]!;
  if (version !== VERSION)
    throw new RangeError(`it is of version ${version}, and this program knows version ${VERSION}`);
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const memoryKiB = view.getUint32(STRONG_MAGIC.length + 1, true);
  const iterations = view.getUint32(STRONG_MAGIC.length + 5, true);
  checkRange('memory in KiB', memoryKiB, limits.memoryKiB);
  checkRange('number of passes', iterations, limits.iterations);
  const salt = file.slice(SALT_AT, SALT_AT + SALT_BYTES);
  const nonce = file.slice(SALT_AT + SALT_BYTES, HEADER_BYTES);
  const key = await argon2({ password, salt, cost: { type: 'argon2id', iterations, memoryKiB } }, signal);
  try {
    const cipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
    const end = file.length - TAG_BYTES;
    cipher.setAAD(file.subarray(0, HEADER_BYTES), { plaintextLength: end - HEADER_BYTES });
    cipher.setAuthTag(file.subarray(end));
    const content = cipher.update(file.subarray(HEADER_BYTES, end));
    return finished(cipher) ? content : undefined;
  } finally {
    key.fill(0);
  }
}

function finished(cipher: ReturnType<typeof createDecipheriv>): boolean {
  try {
    cipher.final();
    return true;
  } catch {
    return false;
  }
}

function checkRange(what: string, value: number, [least, most]: readonly [number, number]): void {
  if (value < least || value > most) throw new RangeError(`its ${what} is ${value}, not from ${least} to ${most}`);
}
