import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/index.js';
import {
  keypairFromMnemonic,
  keypairFromUri,
  readKeypair,
  readPublicKey,
  writeKeypair,
} from '../../src/wallet/index.js';
import { COLD, failure, HOT, M12, M24, temporaryFolder, VECTORS } from './helpers.js';

const official = JSON.parse(readFileSync(join(VECTORS, 'plain12/coldkey'), 'utf8')) as Record<string, unknown>;

/** Reads a key file with this content. */
async function reading(content: unknown): Promise<string> {
  using folder = temporaryFolder();
  const path = join(folder.path, 'key');
  const bytes = content instanceof Uint8Array || typeof content === 'string' ? content : JSON.stringify(content);
  writeFileSync(path, bytes);
  return readKeypair(path).address;
}

function without(...names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(official).filter(([name]) => !names.includes(name)));
}

describe('key files of the official wallet', () => {
  it('are read: unencrypted private files', () => {
    expect(readKeypair(join(VECTORS, 'plain12/coldkey')).address).toBe(COLD);
    expect(readKeypair(join(VECTORS, 'plain12/hotkeys/default')).address).toBe(HOT);
    expect(readKeypair(join(VECTORS, 'enc12/hotkeys/hk1')).exportSecrets().mnemonic).toBe(M24);
  });

  it('are read: public files', () => {
    expect(toHex(readPublicKey(join(VECTORS, 'enc12/coldkeypub.txt')))).toBe(official.publicKey);
    expect(toHex(readPublicKey(join(VECTORS, 'plain12/coldkey')))).toBe(official.publicKey);
  });

  it('are recognised when a password encrypts them', async () => {
    for (const [name, format] of [
      ['enc12/coldkey', 'nacl'],
      ['legacy/legacy_ansible_coldkey', 'ansible'],
    ] as const) {
      const path = join(VECTORS, name);
      const error = await failure(() => readKeypair(path));
      expect(error).toMatchObject({ code: 'key_encrypted', data: { format, path } });
      expect(error.message).toContain('password');
      expect(await failure(() => readPublicKey(path))).toMatchObject({ code: 'key_encrypted' });
    }
    expect(await failure(() => reading(`gAAAAABk${'x'.repeat(100)}`))).toMatchObject({ code: 'key_encrypted' });
  });

  it('are written with the same fields and values', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'key');
    writeKeypair(path, keypairFromMnemonic(M12));
    const text = readFileSync(path, 'utf8');
    expect(JSON.parse(text)).toEqual(official);
    expect(text).not.toContain('\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('are written without words and seed for a derived key', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'key');
    writeKeypair(path, keypairFromUri('//Alice'));
    expect(Object.keys(JSON.parse(readFileSync(path, 'utf8'))).sort()).toEqual(
      ['accountId', 'cryptoType', 'privateKey', 'publicKey', 'ss58Address'].sort(),
    );
    expect(readKeypair(path).address).toBe(keypairFromUri('//Alice').address);
  });
});

describe('reading tolerantly', () => {
  it('takes any part of the secret that is there', async () => {
    expect(await reading(without('secretSeed', 'privateKey'))).toBe(COLD);
    expect(await reading(without('secretPhrase', 'privateKey'))).toBe(COLD);
    expect(await reading(without('secretPhrase', 'secretSeed'))).toBe(COLD);
    expect(await reading({ secretPhrase: M12 })).toBe(COLD);
    expect(await reading({ privateKey: official.privateKey })).toBe(COLD);
    expect(await reading({ ...official, secretPhrase: null, secretSeed: '' })).toBe(COLD);
  });

  it('takes a private key in the form of polkadot-js, told apart by the public key', async () => {
    const scalar = BigInt(
      `0x${Buffer.from(String(official.privateKey).slice(2, 66), 'hex').reverse().toString('hex')}`,
    );
    const times8 = Buffer.from((scalar * 8n).toString(16).padStart(64, '0'), 'hex')
      .reverse()
      .toString('hex');
    const privateKey = `0x${times8}${String(official.privateKey).slice(66)}`;
    expect(await reading({ ...without('secretPhrase', 'secretSeed'), privateKey })).toBe(COLD);
  });

  it('takes the kind of key as a number, as text, or not at all', async () => {
    for (const cryptoType of [1, '1', 'sr25519', undefined])
      expect(await reading({ ...official, cryptoType })).toBe(COLD);
  });

  it('takes hexadecimal without 0x, blanks around the JSON and unknown fields', async () => {
    const bare = { ...without('secretPhrase'), secretSeed: String(official.secretSeed).slice(2), more: { deep: [1] } };
    expect(await reading(`\n  ${JSON.stringify(bare, null, 2)}\n`)).toBe(COLD);
  });

  it('falls back to the private key when the seed was written as raw text', async () => {
    expect(await reading({ ...without('secretPhrase'), secretSeed: 'abcdefghijklmnopqrstuvwxyz012345' })).toBe(COLD);
  });

  it('does not depend on the order of the fields', async () => {
    const names = Object.keys(official);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(names, { minLength: names.length }), async order => {
        expect(await reading(Object.fromEntries(order.map(name => [name, official[name]])))).toBe(COLD);
      }),
      { seed: 4, numRuns: 10 },
    );
  });

  it('reads public files that are a bare address or key', () => {
    using folder = temporaryFolder();
    for (const text of [COLD, `${COLD}\n`, String(official.publicKey)]) {
      const path = join(folder.path, 'pub.txt');
      writeFileSync(path, text);
      expect(toHex(readPublicKey(path))).toBe(official.publicKey);
    }
  });
});

describe('hostile key files', () => {
  it('of another kind of key are refused with its name', async () => {
    for (const [cryptoType, name] of [
      [0, 'ed25519'],
      [2, 'ecdsa'],
      ['ed25519', 'ed25519'],
    ]) {
      const error = await failure(() => reading({ ...official, cryptoType }));
      expect(error).toMatchObject({ code: 'unsupported_key' });
      expect(error.message).toContain(name);
    }
  });

  it('are named with their path and what is wrong, and never quoted', async () => {
    const cases: [content: unknown, says: RegExp][] = [
      ['', /empty/],
      ['{', /not JSON/],
      [JSON.stringify(official).slice(0, -20), /not JSON/],
      ['[1,2]', /not a JSON object/],
      ['null', /not a JSON object/],
      ['{}', /no private key/],
      [without('secretPhrase', 'secretSeed', 'privateKey'), /no private key/],
      [{ secretPhrase: 'abandon abandon' }, /cannot be read/],
      [{ ...official, publicKey: '0x12' }, /publicKey is no public key/],
      [{ ...official, ss58Address: HOT }, /ss58Address is that of another key/],
      [{ ...official, publicKey: toHex(keypairFromUri('//Alice').publicKey) }, /another key/],
      [{ ...without('publicKey', 'accountId'), ss58Address: HOT }, /is the key of 5EPC.*says that it is 5Dvz/],
      [Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d), /not text/],
      ['x'.repeat(100_000), /100000 bytes/],
      ['{"__proto__":{"secretPhrase":"x"}}', /no private key/],
    ];
    for (const [content, says] of cases) {
      const error = await failure(() => reading(content));
      expect(error.code).toBe('bad_key_file');
      expect(error.message).toMatch(says);
      expect(error.message).toMatch(/\/key is not a usable key file/);
      expect(error.message).not.toMatch(/abandon|2ec306|4ed8d4/);
      expect(JSON.stringify(error.data)).not.toMatch(/abandon|2ec306|4ed8d4/);
    }
  });

  it('that are missing, folders or pipes give one clear line at once', async () => {
    using folder = temporaryFolder();
    expect(await failure(() => readKeypair(join(folder.path, 'none')))).toMatchObject({ code: 'wallet_not_found' });
    mkdirSync(join(folder.path, 'sub'));
    expect(await failure(() => readKeypair(join(folder.path, 'sub')))).toMatchObject({ code: 'bad_key_file' });
    execFileSync('mkfifo', [join(folder.path, 'pipe')]);
    expect(await failure(() => readKeypair(join(folder.path, 'pipe')))).toMatchObject({ code: 'bad_key_file' });
    chmodSync(join(folder.path, 'sub'), 0o700);
  });

  it('of any bytes are either read or refused with a code', async () => {
    const mutated = fc.tuple(fc.nat(581), fc.nat(255)).map(([at, byte]) => {
      const bytes = readFileSync(join(VECTORS, 'plain12/coldkey'));
      bytes[at] = byte;
      return new Uint8Array(bytes);
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), async content => {
        try {
          expect(await reading(content)).toBe(COLD);
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^(bad_key_file|key_encrypted|unsupported_key)$/);
        }
      }),
      { seed: 5, numRuns: 150 },
    );
  });
});
