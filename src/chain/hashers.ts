import { blake2AsU8a, xxhashAsU8a } from '@polkadot/util-crypto';
import { concat } from '../base/index.js';
import { chainError } from './errors.js';

/** One key of a storage map as its hasher puts it into the storage key. Source: frame-support `hash.rs`. */
export function hashKey(hasher: string, key: Uint8Array): Uint8Array {
  switch (hasher) {
    case 'Identity':
      return key;
    case 'Blake2_128':
    case 'Blake2128':
      return blake2AsU8a(key, 128);
    case 'Blake2_256':
    case 'Blake2256':
      return blake2AsU8a(key, 256);
    case 'Blake2_128Concat':
    case 'Blake2128Concat':
      return concat(blake2AsU8a(key, 128), key);
    case 'Twox128':
      return xxhashAsU8a(key, 128);
    case 'Twox256':
      return xxhashAsU8a(key, 256);
    case 'Twox64Concat':
      return concat(xxhashAsU8a(key, 64), key);
    default:
      throw chainError('unsupported', `storage hasher ${hasher} is unknown`);
  }
}
