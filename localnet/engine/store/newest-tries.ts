import { equalBytes } from '../../../src/base/bytes.js';
import { hex, type Key } from '../codec.js';
import { engineError } from '../errors.js';
import { childRootKey } from '../state/child.js';
import type { StateVersion, Trie } from '../state/trie.js';
import { ChildTries } from './child-tries.js';
import type { NewestValues } from './newest-values.js';
import { topOnly, withVersions } from './value-tries.js';

/**
 * The tries of the newest state. Made when they are first asked for, because a chain that was opened again answers before that,
 * and compared then with what the blocks say: a state that was damaged on the disk is `bad_data`.
 */
export class NewestTries {
  private top: Trie | undefined;
  private readonly children = new ChildTries();
  private damage: Error | undefined;

  constructor(
    private readonly values: NewestValues,
    private readonly options: { folder: string; rootOf?: ((block: number) => Uint8Array | undefined) | undefined },
  ) {}

  /** The top trie; `block` is the newest one. */
  of(block: number): Trie {
    if (this.damage) throw this.damage;
    try {
      this.top ??= this.checked(this.values.topTrie(), block);
      return this.top;
    } catch (error) {
      this.damage = error as Error;
      throw error;
    }
  }

  child(block: number, name: Key): Trie {
    const expected = this.values.get(childRootKey(name));
    return this.children.get(name, expected ?? undefined, () => {
      const trie = this.values.childTrie(name);
      if (equalBytes(trie.root, expected!)) return trie;
      throw this.damaged(
        block,
        `the root of a child is ${hex(trie.root)} and not ${hex(expected!)} as the top trie says`,
      );
    });
  }

  /** Those that executing a block made. */
  keep(top: Trie, children: ReadonlyMap<Key, Trie>): void {
    this.top = top;
    for (const [name, child] of children) this.children.keep(name, child);
  }

  /** The top trie of an older block, where these keys held this; undefined when none was made of the newest one yet. */
  before(
    block: number,
    values: ReadonlyMap<Key, Uint8Array | null>,
    versionOf: (key: Key) => StateVersion,
  ): Trie | undefined {
    return this.top && this.checked(withVersions(this.top, topOnly(values), versionOf), block);
  }

  /** The older block is the newest one now. */
  rewind(top: Trie | undefined): void {
    this.top = top;
  }

  private checked(trie: Trie, block: number): Trie {
    const expected = this.options.rootOf?.(block);
    if (!expected || equalBytes(trie.root, expected)) return trie;
    throw this.damaged(block, `its root is ${hex(trie.root)} and not ${hex(expected)} as the block says`);
  }

  private damaged(block: number, how: string): Error {
    const { folder } = this.options;
    return engineError(
      'bad_data',
      `${folder}: the state of block ${block} is damaged, ${how}: restore a copy of this folder, or begin again in an empty one`,
      { data: { folder, block } },
    );
  }
}
