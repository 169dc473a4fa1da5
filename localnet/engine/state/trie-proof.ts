import { equalBytes } from '../../../src/base/bytes.js';
import { join, lengthPrefixed, Reader } from '../codec.js';
import {
  BRANCH,
  BRANCH_HASHED,
  BRANCH_VALUE,
  LEAF,
  LEAF_HASHED,
  type NodeKind,
  readKind,
  writeKind,
} from './node-header.js';
import { HASHED_ABOVE, type Hash, type StateVersion } from './trie.js';

const HASH_BYTES = 32;

interface Statement {
  root: Uint8Array;
  /** Nodes from the root down, without the value and without the hashes that follow from the nodes below. */
  proof: readonly Uint8Array[];
  key: Uint8Array;
  value: Uint8Array;
  version: StateVersion;
  hash: Hash;
}

/** A node as it stands in a proof. */
interface ProofNode {
  kind: NodeKind;
  nibbles: number;
  partial: Uint8Array;
  /** As it is encoded: length and bytes, or a hash; nothing in a branch without one. */
  value: Uint8Array;
  /** 16 references, or undefined in a leaf. */
  children: (Uint8Array | undefined)[] | undefined;
}

/**
 * Whether a compact proof shows that the trie with this root holds the value at the key. It leaves out what can be computed:
 * that is put in, from the leaf up, and the hash of the first node has to be the root.
 * Source: trie-db, proof/verify.rs; sp-trie's `verify_trie_proof`.
 */
export function verifyProof({ root, proof, key, value, version, hash }: Statement): boolean {
  let used = 1;
  /** The node completed, or undefined when it does not lead to the key. */
  const complete = (bytes: Uint8Array | undefined, from: number): Uint8Array | undefined => {
    const node = bytes && decode(bytes);
    if (!node || !leadsTo(node, key, from)) return undefined;
    const to = from + node.nibbles;
    if (to === key.length * 2) {
      // A value that is there although it follows from the statement makes another proof of it.
      const isOmitted = node.children ? node.kind === BRANCH : node.kind === LEAF && node.value.length === 1;
      return isOmitted ? encode(node, value, version, hash) : undefined;
    }
    const at = nibble(key, to);
    const child = node.children?.[at];
    if (!child || child.length === HASH_BYTES) return undefined;
    const isInline = child.length > 0;
    const below = complete(isInline ? child : proof[used++], to + 1);
    if (!below || (isInline && below.length > HASH_BYTES)) return undefined;
    node.children![at] = isInline ? below : hash(below);
    return encode(node, undefined, version, hash);
  };
  try {
    const first = complete(proof[0], 0);
    return first !== undefined && used === proof.length && equalBytes(hash(first), root);
  } catch (error) {
    // A node that ends too early.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function nibble(key: Uint8Array, index: number): number {
  const byte = key[index >> 1]!;
  return index & 1 ? byte & 15 : byte >> 4;
}

function leadsTo({ nibbles, partial }: ProofNode, key: Uint8Array, from: number): boolean {
  if (from + nibbles > key.length * 2) return false;
  // An odd one stands alone in the first byte.
  const shift = nibbles & 1;
  if (shift && partial[0]! > 15) return false;
  for (let i = 0; i < nibbles; i++) if (nibble(partial, i + shift) !== nibble(key, from + i)) return false;
  return true;
}

function decode(bytes: Uint8Array): ProofNode | undefined {
  const header = readKind(bytes);
  if (!header) return undefined;
  const { kind, nibbles, at } = header;
  const reader = new Reader(bytes, at);
  const partial = reader.take((nibbles + 1) >> 1);
  const isLeaf = kind === LEAF || kind === LEAF_HASHED;
  const bitmap = isLeaf ? 0 : reader.u8() | (reader.u8() << 8);
  const start = reader.offset;
  if (kind === LEAF_HASHED || kind === BRANCH_HASHED) reader.take(HASH_BYTES);
  else if (kind !== BRANCH) reader.vec();
  const value = bytes.subarray(start, reader.offset);
  const children = isLeaf
    ? undefined
    : Array.from({ length: 16 }, (_, i) => ((bitmap >> i) & 1 ? reader.vec() : undefined));
  return { kind, nibbles, partial, value, children };
}

/** Encodes a node; with `value`, with that in its place. */
function encode(node: ProofNode, value: Uint8Array | undefined, version: StateVersion, hash: Hash): Uint8Array {
  let { kind, value: encoded } = node;
  if (value !== undefined) {
    const isHashed = version === 1 && value.length > HASHED_ABOVE;
    encoded = isHashed ? hash(value) : lengthPrefixed(value);
    if (node.children) kind = isHashed ? BRANCH_HASHED : BRANCH_VALUE;
    else kind = isHashed ? LEAF_HASHED : LEAF;
  }
  const header = new Uint8Array(node.nibbles / 255 + 3);
  const parts = [header.subarray(0, writeKind(kind, node.nibbles, header)), node.partial];
  if (node.children) {
    const bitmap = node.children.reduce((bits, child, i) => (child ? bits | (1 << i) : bits), 0);
    parts.push(Uint8Array.of(bitmap & 255, bitmap >> 8));
  }
  parts.push(encoded);
  for (const child of node.children ?? []) if (child) parts.push(lengthPrefixed(child));
  return join(...parts);
}
