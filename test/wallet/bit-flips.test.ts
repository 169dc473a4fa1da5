import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { utf8 } from '../../src/base/index.js';
import { keypairFromMnemonic, keypairFromSeed, keypairFromUri, ready } from '../../src/wallet/index.js';
import { COSTS } from '../../src/wallet/keyfile/costs.js';
import { keyFileContent, openKeyFile, readPublicKey } from '../../src/wallet/keyfile/files.js';
import { formatPublicJson } from '../../src/wallet/keyfile/json.js';
import { CHEAP, password } from './cheap.js';
import { M24, VECTORS } from './helpers.js';

vi.mock('../../src/wallet/password/derive.js', async importOriginal =>
  (await import('./derive-once.js')).deriveOnce(importOriginal),
);

const disk = vi.hoisted(() => ({ content: new Uint8Array() as Uint8Array }));
// Tens of thousands of files that differ in a bit: they need not go over a real disk.
vi.mock('../../src/wallet/keyfile/disk.js', async importOriginal => ({
  ...(await importOriginal<object>()),
  readKeyFile: () => Buffer.from(disk.content),
}));

const KIND_OF_REFUSAL = /^(bad_key_file|wrong_password|unsupported_key|key_encrypted)$/;

interface Survivor {
  byte: number;
  from: string;
  to: string;
}

/** The single changed bits that `read` does not refuse. */
async function survivors(content: Uint8Array, read: () => unknown): Promise<Survivor[]> {
  const found: Survivor[] = [];
  for (let bit = 0; bit < 8 * content.length; bit++) {
    const changed = Uint8Array.from(content);
    const byte = bit >> 3;
    changed[byte] = content[byte]! ^ (1 << (bit & 7));
    disk.content = changed;
    try {
      await read();
      found.push({ byte, from: String.fromCharCode(content[byte]!), to: String.fromCharCode(changed[byte]!) });
    } catch (error) {
      expect((error as { code: string }).code).toMatch(KIND_OF_REFUSAL);
    }
  }
  return found;
}

const vector = (name: string) => readFileSync(join(VECTORS, name));
const open = (costs = CHEAP) => openKeyFile('key', { password: async () => password() }, costs);

// The words of a file are derived some ten thousand times.
beforeAll(() => ready());

describe('one changed bit, wherever it is, makes a key file refused', () => {
  it.each([
    ['the official encrypted form', 'enc12/coldkey'],
    ['an Ansible vault of the official wallet', 'legacy/legacy_ansible_coldkey'],
    ['a Fernet token of Python’s cryptography', 'legacy/legacy_fernet_coldkey'],
  ])('%s, at the real cost of a guess', { timeout: 300_000 }, async (_, name) => {
    const content = vector(name);
    disk.content = content;
    await open(COSTS);
    expect(await survivors(content, () => open(COSTS))).toEqual([]);
  });

  it.each(['nacl', 'strong'] as const)('%s as we write it', { timeout: 300_000 }, async form => {
    const content = await keyFileContent(keypairFromMnemonic(M24), { form, password: password() }, CHEAP);
    disk.content = content;
    await open();
    expect(await survivors(content, open)).toEqual([]);
  });

  it.each(['plain12/coldkey', 'plain12/hotkeys/default'])('%s, not encrypted', { timeout: 300_000 }, async name => {
    expect(await survivors(vector(name), open)).toEqual([]);
  });

  it('a key from a seed, not encrypted', { timeout: 300_000 }, async () => {
    const content = await keyFileContent(keypairFromSeed(`0x${'ff01'.repeat(16)}`), undefined, CHEAP);
    expect(await survivors(content, open)).toEqual([]);
  });

  it.each(['plain12/coldkeypub.txt', 'enc12/hotkeys/hk1pub.txt'])('the public file %s', async name => {
    expect(await survivors(vector(name), () => readPublicKey('key'))).toEqual([]);
  });
});

describe('what no reader can see', () => {
  let content: Uint8Array;
  beforeAll(async () => {
    content = await keyFileContent(keypairFromUri('//Alice'), undefined, CHEAP);
  });

  it('in the file of a derived key is the second half of its private key, which makes no difference to its signatures’ validity', async () => {
    const text = Buffer.from(content).toString('latin1');
    const nonceAt = text.indexOf('"privateKey":"0x') + '"privateKey":"0x'.length + 64;
    const found = await survivors(content, open);
    expect(found.length).toBeGreaterThan(0);
    for (const { byte, to } of found) {
      expect(byte).toBeGreaterThanOrEqual(nonceAt);
      expect(byte).toBeLessThan(nonceAt + 64);
      expect(to).toMatch(/[0-9a-f]/);
    }
  });

  it('in a file of several lines is whether a blank between fields is a tab or the end of a line', async () => {
    const lines = utf8(JSON.stringify(JSON.parse(formatPublicJson(keypairFromUri('//Bob').publicKey)), null, '\t'));
    const found = await survivors(lines, () => readPublicKey('key'));
    expect(new Set(found.map(({ from, to }) => `${from}${to}`))).toEqual(new Set(['\t\r']));
  });
});
