import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { CHEAP, opening } from './cheap.js';
import { COLD, VECTORS } from './helpers.js';

vi.mock('../../src/wallet/password/derive.js', async importOriginal =>
  (await import('./derive-once.js')).deriveOnce(importOriginal),
);

/** Made by Python's `cryptography` and PyNaCl alone: `test/vectors/wallets/make_forms.py`. */
const forms = JSON.parse(readFileSync(join(VECTORS, 'forms.json'), 'utf8')) as {
  password: string;
  cases: { id: number; form: string; about: string; file: string; result: string }[];
};

const REFUSED = ['bad_key_file', 'wrong_password', 'key_encrypted'];

describe('encrypted key files by another hand', () => {
  it.each(forms.cases)('case $id, $form of $about: $result', async ({ file, result }) => {
    const opened = await opening(Buffer.from(file, 'base64'), CHEAP, forms.password);
    if (result === 'key') expect(opened).toMatchObject({ code: 'key', address: COLD });
    else if (result === 'refused') expect(REFUSED).toContain(opened.code);
    else if (result === 'decrypted') {
      expect(opened.code).toBe('bad_key_file');
      expect(opened.message).toContain('was decrypted, but what is inside is not a usable key');
    } else expect(opened.code).toBe(result);
    expect(opened.message).not.toMatch(/abandon|Conformance/);
  });
});
