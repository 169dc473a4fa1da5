/** The kind of a trie node: the upper bits of its first byte, and the largest number that fits into the lower ones. */
export interface NodeKind {
  readonly prefix: number;
  readonly most: number;
}

export const LEAF: NodeKind = { prefix: 0x40, most: 63 };
export const LEAF_HASHED: NodeKind = { prefix: 0x20, most: 31 };
export const BRANCH: NodeKind = { prefix: 0x80, most: 63 };
export const BRANCH_VALUE: NodeKind = { prefix: 0xc0, most: 63 };
export const BRANCH_HASHED: NodeKind = { prefix: 0x10, most: 15 };
/** Longest prefix last: the bits of the shorter ones differ. */
const KINDS = [LEAF, BRANCH, BRANCH_VALUE, LEAF_HASHED, BRANCH_HASHED];

/** Writes the kind and the number of nibbles of the partial key; returns where the next byte goes. */
export function writeKind({ prefix, most }: NodeKind, nibbles: number, bytes: Uint8Array): number {
  if (nibbles < most) {
    bytes[0] = prefix | nibbles;
    return 1;
  }
  let at = 0;
  bytes[at++] = prefix | most;
  let rest = nibbles - most;
  for (; rest >= 255; rest -= 255) bytes[at++] = 255;
  bytes[at++] = rest;
  return at;
}

/** Reads what `writeKind` wrote; undefined when it is none. `at` is where the partial key begins. */
export function readKind(bytes: Uint8Array): { kind: NodeKind; nibbles: number; at: number } | undefined {
  const first = bytes[0] ?? 0;
  const kind = KINDS.find(({ prefix, most }) => (first & ~most) === prefix);
  if (!kind) return undefined;
  let nibbles = first & kind.most;
  let at = 1;
  if (nibbles === kind.most) {
    for (;;) {
      const more = bytes[at++];
      if (more === undefined) return undefined;
      nibbles += more;
      if (more < 255) break;
    }
  }
  return { kind, nibbles, at };
}
