import { decodeAddress, fromHex } from '../../../base/index.js';
import { checkAddress } from '../../secrets/keys.js';

/** The public key of an address or of 32 bytes in hexadecimal, `0x` or not. Error `usage`. */
export function readPublicKey(text: string, flag: string): Uint8Array {
  const typed = text.trim();
  if (/^(0x)?[0-9a-f]{64}$/i.test(typed)) return fromHex(typed.toLowerCase());
  return decodeAddress(checkAddress(typed, flag));
}
