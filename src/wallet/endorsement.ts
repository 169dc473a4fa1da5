import { decodeAddress, encodeAddress, equalBytes, fromHex, toHex, utf8 } from '../base/index.js';
import { verify } from './keys/sr25519.js';
import type { Signer } from './signer.js';

/** A coldkey's signed word that a hotkey is its own. Public; the form is described in docs/wallet.md. */
export interface Endorsement {
  readonly type: typeof TYPE;
  readonly version: 1;
  /** ss58 addresses. */
  readonly coldkey: string;
  readonly hotkey: string;
  /** `0x` and the 64 bytes of the coldkey's sr25519 signature of `endorsementStatement`. */
  readonly signature: string;
}

const TYPE = 'bittensor-hotkey-endorsement';

/**
 * What a coldkey signs to endorse a hotkey. Between `<Bytes>` as signing tools put text, so that it can never be a
 * transaction; the first words and the version keep it apart from everything else that is signed.
 */
export function endorsementStatement(coldkey: Uint8Array, hotkey: Uint8Array): Uint8Array {
  const statement = `${TYPE} version 1: coldkey ${encodeAddress(coldkey)} endorses hotkey ${encodeAddress(hotkey)}`;
  return utf8(`<Bytes>${statement}</Bytes>`);
}

export function endorse(coldkey: Signer, hotkey: Uint8Array): Endorsement {
  const signature = toHex(coldkey.sign(endorsementStatement(coldkey.publicKey, hotkey)));
  return { type: TYPE, version: 1, coldkey: coldkey.address, hotkey: encodeAddress(hotkey), signature };
}

/**
 * True when this is an endorsement of the hotkey by the coldkey that it names, and by no other than `coldkey` where one is
 * given. False for anything else, whatever its shape; never throws.
 */
export function verifyEndorsement(
  value: unknown,
  keys: { hotkey: Uint8Array; coldkey?: Uint8Array | undefined },
): boolean {
  const endorsement = endorsementFrom(value);
  if (!endorsement) return false;
  const coldkey = decodeAddress(endorsement.coldkey);
  if (!equalBytes(decodeAddress(endorsement.hotkey), keys.hotkey)) return false;
  if (keys.coldkey && !equalBytes(coldkey, keys.coldkey)) return false;
  return isEndorsement(coldkey, keys.hotkey, fromHex(endorsement.signature));
}

/** The same of public keys and a signature alone, as they go over the wire. */
export function isEndorsement(coldkey: Uint8Array, hotkey: Uint8Array, signature: Uint8Array): boolean {
  return verify(coldkey, endorsementStatement(coldkey, hotkey), signature);
}

const FIELDS = ['type', 'version', 'coldkey', 'hotkey', 'signature'];

/** An endorsement of our form, its signature not yet verified; undefined for anything else. */
export function endorsementFrom(value: unknown): Endorsement | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.keys(value).some(name => !FIELDS.includes(name))) return undefined;
  const { type, version, coldkey, hotkey, signature } = value as Record<string, unknown>;
  if (type !== TYPE || version !== 1 || !isAddress(coldkey) || !isAddress(hotkey)) return undefined;
  if (typeof signature !== 'string' || !/^0x[0-9a-f]{128}$/.test(signature)) return undefined;
  return { type, version, coldkey, hotkey, signature };
}

/** In the network's own prefix, so that one statement has one form. */
function isAddress(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  try {
    return encodeAddress(decodeAddress(value)) === value;
  } catch {
    return false;
  }
}
