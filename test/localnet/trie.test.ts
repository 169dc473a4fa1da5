import { calculate_state_root } from '@acala-network/chopsticks-executor';
import { blake2b } from '@noble/hashes/blake2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex, type Key, keyHex, toKey, unhex } from '../../localnet/engine/codec.js';
import { orderedRoot, type StateVersion, Trie } from '../../localnet/engine/state/trie.js';

const SEED = 20201105;
const blake = (bytes: Uint8Array) => hex(blake2b(bytes, { dkLen: 32 }));
const smoldot = calculate_state_root as (entries: [string, string][], version: number) => Promise<string>;

/** Few different bytes, so that keys share prefixes and are prefixes of each other. */
const key = fc
  .array(fc.constantFrom(0x00, 0x01, 0x10, 0x11, 0xff), { maxLength: 6 })
  .map(list => toKey(Uint8Array.from(list)));
const value = fc.oneof(
  fc.uint8Array({ minLength: 0, maxLength: 40 }),
  fc.constantFrom(31, 32, 33, 34).map(length => new Uint8Array(length).fill(length)),
);
const version = fc.constantFrom<StateVersion>(0, 1);
const changes = fc.array(fc.tuple(key, fc.option(value, { freq: 3 })), { maxLength: 30 });

function merged(...rounds: (readonly (readonly [Key, Uint8Array | null])[])[]): Map<Key, Uint8Array> {
  const all = new Map<Key, Uint8Array>();
  for (const [k, v] of rounds.flat()) {
    if (v === null) all.delete(k);
    else all.set(k, v);
  }
  return all;
}

describe('the trie', () => {
  it('has the root that sp-trie gives for nothing', () => {
    expect(hex(Trie.empty.root)).toBe(blake(Uint8Array.of(0)));
  });

  // Both from polkadot-sdk, substrate/primitives/trie/src/lib.rs: codec_trie_single_tuple, codec_trie_two_tuples_disjoint_keys.
  it('encodes one leaf as sp-trie does', () => {
    const trie = Trie.of([[toKey(Uint8Array.of(0xaa)), Uint8Array.of(0xbb)]], 0);
    expect(hex(trie.root)).toBe(blake(Uint8Array.of(0x42, 0xaa, 0x04, 0xbb)));
  });

  it('encodes a branch with two leaves as sp-trie does', () => {
    const entries = [
      [toKey(Uint8Array.of(0x48, 0x19)), Uint8Array.of(0xfe)],
      [toKey(Uint8Array.of(0x13, 0x14)), Uint8Array.of(0xff)],
    ] as const;
    const encoded = Uint8Array.of(
      0x80,
      0x12,
      0,
      0x14,
      0x43,
      0x03,
      0x14,
      0x04,
      0xff,
      0x14,
      0x43,
      0x08,
      0x19,
      0x04,
      0xfe,
    );
    expect(hex(Trie.of(entries, 0).root)).toBe(blake(encoded));
  });

  it('agrees with smoldot on any entries', async () => {
    await fc.assert(
      fc.asyncProperty(changes, version, async (list, v) => {
        const entries = [...merged(list)];
        const theirs = await smoldot(
          entries.map(([k, bytes]) => [keyHex(k), hex(bytes)]),
          v,
        );
        expect(hex(Trie.of(entries, v).root)).toBe(theirs);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('agrees with smoldot on long keys and many entries', async () => {
    const entries: [Key, Uint8Array][] = [];
    for (let i = 0; i < 2000; i++) {
      const long = blake2b(Uint8Array.of(i & 255, i >> 8), { dkLen: 64 });
      entries.push([
        toKey(Buffer.concat([unhex('0x26aa394eea5630e0'), long.subarray(0, i % 60)])),
        long.subarray(0, i % 50),
      ]);
    }
    const unique = [...new Map(entries)];
    const theirs = await smoldot(
      unique.map(([k, bytes]) => [keyHex(k), hex(bytes)]),
      1,
    );
    expect(hex(Trie.of(unique, 1).root)).toBe(theirs);
    const veryLong: [Key, Uint8Array] = ['k'.repeat(400), Uint8Array.of(1)];
    expect(hex(Trie.of([veryLong], 1).root)).toBe(await smoldot([[keyHex(veryLong[0]), '0x01']], 1));
  });

  it('gives the same root step by step as from scratch, and leaves the earlier trie as it was', () => {
    fc.assert(
      fc.property(changes, changes, changes, version, (a, b, c, v) => {
        const first = Trie.empty.with(a, v);
        const second = first.with(b, v);
        const third = second.with(c, v);
        expect(hex(third.root)).toBe(hex(Trie.of(merged(a, b, c), v).root));
        expect(hex(second.root)).toBe(hex(Trie.of(merged(a, b), v).root));
        expect(hex(first.with(c, v).root)).toBe(hex(Trie.of(merged(a, c), v).root));
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it('is the same object when nothing changes', () => {
    const trie = Trie.of(
      [
        ['a', Uint8Array.of(1)],
        ['ab', new Uint8Array(40)],
      ],
      1,
    );
    expect(
      trie.with(
        [
          ['a', Uint8Array.of(1)],
          ['b', null],
          ['abc', null],
        ],
        1,
      ),
    ).toBe(trie);
  });

  it('keys lists by compact index, as extrinsics roots are', async () => {
    const items = Array.from({ length: 100 }, (_, i) => new Uint8Array(i).fill(i));
    const entries = items.map((item, i) => [
      i < 64 ? hex(Uint8Array.of(i << 2)) : hex(Uint8Array.of(((i << 2) | 1) & 255, i >> 6)),
      hex(item),
    ]);
    expect(hex(orderedRoot(items, 1))).toBe(await smoldot(entries as [string, string][], 1));
    expect(hex(orderedRoot([], 1))).toBe(hex(Trie.empty.root));
  });

  it('proves keys with nodes that hash to the root', () => {
    fc.assert(
      fc.property(changes, fc.array(key, { minLength: 1, maxLength: 3 }), version, (list, keys, v) => {
        const entries = merged(list);
        const trie = Trie.of(entries, v);
        const proof = trie.proof(keys);
        expect(proof.map(blake)).toContain(hex(trie.root));
        for (const k of keys) {
          const held = entries.get(k);
          if (!held) continue;
          // In a node, or as an item of its own when it is hashed into the node.
          expect(proof.some(item => Buffer.from(item).includes(Buffer.from(held)))).toBe(true);
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
