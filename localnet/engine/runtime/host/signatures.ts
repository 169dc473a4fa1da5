import { toKey } from '../../codec.js';
import { blake2b256 } from './crypto-library.js';

/** Signatures kept, about 150 bytes each. */
const CAPACITY = 65_536;

/**
 * Remembers which (scheme, key, message, signature) verified. A transaction is verified when it enters the pool, when it is
 * put into a block and when the block is executed: only the first costs. Failures are not kept, so an attacker fills nothing.
 * When full, the older half goes.
 */
export class SignatureCache {
  private recent = new Set<string>();
  private older = new Set<string>();
  hits = 0;
  misses = 0;

  constructor(private readonly capacity = CAPACITY) {}

  verify(
    scheme: string,
    signature: Uint8Array,
    message: Uint8Array,
    publicKey: Uint8Array,
    check: (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean,
  ): boolean {
    // Lengths are fixed but for the message, so the joined string is unambiguous.
    const text = message.length > 256 ? blake2b256(message) : message;
    const entry = `${scheme}${message.length > 256 ? 'h' : 'm'}${toKey(publicKey)}${toKey(signature)}${toKey(text)}`;
    if (this.recent.has(entry) || this.older.has(entry)) {
      this.hits++;
      return true;
    }
    this.misses++;
    if (!check(signature, message, publicKey)) return false;
    if (this.recent.size >= this.capacity / 2) {
      this.older = this.recent;
      this.recent = new Set();
    }
    this.recent.add(entry);
    return true;
  }
}
