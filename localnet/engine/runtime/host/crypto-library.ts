import { webcrypto } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { bytes as packed } from '@polkadot/wasm-crypto-wasm/cjs/bytes';

/**
 * The Rust cryptography that @polkadot/wasm-crypto carries, instantiated directly: its JavaScript wrapper costs 130 ms of
 * start-up and an allocation per call, the wasm itself 15 ms. Used for hashing as well, as it is several times faster than
 * JavaScript with 64-bit words.
 */
interface Library {
  readonly memory: WebAssembly.Memory;
  __wbindgen_malloc(length: number): number;
  __wbindgen_free(pointer: number, length: number): void;
  ext_blake2b(out: number, data: number, length: number, key: number, keyLength: number, size: number): void;
  ext_twox(out: number, data: number, length: number, rounds: number): void;
  ext_keccak256(out: number, data: number, length: number): void;
  ext_keccak512(out: number, data: number, length: number): void;
  ext_sha256(out: number, data: number, length: number): void;
  ext_sr_verify(...signatureMessageKey: number[]): number;
  ext_ed_verify(...signatureMessageKey: number[]): number;
  ext_sr_from_seed(out: number, seed: number, length: number): void;
  ext_sr_sign(out: number, ...publicSecretMessage: number[]): void;
  ext_sr_derive_keypair_hard(out: number, ...pairChainCode: number[]): void;
  ext_sr_derive_keypair_soft(out: number, ...pairChainCode: number[]): void;
  ext_ed_from_seed(out: number, seed: number, length: number): void;
  ext_ed_sign(out: number, ...publicSecretMessage: number[]): void;
  ext_secp_from_seed(out: number, seed: number, length: number): void;
  ext_secp_sign(out: number, ...hashSecret: number[]): void;
  ext_bip39_to_mini_secret(out: number, ...phrasePassword: number[]): void;
  ext_bip39_validate(phrase: number, length: number): number;
  ext_secp_recover(out: number, ...hashSignatureRecovery: number[]): void;
  ext_secp_pub_expand(out: number, key: number, length: number): void;
  ext_secp_pub_compress(out: number, key: number, length: number): void;
}

/** Where the library writes (pointer, length) of a result. */
const RESULT = 8;
let loaded: Library | undefined;
/** What an empty slice has for a pointer. */
const DANGLING = 1;
let view = new Uint8Array();
let words = new Uint32Array();

let compiled: WebAssembly.Module | undefined;

function library(): Library {
  loaded ??= load();
  return loaded;
}

function load(randomize: (bytes: Uint8Array) => void = bytes => void webcrypto.getRandomValues(bytes)): Library {
  compiled ??= new WebAssembly.Module(new Uint8Array(inflateSync(Buffer.from(packed, 'base64'))));
  const module = compiled;
  const objects: unknown[] = [];
  const keep = (value: unknown) => objects.push(value) - 1;
  // Asked for twice: as an object (one argument), and called with (object, pointer, length).
  const random = (...[, pointer, length]: number[]) =>
    length === undefined ? keep('getRandomValues') : randomize(memory().subarray(pointer, pointer! + length));
  // Names carry a hash of the wasm-bindgen version, so they are matched by their beginning.
  const glue: Record<string, (...values: number[]) => unknown> = {
    __wbindgen_is_undefined: index => objects[index!] === undefined,
    __wbindgen_object_drop_ref: () => undefined,
    __wbg_self: () => keep('self'),
    __wbg_crypto: () => keep('crypto'),
    __wbg_getRandomValues: random,
    __wbg_require: () => {
      throw new Error('require is not available');
    },
    __wbg_randomFillSync: () => {
      throw new Error('randomFillSync is not available');
    },
  };
  const wbg: Record<string, (...values: number[]) => unknown> = {};
  for (const { name } of WebAssembly.Module.imports(module)) {
    const found = Object.entries(glue).find(([prefix]) => name.startsWith(prefix));
    if (!found) throw new Error(`@polkadot/wasm-crypto-wasm wants ${name}, which is unknown`);
    wbg[name] = found[1];
  }
  return new WebAssembly.Instance(module, { wbg }).exports as unknown as Library;
}

function memory(): Uint8Array {
  // Growing detaches the old buffer.
  if (view.length === 0) {
    const { buffer } = library().memory;
    view = new Uint8Array(buffer);
    words = new Uint32Array(buffer);
  }
  return view;
}

/** Gives the bytes to the library, which frees them. */
function lend(bytes: Uint8Array): number {
  const pointer = library().__wbindgen_malloc(bytes.length);
  memory().set(bytes, pointer);
  return pointer;
}

function result(): Uint8Array {
  const bytes = memory();
  const pointer = words[RESULT / 4]!;
  const length = words[RESULT / 4 + 1]!;
  const copy = bytes.slice(pointer, pointer + length);
  library().__wbindgen_free(pointer, length);
  return copy;
}

export function blake2b(data: Uint8Array, bytes: number): Uint8Array {
  library().ext_blake2b(RESULT, lend(data), data.length, DANGLING, 0, bytes);
  return result();
}

export const blake2b256 = (data: Uint8Array): Uint8Array => blake2b(data, 32);

/** xxHash64 with seeds 0, 1, ...: 8 bytes a round. */
export function twox(data: Uint8Array, rounds: 1 | 2 | 4): Uint8Array {
  library().ext_twox(RESULT, lend(data), data.length, rounds);
  return result();
}

export function keccak256(data: Uint8Array): Uint8Array {
  library().ext_keccak256(RESULT, lend(data), data.length);
  return result();
}

export function keccak512(data: Uint8Array): Uint8Array {
  library().ext_keccak512(RESULT, lend(data), data.length);
  return result();
}

export function sha256(data: Uint8Array): Uint8Array {
  library().ext_sha256(RESULT, lend(data), data.length);
  return result();
}

/** The library panics, and is then of no further use, when a signature or key has the wrong length. */
function lengths(signature: Uint8Array, key: Uint8Array): boolean {
  return signature.length === 64 && key.length === 32;
}

export function sr25519Verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (!lengths(signature, publicKey)) return false;
  const ends = [lend(signature), 64, lend(message), message.length, lend(publicKey), 32];
  return guarded(() => library().ext_sr_verify(...ends) !== 0, false);
}

export function ed25519Verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (!lengths(signature, publicKey)) return false;
  const ends = [lend(signature), 64, lend(message), message.length, lend(publicKey), 32];
  return guarded(() => library().ext_ed_verify(...ends) !== 0, false);
}

/** The compressed public key (33 bytes), or undefined when there is none. The signature's last byte is 0 to 3. */
export function secp256k1Recover(hash: Uint8Array, signature: Uint8Array): Uint8Array | undefined {
  if (hash.length !== 32 || signature.length !== 65 || signature[64]! > 3) return undefined;
  const rs = signature.subarray(0, 64);
  return guarded(() => {
    library().ext_secp_recover(RESULT, lend(hash), 32, lend(rs), 64, signature[64]!);
    const key = result();
    return key.length === 33 ? key : undefined;
  }, undefined);
}

/** 65 bytes (with the leading 4) from 33. */
export function secp256k1Expand(key: Uint8Array): Uint8Array {
  library().ext_secp_pub_expand(RESULT, lend(key), key.length);
  return result();
}

/** A key pair of the library; what a secret is differs by scheme. */
export interface KeyPair {
  publicKey: Uint8Array;
  secret: Uint8Array;
}

/** Of a 32-byte seed; the secret has 64 bytes. */
export function sr25519FromSeed(seed: Uint8Array): KeyPair {
  library().ext_sr_from_seed(RESULT, lend(seed), seed.length);
  return srPair(result());
}

/** One junction of a derivation path, with a chain code of 32 bytes. */
export function sr25519Derive({ secret, publicKey }: KeyPair, chainCode: Uint8Array, isHard: boolean): KeyPair {
  const pair = lend(Buffer.concat([secret, publicKey]));
  const arguments_ = [pair, 96, lend(chainCode), 32] as const;
  if (isHard) library().ext_sr_derive_keypair_hard(RESULT, ...arguments_);
  else library().ext_sr_derive_keypair_soft(RESULT, ...arguments_);
  return srPair(result());
}

function srPair(bytes: Uint8Array): KeyPair {
  return { secret: bytes.slice(0, 64), publicKey: bytes.slice(64) };
}

export function sr25519Sign({ publicKey, secret }: KeyPair, message: Uint8Array): Uint8Array {
  library().ext_sr_sign(RESULT, lend(publicKey), 32, lend(secret), 64, lend(message), message.length);
  return result();
}

/** Of a 32-byte seed, which is the secret. */
export function ed25519FromSeed(seed: Uint8Array): KeyPair {
  library().ext_ed_from_seed(RESULT, lend(seed), seed.length);
  return { secret: seed.slice(), publicKey: result().slice(32) };
}

export function ed25519Sign({ publicKey, secret }: KeyPair, message: Uint8Array): Uint8Array {
  library().ext_ed_sign(RESULT, lend(publicKey), 32, lend(secret), 32, lend(message), message.length);
  return result();
}

/** Of a 32-byte seed, which is the secret; the public key is compressed (33 bytes). Undefined when the seed is no scalar. */
export function secp256k1FromSeed(seed: Uint8Array): KeyPair | undefined {
  return guarded(() => {
    library().ext_secp_from_seed(RESULT, lend(seed), seed.length);
    return { secret: seed.slice(), publicKey: result().slice(32) };
  }, undefined);
}

/** r, s and the recovery id (65 bytes) over a hash of 32 bytes. */
export function secp256k1Sign({ secret }: KeyPair, hash: Uint8Array): Uint8Array {
  library().ext_secp_sign(RESULT, lend(hash), 32, lend(secret), 32);
  return result();
}

/** The 32-byte seed of an English mnemonic, or undefined when it is none. */
export function seedOfMnemonic(phrase: string, password: string): Uint8Array | undefined {
  const words = Buffer.from(phrase);
  if (library().ext_bip39_validate(lend(words), words.length) === 0) return undefined;
  const secret = Buffer.from(password);
  library().ext_bip39_to_mini_secret(RESULT, lend(words), words.length, lend(secret), secret.length);
  return result();
}

/**
 * The same without chance: what schnorrkel asks for as randomness follows from the key and the message, as with Ed25519, so
 * that the same transaction has the same bytes. Its generator keeps what it was once given, hence an instance per signature
 * (1 ms).
 */
export function sr25519SignFixed(keys: KeyPair, message: Uint8Array): Uint8Array {
  const seed = blake2b(Uint8Array.of(...keys.secret, ...blake2b(message, 64)), 64);
  const shared = { loaded, view, words };
  let round = 0;
  loaded = undefined;
  view = new Uint8Array();
  try {
    loaded = load(bytes => {
      for (let at = 0; at < bytes.length; at++, round++) bytes[at] = seed[round % seed.length]!;
    });
    return sr25519Sign(keys, message);
  } finally {
    ({ loaded, view, words } = shared);
  }
}

/** A panic leaves the library in an unknown state: the next call gets a new one. */
function guarded<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    resetCrypto();
    return otherwise;
  }
}

/** Drops the library in whatever state it is. */
export function resetCrypto(): void {
  loaded = undefined;
  view = new Uint8Array();
}
