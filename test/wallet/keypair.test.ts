import { inspect } from 'node:util';
import { Keyring } from '@polkadot/keyring';
import { sr25519Verify } from '@polkadot/util-crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../src/base/index.js';
import {
  generateMnemonic,
  keypairFromMnemonic,
  keypairFromPrivateKey,
  keypairFromSeed,
  keypairFromUri,
  ready,
  verify,
} from '../../src/wallet/index.js';
import { ALICE, COLD, failure, HOT, M12, M24 } from './helpers.js';

const M12_PRIVATE =
  '0x2ec306fc1c5bc2f0e3a2c7a6ec6014ca4a0823a7d7d42ad5e9d7f376a1c36c0d14a2ddb1ef1df4adba49f3a4d8c0f6205117907265f09a53ccf07a4e8616dfd8';

describe('keypair', () => {
  it('gives the addresses of the official wallet from words, seed and private key', () => {
    expect(keypairFromMnemonic(M12).address).toBe(COLD);
    expect(keypairFromMnemonic(M24).address).toBe(HOT);
    const seed = '0x4ed8d4b17698ddeaa1f1559f152f87b5d472f725ca86d341bd0276f1b61197e2';
    expect(keypairFromSeed(seed).address).toBe(COLD);
    expect(toHex(keypairFromSeed(seed).exportSecrets().privateKey)).toBe(M12_PRIVATE);
    expect(keypairFromPrivateKey(M12_PRIVATE).address).toBe(COLD);
  });

  it('gives the development accounts', () => {
    expect(keypairFromUri('//Alice').address).toBe(ALICE);
    expect(keypairFromUri('//Bob').address).toBe('5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty');
    expect(keypairFromUri('//Alice//stash').address).toBe('5GNJqTPyNqANBkUVMN1LPPrxXnFouWXoe2wNSmmEoLctxiZY');
  });

  it('derives what polkadot-js derives from any path', () => {
    const keyring = new Keyring({ type: 'sr25519', ss58Format: 42 });
    const code = fc.oneof(fc.nat({ max: 2 ** 31 }).map(String), fc.stringMatching(/^[a-zA-Z0-9_.-]{1,80}$/));
    const path = fc.array(fc.tuple(fc.constantFrom('/', '//'), code), { maxLength: 3 });
    fc.assert(
      fc.property(path, fc.constantFrom('', '///secret'), (parts, password) => {
        const uri = `${M12}${parts.map(part => part.join('')).join('')}${password}`;
        expect(keypairFromUri(uri).address).toBe(keyring.addFromUri(uri).address);
      }),
      { seed: 2, numRuns: 25 },
    );
  });

  it('reads chain codes of every kind as polkadot-js does', () => {
    const keyring = new Keyring({ type: 'sr25519', ss58Format: 42 });
    for (const path of [
      '//0',
      '//18446744073709551616',
      '//0x0102',
      '//é',
      `//${'long'.repeat(20)}`,
      `/${'x'.repeat(32)}`,
    ]) {
      expect(keypairFromUri(`${M12}${path}`).address).toBe(keyring.addFromUri(`${M12}${path}`).address);
    }
  });

  it('refuses what cannot be a key, without repeating it', async () => {
    const secret = 'deadbeef'.repeat(7);
    for (const make of [
      () => keypairFromSeed(`0x${secret}`),
      () => keypairFromSeed('not hexadecimal at all'),
      () => keypairFromSeed(new Uint8Array(31)),
      () => keypairFromPrivateKey(new Uint8Array(64)),
      () => keypairFromPrivateKey(new Uint8Array(64).fill(255)),
      () => keypairFromPrivateKey(new Uint8Array(96)),
      () => keypairFromPrivateKey(M12_PRIVATE, keypairFromUri('//Alice').publicKey),
      () => keypairFromUri('0x00//Alice'),
      () => keypairFromUri('//'),
      () => keypairFromUri(`//${2n ** 256n}`),
      () => keypairFromUri(''),
    ]) {
      const error = await failure(make);
      expect(error.code).toBe('bad_key');
      expect(error.message).not.toContain('deadbeef');
    }
    expect(await failure(() => keypairFromUri('hello'))).toMatchObject({ code: 'bad_mnemonic' });
  });

  it('shows its address and nothing secret, however it is looked at', () => {
    const keypair = keypairFromMnemonic(M24);
    const { privateKey, seed } = keypair.exportSecrets();
    const views = [
      inspect(keypair, { depth: 10, showHidden: true, getters: true }),
      JSON.stringify(keypair),
      JSON.stringify({ ...keypair }),
      String(keypair),
      inspect(structuredClone(keypair), { depth: 10, showHidden: true }),
      Reflect.ownKeys(keypair).map(String).join(),
    ];
    expect(views[0]).toContain(HOT);
    for (const view of views) {
      expect(view).not.toMatch(/sausage/);
      for (const secret of [privateKey, seed!]) {
        expect(view).not.toContain(toHex(secret).slice(2, 18));
        expect(view).not.toContain([...secret.subarray(0, 4)].join(', '));
        expect(view).not.toContain([...secret.subarray(0, 4)].join(','));
      }
    }
  });

  it('hands out copies of its secrets', () => {
    const keypair = keypairFromMnemonic(M12);
    keypair.exportSecrets().privateKey.fill(0);
    expect(toHex(keypair.exportSecrets().privateKey)).toBe(M12_PRIVATE);
  });

  it('does not keep words that lead to the key only with a password', () => {
    expect(keypairFromMnemonic(M12).exportSecrets().mnemonic).toBe(M12);
    expect(keypairFromMnemonic(M12, 'pw').exportSecrets().mnemonic).toBeUndefined();
  });
});

describe.each(['before', 'after'])('signatures %s the fast implementation is loaded', when => {
  const alice = keypairFromUri('//Alice');
  beforeAll(async () => {
    if (when === 'after') await ready();
  });

  it('are verified by polkadot-js, and its own by us', () => {
    const message = utf8('a message');
    expect(sr25519Verify(message, alice.sign(message), alice.publicKey)).toBe(true);
    const theirs = new Keyring({ type: 'sr25519' }).addFromUri('//Alice').sign(message);
    expect(verify(alice.publicKey, message, theirs)).toBe(true);
  });

  it('come back true for every key and message, and false after any change', () => {
    const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const messages = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(seeds, messages, fc.nat(511), fc.nat(255), (seed, message, bit, keyBit) => {
        const key = keypairFromSeed(seed);
        const signature = key.sign(message);
        expect(signature).toHaveLength(64);
        expect(verify(key.publicKey, message, signature)).toBe(true);
        expect(verify(key.publicKey, message, flipped(signature, bit))).toBe(false);
        expect(verify(flipped(key.publicKey, keyBit), message, signature)).toBe(false);
        expect(verify(key.publicKey, Uint8Array.of(...message, 0), signature)).toBe(false);
        if (message.length > 0) {
          expect(verify(key.publicKey, flipped(message, bit % (8 * message.length)), signature)).toBe(false);
        }
      }),
      { seed: 3, numRuns: 20 },
    );
  });

  it('are refused, not thrown on, when they are no signatures at all', () => {
    const message = utf8('x');
    const good = alice.sign(message);
    for (const bad of [
      new Uint8Array(0),
      new Uint8Array(63),
      new Uint8Array(64),
      new Uint8Array(65),
      good.subarray(1),
    ]) {
      expect(verify(alice.publicKey, message, bad)).toBe(false);
    }
    for (const bad of [undefined, null, 'text', 7, {}, []] as unknown[]) {
      expect(verify(alice.publicKey, message, bad as Uint8Array)).toBe(false);
      expect(verify(bad as Uint8Array, message, good)).toBe(false);
      expect(verify(alice.publicKey, bad as Uint8Array, good)).toBe(false);
    }
  });

  it('are refused under the zero key, where anybody could make one', () => {
    // R = 0, s = 0: s*B - k*0 = R holds for every message.
    const forged = new Uint8Array(64);
    forged[63] = 0x80;
    expect(verify(new Uint8Array(32), utf8('anything'), forged)).toBe(false);
  });
});

describe('speed', () => {
  it('verifies several times faster with the fast implementation', async () => {
    await ready();
    const key = keypairFromMnemonic(generateMnemonic());
    const message = utf8('how long does it take');
    const signature = key.sign(message);
    const ours = medianMs(() => verify(key.publicKey, message, signature));
    const portable = medianMs(() => sr25519Verify(message, signature, key.publicKey));
    expect(ours).toBeLessThan(portable / 2);
  });
});

function medianMs(work: () => unknown): number {
  const times = Array.from({ length: 31 }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[15]!;
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}
