import { equalBytes } from '../../../src/base/bytes.js';
import { compact, type Key, toKey, unhex } from '../codec.js';
import { blake2b256 } from '../runtime/host/crypto-library.js';
import { BRANCH, BRANCH_HASHED, BRANCH_VALUE, LEAF, LEAF_HASHED, type NodeKind, writeKind } from './node-header.js';

/**
 * Substrate's base-16 Merkle Patricia trie, state versions 0 and 1 (from 1 on, values above 32 bytes are hashed into the
 * node). Nodes are never changed once they have a hash: an update copies the paths it touches and shares the rest, so the
 * root of a block in progress costs only the changed paths and needs no undoing.
 * Source: Polkadot specification, chapter "State storage and the storage trie"; sp-trie's node codec.
 */
export type StateVersion = 0 | 1;

interface Node {
  /** Some key below this node; its nibbles `from`..`to` are the node's partial key. */
  key: Key;
  from: number;
  to: number;
  value: Uint8Array | null;
  /** Set when the value is hashed into the node (state version 1, above 32 bytes). */
  valueHash: Uint8Array | null;
  /** 16 places, or null in a leaf. */
  children: (Node | null)[] | null;
  /** What the parent holds: the encoded node below 32 bytes, otherwise its hash. Undefined while the node may change. */
  reference: Uint8Array | undefined;
}

export type Hash = (bytes: Uint8Array) => Uint8Array;

/** How values and nodes become what a trie holds. */
interface Layout {
  readonly version: StateVersion;
  readonly hash: Hash;
}

export const HASHED_ABOVE = 32;
/** blake2b-256 of one zero byte. */
const EMPTY_ROOT = Uint8Array.from(unhex('0x03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314'));

/** An immutable trie. */
export class Trie {
  private constructor(
    private readonly node: Node | null,
    readonly root: Uint8Array,
    private readonly hash: Hash,
  ) {}

  static readonly empty = new Trie(null, EMPTY_ROOT, blake2b256);

  /** States are hashed with blake2b-256; a runtime may also ask for the root of a trie of Keccak-256. */
  static of(
    entries: Iterable<readonly [Key, Uint8Array | null]>,
    version: StateVersion,
    hash: Hash = blake2b256,
  ): Trie {
    const empty = hash === blake2b256 ? Trie.empty : new Trie(null, hash(Uint8Array.of(0)), hash);
    return empty.with(entries, version);
  }

  get isEmpty(): boolean {
    return this.node === null;
  }

  /** This trie with the changes applied; null removes. */
  with(changes: Iterable<readonly [Key, Uint8Array | null]>, version: StateVersion): Trie {
    const { hash } = this;
    const layout: Layout = { version, hash };
    let node = this.node;
    for (const [key, value] of changes) {
      node = value === null ? remove(node, key) : insert(node, key, 0, value, layout);
    }
    if (node === this.node) return this;
    return new Trie(node, node ? rootHash(node, hash) : hash(Uint8Array.of(0)), hash);
  }

  /** The encoded nodes (and hashed values) that prove what the keys hold, as `state_getReadProof` returns them. */
  proof(keys: Iterable<Key>): Uint8Array[] {
    const items = new Map<string, Uint8Array>();
    const add = (bytes: Uint8Array) => items.set(toKey(bytes), bytes);
    if (!this.node) add(Uint8Array.of(0));
    for (const key of keys) {
      for (let node = this.node, isRoot = true; node; isRoot = false) {
        const encoded = encode(node, this.hash).slice();
        // A shorter one is inside its parent.
        if (isRoot || encoded.length >= 32) add(encoded);
        const matched = commonNibbles(node.key, key, node.from, node.to);
        if (matched < node.to) break;
        if (key.length * 2 === node.to) {
          if (node.valueHash) add(node.value!);
          break;
        }
        node = node.children?.[nibble(key, node.to)] ?? null;
      }
    }
    return [...items.values()];
  }
}

/** The root of a list, keyed by SCALE compact index, as extrinsics roots are. */
export function orderedRoot(items: readonly Uint8Array[], version: StateVersion, hash?: Hash): Uint8Array {
  return Trie.of(
    items.map((item, i) => [toKey(compact(i)), item] as const),
    version,
    hash,
  ).root;
}

function nibble(key: Key, index: number): number {
  const byte = key.charCodeAt(index >> 1);
  return index & 1 ? byte & 15 : byte >> 4;
}

/** The end of what two keys share from nibble `from` on, at most `to`. */
function commonNibbles(a: Key, b: Key, from: number, to: number): number {
  const end = Math.min(to, b.length * 2);
  let i = from;
  while (i < end && nibble(a, i) === nibble(b, i)) i++;
  return i;
}

function leaf(key: Key, from: number, value: Uint8Array, layout: Layout): Node {
  const node: Node = {
    key,
    from,
    to: key.length * 2,
    value: null,
    valueHash: null,
    children: null,
    reference: undefined,
  };
  setValue(node, value, layout);
  return node;
}

function setValue(node: Node, value: Uint8Array, { version, hash }: Layout): void {
  node.value = value;
  node.valueHash = version === 1 && value.length > HASHED_ABOVE ? hash(value) : null;
}

/** A node that may be changed: itself while it has no hash yet, otherwise a copy. */
function editable(node: Node): Node {
  if (node.reference === undefined) return node;
  return { ...node, children: node.children?.slice() ?? null, reference: undefined };
}

function insert(node: Node | null, key: Key, from: number, value: Uint8Array, layout: Layout): Node {
  if (!node) return leaf(key, from, value, layout);
  const split = commonNibbles(node.key, key, from, node.to);
  if (split < node.to) {
    const mine = editable(node);
    // The partial keys part within this node: a branch takes its place and the node moves below it.
    const children = new Array<Node | null>(16).fill(null);
    children[nibble(node.key, split)] = mine;
    mine.from = split + 1;
    const branch: Node = { key, from, to: split, value: null, valueHash: null, children, reference: undefined };
    if (key.length * 2 === split) setValue(branch, value, layout);
    else children[nibble(key, split)] = leaf(key, split + 1, value, layout);
    return branch;
  }
  if (key.length * 2 === node.to) {
    if (holds(node, value, layout)) return node;
    const mine = editable(node);
    setValue(mine, value, layout);
    return mine;
  }
  const at = nibble(key, node.to);
  const child = node.children?.[at] ?? null;
  const grown = insert(child, key, node.to + 1, value, layout);
  if (unchanged(child, grown)) return node;
  const mine = editable(node);
  mine.children ??= new Array<Node | null>(16).fill(null);
  mine.children[at] = grown;
  return mine;
}

function holds(node: Node, value: Uint8Array, { version }: Layout): boolean {
  const hashed = version === 1 && value.length > HASHED_ABOVE;
  return node.value !== null && hashed === (node.valueHash !== null) && equalBytes(node.value, value);
}

/** An edited child without a hash is the same object, yet the path above it must lose its hash all the same. */
function unchanged(before: Node | null, after: Node | null): boolean {
  return before === after && before?.reference !== undefined;
}

/** Returns the same node when the key is not there. */
function remove(node: Node | null, key: Key): Node | null {
  if (!node || commonNibbles(node.key, key, node.from, node.to) < node.to) return node;
  if (key.length * 2 === node.to) {
    if (!node.value) return node;
    if (!node.children) return null;
    const mine = editable(node);
    mine.value = null;
    mine.valueHash = null;
    return mergeOnlyChild(mine);
  }
  if (key.length * 2 < node.to || !node.children) return node;
  const at = nibble(key, node.to);
  const child = node.children[at]!;
  if (!child) return node;
  const rest = remove(child, key);
  if (unchanged(child, rest)) return node;
  const mine = editable(node);
  mine.children![at] = rest;
  return rest ? mine : mergeOnlyChild(mine);
}

/** A branch without value and with one child becomes that child; with none, a leaf. `node` is editable. */
function mergeOnlyChild(node: Node): Node {
  const children = node.children!.filter(child => child !== null);
  if (children.length === 0) {
    node.children = null;
    return node;
  }
  if (node.value || children.length > 1) return node;
  const only = editable(children[0]!);
  only.from = node.from;
  return only;
}

function rootHash(node: Node, hash: Hash): Uint8Array {
  const reference = referenceOf(node, hash);
  // The root is hashed however short it is.
  return reference.length < 32 ? hash(reference) : reference;
}

function referenceOf(node: Node, hash: Hash): Uint8Array {
  if (node.reference === undefined) {
    const encoded = encode(node, hash);
    node.reference = encoded.length < 32 ? encoded.slice() : hash(encoded);
  }
  return node.reference;
}

/** Where nodes are encoded; what is encoded stays valid until the next node is. */
let scratch = new Uint8Array(4096);

function encode(node: Node, hash: Hash): Uint8Array {
  // First, because they use the scratch space as well.
  const references = node.children?.map(child => child && referenceOf(child, hash));
  const inline = node.value && !node.valueHash ? node.value.length : 0;
  // Header, bitmap, length, 16 references of at most 33 bytes; a key's nibbles take half of them in bytes.
  const most = node.key.length + inline + 600;
  if (scratch.length < most) scratch = new Uint8Array(2 * most);
  const bytes = scratch;
  let at = writeHeader(node, bytes);
  if (references) {
    let bitmap = 0;
    for (let i = 0; i < 16; i++) if (references[i]) bitmap |= 1 << i;
    bytes[at++] = bitmap & 255;
    bytes[at++] = bitmap >> 8;
  }
  if (node.valueHash) {
    bytes.set(node.valueHash, at);
    at += 32;
  } else if (node.value) {
    const length = compact(inline);
    bytes.set(length, at);
    bytes.set(node.value, at + length.length);
    at += length.length + inline;
  }
  for (const reference of references ?? []) {
    if (!reference) continue;
    bytes[at++] = reference.length << 2;
    bytes.set(reference, at);
    at += reference.length;
  }
  return bytes.subarray(0, at);
}

function kindOf(node: Node): NodeKind {
  if (!node.children) return node.valueHash ? LEAF_HASHED : LEAF;
  if (!node.value) return BRANCH;
  return node.valueHash ? BRANCH_HASHED : BRANCH_VALUE;
}

/** Kind, length of the partial key, and its nibbles; an odd one comes first, in a byte of its own. */
function writeHeader(node: Node, bytes: Uint8Array): number {
  const length = node.to - node.from;
  let at = writeKind(kindOf(node), length, bytes);
  let i = node.from;
  if (length & 1) bytes[at++] = nibble(node.key, i++);
  for (; i < node.to; i += 2) bytes[at++] = (nibble(node.key, i) << 4) | nibble(node.key, i + 1);
  return at;
}
