import { readFileSync } from 'node:fs';
import { Keyring } from '@polkadot/keyring';
import { cryptoWaitReady } from '@polkadot/util-crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromHex, packagePath } from '../../src/base/index.js';
import { keypairFromMnemonic, keypairFromPolkadotJson, verify } from '../../src/wallet/index.js';

const VECTOR = readFileSync(packagePath('test/vectors/wallets/polkadot-js/account.json'), 'utf8');
const PASSWORD = 'Conformance-Pw-1!';
const WORDS = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
const ADDRESS = '5EPCUjPxiHAcNooYipQFWr9NmmXJKpNG5RhcntXwbtUySrgH';

const bytes = (text: string) => new TextEncoder().encode(text);
const open = (text: string, password = PASSWORD) =>
  keypairFromPolkadotJson(text, 'account.json', async () => bytes(password));
const never = () => Promise.reject(new Error('nobody is to be asked'));

describe('an account that polkadot-js exported', () => {
  beforeAll(() => cryptoWaitReady());

  it('opens with its password and has the key of its words', async () => {
    const keypair = await open(VECTOR);
    expect(keypair.address).toBe(ADDRESS);
    expect(keypair.exportSecrets().privateKey).toEqual(keypairFromMnemonic(WORDS).exportSecrets().privateKey);
    expect(verify(keypair.publicKey, bytes('a'), keypair.sign(bytes('a')))).toBe(true);
  });

  it('opens without asking when it is not encrypted', async () => {
    const account = new Keyring({ type: 'sr25519' }).addFromUri(`${WORDS}//hard/soft`);
    const keypair = await keypairFromPolkadotJson(JSON.stringify(account.toJson()), 'account.json', never);
    expect(keypair.publicKey).toEqual(account.publicKey);
  });

  it('is read of any network that it was exported for', async () => {
    for (const ss58Format of [0, 2, 42, 1328]) {
      const account = new Keyring({ type: 'sr25519', ss58Format }).addFromUri('//Alice');
      const keypair = await keypairFromPolkadotJson(JSON.stringify(account.toJson()), 'account.json', never);
      expect(keypair.publicKey).toEqual(account.publicKey);
    }
  });

  it('is refused with another password, and overwrites the one that it was given', async () => {
    await expect(open(VECTOR, 'Conformance-Pw-1')).rejects.toMatchObject({ code: 'wrong_password' });
    const password = bytes(PASSWORD);
    await keypairFromPolkadotJson(VECTOR, 'account.json', async () => password);
    expect(password.every(byte => byte === 0)).toBe(true);
  });

  it('is refused when it is of another kind, and says of which', async () => {
    for (const type of ['ed25519', 'ecdsa', 'ethereum'] as const) {
      const text = JSON.stringify(new Keyring({ type }).addFromSeed(new Uint8Array(32).fill(7)).toJson());
      await expect(keypairFromPolkadotJson(text, 'account.json', never)).rejects.toMatchObject({
        code: 'unsupported_key',
        message: expect.stringContaining(type),
      });
    }
    const several = JSON.stringify({ encoded: '0x00', encoding: { content: ['batch-pkcs8'] }, accounts: [] });
    await expect(open(several)).rejects.toMatchObject({ code: 'unsupported_key' });
  });

  it('is refused when its address is of another key', async () => {
    const other = JSON.stringify({
      ...JSON.parse(VECTOR),
      address: keypairFromMnemonic(WORDS, 'x').address,
    });
    await expect(open(other)).rejects.toMatchObject({ code: 'bad_key_file' });
  });

  it('is refused without a word of itself when it is something else', async () => {
    const fields = JSON.parse(VECTOR) as Record<string, unknown>;
    const texts = [
      '',
      'null',
      '[]',
      WORDS,
      JSON.stringify(WORDS),
      '{}',
      JSON.stringify({ ...fields, encoded: 5 }),
      JSON.stringify({ ...fields, encoded: '' }),
      JSON.stringify({ ...fields, encoded: '0xzz' }),
      JSON.stringify({ ...fields, encoded: 'abandon abandon' }),
      JSON.stringify({ ...fields, encoded: '0x00' }),
      JSON.stringify({ ...fields, encoding: undefined }),
      JSON.stringify({ ...fields, encoding: { content: ['pkcs8'], type: ['none'] } }),
      JSON.stringify({ ...fields, encoding: { content: ['pkcs8', 'sr25519'], type: 'none' } }),
      JSON.stringify({ ...fields, encoded: 'A'.repeat(70_000) }),
    ];
    for (const text of texts) {
      const error = await open(text).then(
        () => new Error(`opened: ${text}`),
        (error: Error) => error,
      );
      expect(error).toMatchObject({ code: 'bad_key_file' });
      expect(error.message).not.toMatch(/abandon|AAAA/);
    }
  });

  it('takes no parameters that would make it work for hours or fill the memory', async () => {
    for (const [n, p, r] of [
      [1 << 30, 1, 8],
      [1 << 17, 1000, 8],
      [3, 1, 8],
      [0, 0, 0],
      [1 << 17, 1, 4096],
    ]) {
      const fields = JSON.parse(VECTOR) as { encoded: string };
      const encoded = Buffer.from(fields.encoded, 'base64');
      for (const [i, value] of [n, p, r].entries()) encoded.writeUInt32LE(value!, 32 + 4 * i);
      const text = JSON.stringify({ ...fields, encoded: encoded.toString('base64') });
      const password = bytes(PASSWORD);
      const opened = keypairFromPolkadotJson(text, 'account.json', async () => password);
      await expect(opened).rejects.toMatchObject({ code: 'bad_key_file' });
      expect(password.every(byte => byte === 0)).toBe(true);
    }
  });

  it('is refused with any bit of its secret part turned, encrypted or not', async () => {
    const plain = new Keyring({ type: 'sr25519' }).addFromUri(WORDS).toJson();
    const encoded = Buffer.from(plain.encoded, 'base64');
    for (let bit = 0; bit < encoded.length * 8; bit++) {
      const turned = Uint8Array.from(encoded);
      turned[bit >> 3]! ^= 1 << (bit & 7);
      const text = JSON.stringify({ ...plain, encoded: `0x${Buffer.from(turned).toString('hex')}` });
      const outcome = await keypairFromPolkadotJson(text, 'account.json', never).then(
        keypair => keypair,
        (error: { code: string }) => error.code,
      );
      // The nonce, the second half of the private key, decides over signatures only; a key with another one signs as well.
      const isNonce = bit >= (16 + 32) * 8 && bit < (16 + 64) * 8;
      if (isNonce) expect(outcome).toMatchObject({ address: ADDRESS });
      else expect(outcome).toBe('bad_key_file');
    }
    const fields = JSON.parse(VECTOR) as { encoded: string };
    const box = Buffer.from(fields.encoded, 'base64');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: box.length * 8 - 1 }), async bit => {
        const turned = Uint8Array.from(box);
        turned[bit >> 3]! ^= 1 << (bit & 7);
        const text = JSON.stringify({ ...fields, encoded: Buffer.from(turned).toString('base64') });
        await expect(open(text)).rejects.toMatchObject({
          code: expect.stringMatching(/^(wrong_password|bad_key_file)$/),
        });
      }),
      { numRuns: 6, seed: 5 },
    );
  });

  it('never throws anything but a named error, whatever it is given', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async text => {
        await expect(keypairFromPolkadotJson(text, 'account.json', async () => fromHex('00'))).rejects.toMatchObject({
          code: expect.stringMatching(/^(bad_key_file|unsupported_key)$/),
        });
      }),
      { numRuns: 200, seed: 5 },
    );
  });
});
