import { blake2b, keccak256, keccak512, sha256, twox } from './crypto-library.js';
import type { Guest, HostFunctions } from './guest.js';

export function hashingFunctions(guest: Guest): HostFunctions {
  const hash = (name: (data: Uint8Array) => Uint8Array) => (data: bigint) => guest.place(name(guest.read(data)));
  return {
    ext_hashing_blake2_128_version_1: hash(data => blake2b(data, 16)),
    ext_hashing_blake2_256_version_1: hash(data => blake2b(data, 32)),
    ext_hashing_twox_64_version_1: hash(data => twox(data, 1)),
    ext_hashing_twox_128_version_1: hash(data => twox(data, 2)),
    ext_hashing_twox_256_version_1: hash(data => twox(data, 4)),
    ext_hashing_keccak_256_version_1: hash(keccak256),
    ext_hashing_keccak_512_version_1: hash(keccak512),
    ext_hashing_sha2_256_version_1: hash(sha256),
  };
}
