import { blake2b256, concat, fromHex, utf8 } from '../base/index.js';
import { walletError } from './errors.js';

/** The development phrase that every Substrate node knows; what stands before `//Alice` when nothing does. */
export const DEVELOPMENT_PHRASE = 'bottom drive obey lake curtain smoke basket hold race lonely fit walk';

export interface Junction {
  readonly kind: 'hard' | 'soft';
  /** 32 bytes. */
  readonly chainCode: Uint8Array;
}

export interface SecretUri {
  readonly phrase: string;
  readonly junctions: readonly Junction[];
  readonly password: string;
}

/** Takes `phrase//hard/soft///password` apart. Source: Substrate's `SecretUri`, sp-core/src/crypto.rs. */
export function parseSecretUri(uri: string): SecretUri {
  const match = /^(?<phrase>[^/]*)(?<path>(?:\/{1,2}[^/]+)*)(?:\/\/\/(?<password>.*))?$/s.exec(uri);
  if (!match?.groups) throw walletError('bad_key', 'not a secret URI (words//hard/soft///password)');
  const { phrase, path, password } = match.groups;
  const junctions = [...(path ?? '').matchAll(/(\/{1,2})([^/]+)/g)].map(
    ([, slashes, code]): Junction => ({
      kind: slashes === '//' ? 'hard' : 'soft',
      chainCode: chainCodeOf(code!),
    }),
  );
  return { phrase: phrase?.trim() || DEVELOPMENT_PHRASE, junctions, password: password ?? '' };
}

/** A number as u64, anything else as a SCALE string; more than 32 bytes are hashed, fewer padded with zeros. */
function chainCodeOf(code: string): Uint8Array {
  const chainCode = new Uint8Array(32);
  const bytes = /^\d+$/.test(code)
    ? number256(code)
    : /^0x([0-9a-fA-F]{2})+$/.test(code)
      ? fromHex(code)
      : scaleString(code);
  chainCode.set(bytes.length > 32 ? blake2b256(bytes) : bytes);
  return chainCode;
}

function number256(digits: string): Uint8Array {
  const bytes = new Uint8Array(32);
  let rest = BigInt(digits);
  for (let i = 0; i < bytes.length; i++, rest >>= 8n) bytes[i] = Number(rest & 255n);
  if (rest > 0n) throw walletError('bad_key', 'a number in a derivation path does not fit in 256 bits');
  return bytes;
}

function scaleString(text: string): Uint8Array {
  const bytes = utf8(text);
  const length = bytes.length;
  if (length >= 1 << 14) throw walletError('bad_key', 'a derivation path is longer than 16383 bytes');
  const prefix = length < 64 ? [length << 2] : [((length << 2) | 1) & 255, length >> 6];
  return concat(Uint8Array.from(prefix), bytes);
}
