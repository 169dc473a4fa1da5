import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { pbkdf2Sha256 } from '../password/derive.js';

const HEADER = '$ANSIBLE_VAULT;1.1;AES256';
const LINE = 80;
const ROUNDS = 10_000;
const BLOCK_BYTES = 16;

/**
 * Opens an Ansible vault 1.1 (docs.ansible.com, "Ansible Vault payload format"): hexadecimal lines of three hexadecimal
 * parts, salt, HMAC-SHA256 and AES-256-CTR. The content, undefined when the password does not open it; a `RangeError` says
 * what is wrong with the form.
 */
export async function openAnsible(file: Uint8Array, password: Uint8Array): Promise<Uint8Array | undefined> {
  const [salt, mac, encrypted] = partsOf(Buffer.from(file).toString('latin1'));
  const keys = await pbkdf2Sha256(password, salt, ROUNDS, 32 + 32 + BLOCK_BYTES);
  try {
    const expected = createHmac('sha256', keys.subarray(32, 64)).update(encrypted).digest();
    if (!timingSafeEqual(expected, mac)) return undefined;
    const cipher = createDecipheriv('aes-256-ctr', keys.subarray(0, 32), keys.subarray(64));
    return withoutPadding(Buffer.concat([cipher.update(encrypted), cipher.final()]));
  } finally {
    keys.fill(0);
  }
}

function partsOf(text: string): [salt: Buffer, mac: Buffer, encrypted: Buffer] {
  const [header, ...lines] = text.replace(/\n$/, '').split('\n');
  if (header !== HEADER) throw new RangeError(`its first line is not ${HEADER}`);
  if (lines.slice(0, -1).some(line => line.length !== LINE) || (lines.at(-1)?.length ?? LINE + 1) > LINE) {
    throw new RangeError(`its lines do not have ${LINE} digits`);
  }
  const parts = bytesOf(lines.join('')).toString('latin1').split('\n').map(bytesOf);
  const [salt, mac, encrypted] = parts;
  if (parts.length !== 3 || salt!.length !== 32 || mac!.length !== 32 || encrypted!.length % BLOCK_BYTES !== 0) {
    throw new RangeError('it does not hold a salt, a checksum and a content');
  }
  return [salt!, mac!, encrypted!];
}

/** Small letters only, as vaults are written: one changed bit would make a capital of a letter, and mean the same. */
function bytesOf(hex: string): Buffer {
  if (hex.length % 2 !== 0 || !/^[0-9a-f]*$/.test(hex)) throw new RangeError('it is not hexadecimal');
  return Buffer.from(hex, 'hex');
}

/** PKCS #7, which the vault form adds although its cipher needs none. */
function withoutPadding(content: Buffer): Buffer | undefined {
  const length = content.at(-1) ?? 0;
  const isPadding = length >= 1 && length <= BLOCK_BYTES && content.subarray(-length).every(byte => byte === length);
  return isPadding ? content.subarray(0, -length) : undefined;
}
