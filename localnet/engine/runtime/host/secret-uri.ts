import { u64le } from '../../../../src/base/bytes.js';
import { join, lengthPrefixed, unhex } from '../../codec.js';
import { blake2b256, seedOfMnemonic } from './crypto-library.js';

/** The phrase behind `//Alice` and the like; public. Source: sp-core, `DEV_PHRASE`. */
const DEV_PHRASE = 'bottom drive obey lake curtain smoke basket hold race lonely fit walk';
const CHAIN_CODE_BYTES = 32;

/** A secret seed, and how to derive from it. */
export interface SecretUri {
  seed: Uint8Array;
  junctions: { isHard: boolean; chainCode: Uint8Array }[];
}

/**
 * Reads `<phrase or 0x-seed>//hard/soft///password`; without a phrase, from the development phrase. Undefined when it is none.
 * Source: sp-core, crypto.rs, `SecretUri`.
 */
export function readSecretUri(text: string): SecretUri | undefined {
  const [, phrase = '', path = '', password = ''] = /^([^/]*)((?:\/\/?[^/]+)*)(?:\/\/\/(.*))?$/s.exec(text) ?? [
    undefined,
  ];
  if (phrase + path + password !== text.replace('///', '')) return undefined;
  const seed = seedOf(phrase, password);
  if (!seed) return undefined;
  const junctions = [...path.matchAll(/(\/\/?)([^/]+)/g)].map(([, slashes, code]) => ({
    isHard: slashes === '//',
    chainCode: chainCodeOf(code!),
  }));
  return { seed, junctions };
}

function seedOf(phrase: string, password: string): Uint8Array | undefined {
  if (/^0x[\da-f]{64}$/i.test(phrase)) return Uint8Array.from(unhex(phrase));
  return seedOfMnemonic(phrase === '' ? DEV_PHRASE : phrase, password);
}

/** Numbers as u64, anything else as a string; what is too long is hashed. */
function chainCodeOf(code: string): Uint8Array {
  const isNumber = /^\d+$/.test(code) && BigInt(code) < 2n ** 64n;
  const encoded = isNumber ? u64le(BigInt(code)) : lengthPrefixed(Buffer.from(code));
  if (encoded.length > CHAIN_CODE_BYTES) return blake2b256(encoded);
  return join(encoded, new Uint8Array(CHAIN_CODE_BYTES - encoded.length));
}
