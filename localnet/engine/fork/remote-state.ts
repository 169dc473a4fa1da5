import type { Key } from '../codec.js';
import { CHILD_ROOTS, childNameOf, childPrefix, childRootKey, isChildEntry, keyInChild } from '../state/child.js';
import type { StateReader } from '../state/overlay.js';
import type { Fetched } from './fetched.js';
import { RemoteTrie } from './remote-trie.js';
import type { Source } from './source.js';

/** The state after a block of the source, fetched as it is read. */
export class RemoteState implements Pick<StateReader, 'get' | 'has' | 'next'> {
  private readonly top: RemoteTrie;
  /** By the key of their root in the top trie. */
  private readonly children = new Map<Key, RemoteTrie>();

  constructor(private readonly options: { source: Source; at: string; onFetched?: (fetched: Fetched) => void }) {
    this.top = new RemoteTrie(options);
  }

  get(key: Key): Uint8Array | null {
    return isChildEntry(key) ? this.childOf(key).get(keyInChild(key)) : this.top.get(key);
  }

  has(key: Key): boolean {
    return isChildEntry(key) ? this.childOf(key).has(keyInChild(key)) : this.top.has(key);
  }

  next(key: Key): Key | null {
    if (!isChildEntry(key)) return this.top.next(key);
    const found = this.childOf(key).next(keyInChild(key));
    return found === null ? null : childPrefix(childNameOf(key)) + found;
  }

  /** Fetches all of it without waiting, at most that many keys; resolves with whether that was all. */
  async fetchAhead(most: number): Promise<boolean> {
    let { keys, all } = await this.top.fetchAhead(most);
    for (const child of this.top.known(CHILD_ROOTS)) {
      const found = await this.trie(child).fetchAhead(most - keys);
      keys += found.keys;
      all &&= found.all;
    }
    return all;
  }

  restore(fetched: Fetched): void {
    this.trie(fetched.child).restore(fetched);
  }

  private childOf(entry: Key): RemoteTrie {
    return this.trie(childRootKey(childNameOf(entry)));
  }

  private trie(child: Key | undefined): RemoteTrie {
    if (child === undefined) return this.top;
    const known = this.children.get(child);
    if (known) return known;
    const trie = new RemoteTrie({ ...this.options, child });
    this.children.set(child, trie);
    return trie;
  }
}
