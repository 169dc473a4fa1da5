import { sr25519Sign, sr25519Verify, waitReady } from '@polkadot/wasm-crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { fromHex, utf8 } from '../../src/base/index.js';
import { keypairFromSeed, ready, verify } from '../../src/wallet/index.js';
import { loadSchnorrkel, type Sr25519 } from '../../src/wallet/keys/schnorrkel.js';

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const PRIME = 2n ** 255n - 19n;

const alice = keypairFromSeed('0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a');
const message = utf8('what is signed');

/** The other build of schnorrkel; it throws where lengths are wrong. */
function verdictOfPolkadot(publicKey: Uint8Array, text: Uint8Array, signature: Uint8Array): boolean {
  try {
    return sr25519Verify(signature, text, publicKey);
  } catch {
    return false;
  }
}

function expectSame(publicKey: Uint8Array, text: Uint8Array, signature: Uint8Array): boolean {
  const verdict = verify(publicKey, text, signature);
  expect(verdict).toBe(verdictOfPolkadot(publicKey, text, signature));
  return verdict;
}

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** A signature with another scalar, marked or not. */
function withScalar(signature: Uint8Array, change: (scalar: bigint) => bigint, mark = 0x80): Uint8Array {
  const scalar = littleEndian(change(numberOf(signature.slice(32)) & (2n ** 255n - 1n)));
  scalar[31]! |= mark;
  return Uint8Array.of(...signature.slice(0, 32), ...scalar);
}

beforeAll(async () => {
  await ready();
  await waitReady();
});

describe('our signatures and those of @polkadot/wasm-crypto', () => {
  it('pass there and here, of any seed and message', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ maxLength: 3_000 }),
        (seed, text) => {
          const keys = keypairFromSeed(seed);
          expect(expectSame(keys.publicKey, text, keys.sign(text))).toBe(true);
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  it('are verified in Buffers too, which stay as they are', () => {
    const signature = alice.sign(message);
    const given = Buffer.from(signature);
    expect(expectSame(Buffer.from(alice.publicKey), Buffer.from(message), given)).toBe(true);
    expect(Uint8Array.from(given)).toEqual(signature);
  });

  it('are refused by both with any one bit changed', () => {
    const signature = alice.sign(message);
    for (let bit = 0; bit < 512; bit++) {
      const changed = signature.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(expectSame(alice.publicKey, message, changed)).toBe(false);
    }
    for (let bit = 0; bit < 256; bit++) {
      const changed = alice.publicKey.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(expectSame(changed, message, signature)).toBe(false);
    }
    for (let bit = 0; bit < 8 * message.length; bit++) {
      const changed = message.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(expectSame(alice.publicKey, changed, signature)).toBe(false);
    }
  });

  it('have one form of their scalar: not with the order added, nor unmarked as before schnorrkel 0.8', () => {
    const signature = alice.sign(message);
    expect(
      expectSame(
        alice.publicKey,
        message,
        withScalar(signature, scalar => scalar),
      ),
    ).toBe(true);
    for (let times = 1n; times <= 7n; times++) {
      expect(
        expectSame(
          alice.publicKey,
          message,
          withScalar(signature, scalar => scalar + times * ORDER),
        ),
      ).toBe(false);
    }
    for (const scalar of [0n, 1n, ORDER - 1n, ORDER, ORDER + 1n, 2n ** 252n - 1n, 2n ** 252n, 2n ** 255n - 1n]) {
      expect(
        expectSame(
          alice.publicKey,
          message,
          withScalar(signature, () => scalar),
        ),
      ).toBe(false);
    }
    expect(
      expectSame(
        alice.publicKey,
        message,
        withScalar(signature, scalar => scalar, 0),
      ),
    ).toBe(false);
  });

  it('are refused of keys that are no point, or one in another form', () => {
    const signature = alice.sign(message);
    const key = numberOf(alice.publicKey);
    for (const value of [
      1n,
      2n,
      PRIME - 1n,
      PRIME,
      PRIME + 1n,
      2n ** 255n - 1n,
      2n ** 256n - 1n,
      PRIME - key,
      key | (1n << 255n),
    ]) {
      expect(expectSame(littleEndian(value), message, signature)).toBe(false);
    }
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), publicKey => {
        expect(expectSame(publicKey, message, signature)).toBe(false);
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it('are refused of the zero point, under which anything can be signed', () => {
    const zero = new Uint8Array(32);
    const forged = new Uint8Array(64);
    forged[63] = 0x80;
    expect(verify(zero, message, forged)).toBe(false);
    expect(verify(zero, message, alice.sign(message))).toBe(false);
  });

  it('are refused with other lengths', () => {
    const signature = alice.sign(message);
    for (const length of [0, 1, 31, 33, 64]) expect(expectSame(new Uint8Array(length), message, signature)).toBe(false);
    for (const length of [0, 32, 63, 65, 128]) {
      expect(expectSame(alice.publicKey, message, new Uint8Array(length).fill(0x80))).toBe(false);
    }
  });

  it('get the same verdict whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 64, maxLength: 64 }),
        fc.uint8Array({ maxLength: 100 }),
        fc.boolean(),
        (signature, text, marked) => {
          if (marked) signature[63] = 0x80 | (signature[63]! & 0x0f);
          expect(expectSame(alice.publicKey, text, signature)).toBe(false);
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });
});

describe('schnorrkel', () => {
  const secret = fromHex(
    '0x98319d4ff8a9508c4bb0cf0b5a78d760a0b2082c02775e6e82370816fedfff48925a225d97aa00682d6a59b95b18780c10d7032336e88f3442b42361f4a66011',
  );
  let library: Sr25519;
  beforeAll(async () => {
    library = await loadSchnorrkel();
  });

  it('signs with the secret that @polkadot/wasm-crypto takes, with randomness of its own each time', () => {
    const [one, other] = [0, 0].map(() => library.sign(alice.publicKey, secret, message));
    expect(one).not.toEqual(other);
    for (const signature of [one!, other!, sr25519Sign(alice.publicKey, secret, message)]) {
      expect(signature).toHaveLength(64);
      expect(expectSame(alice.publicKey, message, signature)).toBe(true);
      expect(library.verify(alice.publicKey, message, signature)).toBe(true);
    }
  });

  it('goes on after faults without number, in bounded memory and in silence', () => {
    const say = vi.spyOn(console, 'error');
    const noPoint = new Uint8Array(32).fill(255);
    const signature = library.sign(alice.publicKey, secret, message);
    const text = new Uint8Array(10_000);
    for (let i = 0; i < 30_000; i++) library.verify(noPoint, i % 100 ? message : text, signature);
    expect(library.verify(alice.publicKey, message, signature)).toBe(true);
    expect(() => library.sign(noPoint, secret, message)).toThrow('schnorrkel refused this key or secret');
    expect(() => library.sign(alice.publicKey, secret.slice(1), message)).toThrow(
      'schnorrkel refused this key or secret',
    );
    expect(library.verify(alice.publicKey, message, library.sign(alice.publicKey, secret, message))).toBe(true);
    expect(say).not.toHaveBeenCalled();
    say.mockRestore();
  });

  it('takes a message as large as memory allows, and keeps none of it', () => {
    const large = new Uint8Array(16 * 2 ** 20).fill(7);
    for (let i = 0; i < 3; i++) {
      const signature = library.sign(alice.publicKey, secret, large);
      expect(library.verify(alice.publicKey, large, signature)).toBe(true);
    }
  });
});
