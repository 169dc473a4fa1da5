import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  compact,
  hex,
  join,
  type Key,
  lengthPrefixed,
  optionalBytes,
  Reader,
  toKey,
  unhex,
} from '../../localnet/engine/codec.js';
import { childPrefix, childRoots, inSameTrie, splitByTrie } from '../../localnet/engine/state/child.js';
import { Overlay, type StateReader } from '../../localnet/engine/state/overlay.js';
import { type StateVersion, Trie } from '../../localnet/engine/state/trie.js';
import { HostCaller } from './host-call.js';

type Pair = [key: string, value: string];
type Removed = [cursor: string | null, backend: number, unique: number, loops: number];
interface Vectors {
  tries: {
    hasher: string;
    entries: Pair[];
    roots: [string, string];
    ordered: [string, string];
    proofs: { version: StateVersion; key: string; value: string; proof: string[] }[];
  }[];
  states: { version: StateVersion; top: Pair[]; children: [name: string, entries: Pair[]][]; ops: unknown[][] }[];
}

const path = new URL('../vectors/localnet/sp-state-machine.json', import.meta.url);
const { tries, states } = JSON.parse(readFileSync(path, 'utf8')) as Vectors;

const list = (items: readonly Uint8Array[]) => join(compact(items.length), ...items);
const vec = (text: string) => lengthPrefixed(unhex(text));
const none = Uint8Array.of(0);
const u32 = (value: number) => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};
const optionalU32 = (value: unknown) => (typeof value === 'number' ? join(Uint8Array.of(1), u32(value)) : none);

describe('trie functions', () => {
  it.each(tries)('give the roots of sp-trie and know its proofs: $hasher, $entries.length entries', vector => {
    const host = new HostCaller();
    const name = `ext_trie_${vector.hasher === 'keccak' ? 'keccak' : 'blake2'}_256`;
    const pairs = list(vector.entries.map(([key, value]) => join(vec(key), vec(value))));
    const items = list(vector.entries.map(([, value]) => vec(value)));
    expect(hex(host.fixed(32, `${name}_root_version_1`, pairs))).toBe(vector.roots[0]);
    expect(hex(host.fixed(32, `${name}_ordered_root_version_1`, items))).toBe(vector.ordered[0]);
    for (const version of [0, 1] as const) {
      expect(hex(host.fixed(32, `${name}_root_version_2`, pairs, version))).toBe(vector.roots[version]);
      expect(hex(host.fixed(32, `${name}_ordered_root_version_2`, items, version))).toBe(vector.ordered[version]);
    }
    for (const { version, key, value, proof } of vector.proofs) {
      const root = { at: unhex(vector.roots[version]) };
      const verify = (nodes: readonly Uint8Array[], k = unhex(key), v = unhex(value), at = root) => {
        const ends = [at, list(nodes.map(lengthPrefixed)), k, v] as const;
        const answer = host.call(`${name}_verify_proof_version_2`, ...ends, version);
        if (version === 0) expect(host.call(`${name}_verify_proof_version_1`, ...ends)).toBe(answer);
        return answer;
      };
      const nodes = proof.map(unhex);
      expect(verify(nodes)).toBe(1);
      expect(verify(nodes, unhex(key), Uint8Array.of(...unhex(value), 1))).toBe(0);
      expect(verify(nodes, Uint8Array.of(...unhex(key), 0))).toBe(0);
      expect(verify(nodes, unhex(key), unhex(value), { at: new Uint8Array(32) })).toBe(0);
      expect(verify([...nodes, Uint8Array.of(0)])).toBe(0);
      expect(verify(nodes.slice(1))).toBe(0);
      nodes.forEach((node, i) => {
        for (let at = 0; at < node.length; at++) {
          const damaged = Uint8Array.from(node);
          damaged[at]! ^= 0x11;
          expect(verify(nodes.with(i, damaged))).toBe(0);
          expect(verify(nodes.with(i, node.subarray(0, at)))).toBe(0);
        }
      });
    }
  });
});

/** A state in a map, children and their roots included. */
function plainState(values: ReadonlyMap<Key, Uint8Array>): StateReader {
  const sorted = [...values.keys()].sort();
  return {
    get: key => values.get(key) ?? null,
    has: key => values.has(key),
    next: key => inSameTrie(key, sorted.find(other => other > key) ?? null),
    trie: version => Trie.of(splitByTrie(values).top, version),
    child: (name, version) => Trie.of(splitByTrie(values).children.get(name) ?? [], version),
  };
}

/** One operation through the host functions of a runtime, and what the vector says of it. */
const operations: Record<string, (host: HostCaller, version: StateVersion, values: never) => void> = {
  set: (host, _, [key, value]: Pair) => void host.call('ext_storage_set_version_1', unhex(key), unhex(value)),
  clear: (host, _, [key]: [string]) => void host.call('ext_storage_clear_version_1', unhex(key)),
  get(host, _, [key, expected]: [string, string | null]) {
    checkValue(host, expected, 'ext_storage', [unhex(key)]);
  },
  next(host, _, [key, expected]: [string, string | null]) {
    expect(optionOf(host.bytes('ext_storage_next_key_version_1', unhex(key)))).toBe(expected);
  },
  childSet: (host, _, [name, key, value]: [string, string, string]) =>
    void host.call('ext_default_child_storage_set_version_1', unhex(name), unhex(key), unhex(value)),
  childClear: (host, _, [name, key]: [string, string]) =>
    void host.call('ext_default_child_storage_clear_version_1', unhex(name), unhex(key)),
  childGet(host, _, [name, key, expected]: [string, string, string | null]) {
    checkValue(host, expected, 'ext_default_child_storage', [unhex(name), unhex(key)]);
  },
  childNext(host, _, [name, key, expected]: [string, string, string | null]) {
    const next = host.bytes('ext_default_child_storage_next_key_version_1', unhex(name), unhex(key));
    expect(optionOf(next)).toBe(expected);
  },
  clearPrefix(host, _, [prefix, limit, cursor, expected]: [string, number | null, string | null, Removed]) {
    const from = optionalBytes(cursor === null ? null : unhex(cursor));
    const answer = host.bytes('ext_storage_clear_prefix_version_3', unhex(prefix), optionalU32(limit), from);
    expect(removalOf(answer)).toEqual(expected);
  },
  childClearPrefix(host, _, [name, prefix, limit, expected]: [string, string, number | null, Removed]) {
    const ends = [unhex(name), unhex(prefix), optionalU32(limit), none] as const;
    expect(removalOf(host.bytes('ext_default_child_storage_clear_prefix_version_3', ...ends))).toEqual(expected);
  },
  kill(host, _, [name, limit, expected]: [string, number | null, Removed]) {
    const answer = host.bytes(
      'ext_default_child_storage_storage_kill_version_4',
      unhex(name),
      optionalU32(limit),
      none,
    );
    expect(removalOf(answer)).toEqual(expected);
  },
  start: host => void host.call('ext_storage_start_transaction_version_1'),
  commit: host => void host.call('ext_storage_commit_transaction_version_1'),
  rollback: host => void host.call('ext_storage_rollback_transaction_version_1'),
  childRoot(host, version, [name, expected]: [string, string]) {
    expect(hex(host.bytes('ext_default_child_storage_root_version_2', unhex(name), version))).toBe(expected);
    if (version === 0) expect(hex(host.bytes('ext_default_child_storage_root_version_1', unhex(name)))).toBe(expected);
  },
  root(host, version, [expected]: [string]) {
    expect(hex(host.bytes('ext_storage_root_version_2', version))).toBe(expected);
    if (version === 0) expect(hex(host.bytes('ext_storage_root_version_1'))).toBe(expected);
  },
};

function optionOf(bytes: Uint8Array): string | null {
  return bytes[0] === 0 ? null : hex(new Reader(bytes, 1).vec());
}

function removalOf(bytes: Uint8Array): Removed {
  const reader = new Reader(bytes);
  const cursor = reader.u8() === 0 ? null : hex(reader.vec());
  return [cursor, reader.u32(), reader.u32(), reader.u32()];
}

/** All ways to read agree. */
function checkValue(host: HostCaller, expected: string | null, family: string, ends: readonly Uint8Array[]): void {
  expect(optionOf(host.bytes(`${family}_get_version_1`, ...ends))).toBe(expected);
  expect(host.call(`${family}_exists_version_1`, ...ends)).toBe(expected === null ? 0 : 1);
  for (const offset of [0, 3, 1000]) {
    const out = host.buffer(4);
    const answer = host.bytes(`${family}_read_version_1`, ...ends, out.span, offset);
    if (expected === null) expect([...answer]).toEqual([0]);
    else {
      const rest = unhex(expected).subarray(offset);
      expect([...answer]).toEqual([1, ...u32(rest.length)]);
      expect(out.read()).toBe(toKey(Buffer.concat([rest.subarray(0, 4), Buffer.alloc(4)]).subarray(0, 4)));
    }
  }
}

describe('storage functions', () => {
  it.each(
    states.map((vector, i) => ({ i, ...vector })),
  )('answer as sp-state-machine does, run $i, state version $version', ({ version, top, children, ops }) => {
    const host = new HostCaller();
    const values = new Map(top.map(([key, value]) => [toKey(unhex(key)), unhex(value)]));
    for (const [name, entries] of children) {
      for (const [key, value] of entries) values.set(childPrefix(toKey(unhex(name))) + toKey(unhex(key)), unhex(value));
    }
    for (const [key, root] of childRoots(values, version)) values.set(key, root);
    let overlay = new Overlay(plainState(values));
    host.storage = overlay;
    ops.forEach(([name, ...parts], i) => {
      if (name === 'block') {
        for (const [key, value] of overlay.outcome(version).changes) {
          if (value) values.set(key, value);
          else values.delete(key);
        }
        overlay = new Overlay(plainState(values));
        host.storage = overlay;
        return;
      }
      try {
        operations[name as string]!(host, version, parts as never);
      } catch (error) {
        throw new Error(`operation ${i}, ${JSON.stringify([name, ...parts])}: ${String(error)}`, { cause: error });
      }
    });
  });
});
