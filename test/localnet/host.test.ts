import { createHash } from 'node:crypto';
import { blake2b as nobleBlake2b } from '@noble/hashes/blake2.js';
import { keccak_256, keccak_512 } from '@noble/hashes/sha3.js';
import {
  cryptoWaitReady,
  ed25519PairFromSeed,
  ed25519Sign,
  secp256k1PairFromSeed,
  secp256k1Sign,
  sr25519PairFromSeed,
  sr25519Sign as theirSign,
  xxhashAsU8a,
} from '@polkadot/util-crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { toKey, unhex } from '../../localnet/engine/codec.js';
import { Allocator } from '../../localnet/engine/runtime/host/allocator.js';
import {
  blake2b,
  blake2b256,
  ed25519Verify,
  keccak256,
  keccak512,
  secp256k1Expand,
  secp256k1Recover,
  sha256,
  sr25519FromSeed,
  sr25519Sign,
  sr25519Verify,
  twox,
} from '../../localnet/engine/runtime/host/crypto-library.js';
import { SignatureCache } from '../../localnet/engine/runtime/host/signatures.js';

const SEED = 3;
const data = fc.uint8Array({ maxLength: 400 });
const seed = new Uint8Array(32).fill(5);
const message = Buffer.from('message');

beforeAll(async () => {
  await cryptoWaitReady();
});

describe('hashes', () => {
  it('are those of other libraries', () => {
    fc.assert(
      fc.property(data, bytes => {
        for (const length of [16, 32]) {
          expect([...blake2b(bytes, length)]).toEqual([...nobleBlake2b(bytes, { dkLen: length })]);
        }
        for (const rounds of [1, 2, 4] as const) {
          expect([...twox(bytes, rounds)]).toEqual([...xxhashAsU8a(bytes, (rounds * 64) as 64)]);
        }
        expect([...keccak256(bytes)]).toEqual([...keccak_256(bytes)]);
        expect([...keccak512(bytes)]).toEqual([...keccak_512(bytes)]);
        expect([...sha256(bytes)]).toEqual([...createHash('sha256').update(bytes).digest()]);
      }),
      { seed: SEED },
    );
  });

  it('give the storage key of Timestamp.Now that every chain has', () => {
    const key = toKey(twox(Buffer.from('Timestamp'), 2)) + toKey(twox(Buffer.from('Now'), 2));
    expect(key).toBe(toKey(unhex('0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb')));
  });
});

describe('signatures', () => {
  it('of sr25519 are verified, from here and from elsewhere, and nothing else is', () => {
    const keys = sr25519FromSeed(seed);
    const other = sr25519PairFromSeed(seed);
    expect([...keys.publicKey]).toEqual([...other.publicKey]);
    for (const signature of [sr25519Sign(keys, message), theirSign(message, other)]) {
      expect(sr25519Verify(signature, message, keys.publicKey)).toBe(true);
      expect(sr25519Verify(signature, Buffer.from('massage'), keys.publicKey)).toBe(false);
      for (const at of [0, 31, 40, 63]) {
        const wrong = Uint8Array.from(signature);
        wrong[at]! ^= 1;
        expect(sr25519Verify(wrong, message, keys.publicKey)).toBe(false);
      }
    }
  });

  it('of the wrong shape are refused, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), data, fc.uint8Array({ maxLength: 40 }), (signature, text, key) => {
        expect(sr25519Verify(signature, text, key)).toBe(false);
        expect(ed25519Verify(signature, text, key)).toBe(false);
      }),
      { seed: SEED },
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 64, maxLength: 64 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (signature, key) => {
          expect(sr25519Verify(signature, message, key)).toBe(false);
          expect(ed25519Verify(signature, message, key)).toBe(false);
        },
      ),
      { seed: SEED },
    );
    // And the library still works.
    const keys = sr25519FromSeed(seed);
    expect(sr25519Verify(sr25519Sign(keys, message), message, keys.publicKey)).toBe(true);
  });

  it('of ed25519 are verified', () => {
    const pair = ed25519PairFromSeed(seed);
    const signature = ed25519Sign(message, pair);
    expect(ed25519Verify(signature, message, pair.publicKey)).toBe(true);
    expect(ed25519Verify(signature, seed, pair.publicKey)).toBe(false);
  });

  it('of secp256k1 give their key back', () => {
    const pair = secp256k1PairFromSeed(seed);
    const hash = blake2b256(message);
    const signature = secp256k1Sign(message, pair, 'blake2');
    expect(secp256k1Recover(hash, signature)).toEqual(Uint8Array.from(pair.publicKey));
    expect(secp256k1Expand(pair.publicKey)).toHaveLength(65);
    expect(secp256k1Recover(hash, new Uint8Array(65).fill(255))).toBeUndefined();
    expect(secp256k1Recover(hash, new Uint8Array(64))).toBeUndefined();
    expect(secp256k1Recover(hash, new Uint8Array(65))).toBeUndefined();
  });
});

describe('the signature cache', () => {
  const check = (ok: boolean) => {
    const calls = { count: 0 };
    const verify = () => {
      calls.count++;
      return ok;
    };
    return { calls, verify };
  };
  const ask = (cache: SignatureCache, text: number, verify: () => boolean, scheme = 's') =>
    cache.verify(scheme, new Uint8Array(64), new Uint8Array(300).fill(text), new Uint8Array(32), verify);

  it('asks once for what verified, and each time for what did not', () => {
    const cache = new SignatureCache();
    const good = check(true);
    const bad = check(false);
    for (let i = 0; i < 3; i++) {
      expect(ask(cache, 1, good.verify)).toBe(true);
      expect(ask(cache, 2, bad.verify)).toBe(false);
    }
    expect(good.calls.count).toBe(1);
    expect(bad.calls.count).toBe(3);
    expect(ask(cache, 1, bad.verify, 'e')).toBe(false);
  });

  it('stays within its capacity and forgets the oldest first', () => {
    const cache = new SignatureCache(10);
    const good = check(true);
    for (let i = 0; i < 100; i++) ask(cache, i, good.verify);
    const before = good.calls.count;
    ask(cache, 99, good.verify);
    expect(good.calls.count).toBe(before);
    ask(cache, 0, good.verify);
    expect(good.calls.count).toBe(before + 1);
  });
});

describe('the allocator', () => {
  const BASE = 70_000;
  const make = (pages = 4) => {
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 100 });
    return { memory, allocator: new Allocator(memory, BASE, pages) };
  };

  it('never gives the same bytes twice while they are in use', () => {
    const step = fc.oneof(
      fc.record({ take: fc.integer({ min: 0, max: 5000 }) }),
      fc.record({ free: fc.nat({ max: 50 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), steps => {
        const { memory, allocator } = make(100);
        const used: { at: number; size: number; mark: number }[] = [];
        steps.forEach((action, i) => {
          const bytes = () => new Uint8Array(memory.buffer);
          if ('take' in action) {
            const at = allocator.allocate(action.take);
            expect(at % 8).toBe(0);
            expect(at + action.take).toBeLessThanOrEqual(memory.buffer.byteLength);
            bytes().fill(i & 255, at, at + action.take);
            used.push({ at, size: action.take, mark: i & 255 });
          } else if (used.length > 0) {
            const [freed] = used.splice(action.free % used.length, 1);
            allocator.release(freed!.at);
          }
          for (const { at, size, mark } of used)
            expect(
              bytes()
                .subarray(at, at + size)
                .every(b => b === mark),
            ).toBe(true);
        });
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  it('refuses to free what is not in use, to give too much, and to grow beyond its bounds', () => {
    const { allocator } = make();
    const at = allocator.allocate(100);
    allocator.release(at);
    expect(() => allocator.release(at)).toThrow('not in use');
    expect(() => allocator.release(8)).toThrow('never allocated');
    expect(() => allocator.allocate(2 ** 25 + 1)).toThrow('at once');
    expect(() => allocator.allocate(2 ** 20)).toThrow('out of memory');
    expect(allocator.allocate(90)).toBe(at);
    allocator.reset();
    expect(allocator.used).toEqual({ from: 70_000, to: 70_000 });
  });
});
