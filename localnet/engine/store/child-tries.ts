import { equalBytes } from '../../../src/base/bytes.js';
import type { Key } from '../codec.js';
import { Trie } from '../state/trie.js';

/** Tries that are kept; the oldest go first. */
const KEPT = 256;

/** Tries of children that were made before. One is right as long as its root is the one that the top trie names. */
export class ChildTries {
  private readonly tries = new Map<Key, Trie>();

  /** The trie of a child with that root, made by `make` when it is not here. */
  get(name: Key, root: Uint8Array | undefined, make: () => Trie): Trie {
    if (!root) return Trie.empty;
    const kept = this.tries.get(name);
    if (kept && equalBytes(kept.root, root)) return kept;
    const trie = make();
    this.keep(name, trie);
    return trie;
  }

  keep(name: Key, trie: Trie): void {
    this.tries.delete(name);
    this.tries.set(name, trie);
    if (this.tries.size > KEPT) this.tries.delete(this.tries.keys().next().value!);
  }
}
