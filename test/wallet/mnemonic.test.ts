import { pbkdf2Sync } from 'node:crypto';
import { entropyToMnemonic } from '@polkadot/util-crypto/mnemonic/bip39';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/index.js';
import { generateMnemonic, miniSecretFromMnemonic, ready, suggestWords } from '../../src/wallet/index.js';
import { failure, M12, M24 } from './helpers.js';

describe('mnemonic', () => {
  it('derives the mini-secrets of the official wallet', () => {
    expect(toHex(miniSecretFromMnemonic(M12))).toBe(
      '0x4ed8d4b17698ddeaa1f1559f152f87b5d472f725ca86d341bd0276f1b61197e2',
    );
    expect(toHex(miniSecretFromMnemonic(M24))).toBe(
      '0xf02cdc109954e34cd3f0c60fdb0c97ffb3a934ad1cc9a4df87b8417024b8bdbe',
    );
  });

  it.each(['before', 'after'])('follows its rule for every length and any password, %s wasm is loaded', async when => {
    if (when === 'after') await ready();
    const entropies = fc.constantFrom(16, 20, 24, 28, 32).chain(n => fc.uint8Array({ minLength: n, maxLength: n }));
    fc.assert(
      fc.property(entropies, fc.string({ unit: 'grapheme', maxLength: 12 }), (entropy, password) => {
        const expected = pbkdf2Sync(entropy, `mnemonic${password.normalize('NFKD')}`, 2048, 64, 'sha512');
        expect(toHex(miniSecretFromMnemonic(entropyToMnemonic(entropy), password))).toBe(
          toHex(expected.subarray(0, 32)),
        );
      }),
      { seed: 1, numRuns: 25 },
    );
  });

  it('makes words of every length that it can read back, and never the same twice', () => {
    for (const count of [12, 15, 18, 21, 24] as const) {
      const words = generateMnemonic(count);
      expect(words.split(' ')).toHaveLength(count);
      expect(miniSecretFromMnemonic(words)).toHaveLength(32);
      expect(generateMnemonic(count)).not.toBe(words);
    }
  });

  it('reads words whatever their case and spacing', () => {
    expect(miniSecretFromMnemonic(`  ${M12.toUpperCase().replaceAll(' ', '\n  ')} `)).toEqual(
      miniSecretFromMnemonic(M12),
    );
  });

  it('names the place of words that are not in the list, and repeats no word', async () => {
    const words = M12.split(' ').with(4, 'abandonn').with(11, 'zzz').join(' ');
    const error = await failure(() => miniSecretFromMnemonic(words));
    expect(error).toMatchObject({ code: 'bad_mnemonic', data: { positions: [5, 12] } });
    expect(error.message).toContain('words 5, 12');
    expect(error.message).not.toMatch(/abandon|zzz/);
  });

  it('points at two neighbours that changed places', async () => {
    const words = M24.split(' ');
    const swapped = words.with(7, words[8]!).with(8, words[7]!).join(' ');
    const error = await failure(() => miniSecretFromMnemonic(swapped));
    expect(error.code).toBe('bad_mnemonic');
    expect(error.data.positions).toEqual(expect.arrayContaining([8, 9]));
    for (const word of new Set(words)) expect(error.message).not.toMatch(new RegExp(`\\b${word}\\b`));
  });

  it('points at a word that was mistaken for a similar one', async () => {
    // "about" became "abort"-like: the list has "above" and "abuse"; "winner" and "winter" differ by one letter.
    const error = await failure(() => miniSecretFromMnemonic(M24.replace('winner', 'winter')));
    expect(error.data.positions).toContain(2);
  });

  it('refuses a wrong number of words', async () => {
    for (const text of ['', 'abandon', `${M12} about`, M12.split(' ').slice(1).join(' ')]) {
      expect(await failure(() => miniSecretFromMnemonic(text))).toMatchObject({ code: 'bad_mnemonic' });
    }
    expect(await failure(() => generateMnemonic(13 as 12))).toMatchObject({ code: 'bad_mnemonic' });
  });

  it('suggests the words that a mistyped one may stand for', () => {
    expect(suggestWords('abandonn')[0]).toBe('abandon');
    expect(suggestWords('recieve')[0]).toBe('receive');
    expect(suggestWords('xxxxxxxxxxx')).toEqual([]);
  });
});
