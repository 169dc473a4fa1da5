import { pbkdf2Sync } from 'node:crypto';
import { entropyToMnemonic } from '@polkadot/util-crypto/mnemonic/bip39';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/index.js';
import {
  generateMnemonic,
  miniSecretFromMnemonic,
  ready,
  suggestCorrections,
  suggestWords,
} from '../../src/wallet/index.js';
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

  it('says what may have been meant, with the words that make a right mnemonic first', () => {
    const words = M24.split(' ');
    const at = (position: number, word: string) => words.with(position - 1, word).join(' ');
    expect(suggestCorrections(M24)).toEqual([]);
    expect(suggestCorrections(at(2, 'winer'))).toEqual([{ position: 2, words: expect.arrayContaining(['winner']) }]);
    expect(suggestCorrections(at(2, 'winer'))[0]?.words[0]).toBe('winner');
    expect(suggestCorrections(at(3, 'thx').replace('wave', 'wavve')).map(({ position }) => position)).toEqual([3, 5]);
    expect(suggestCorrections(at(7, 'xxxxxxxxxxx'))).toEqual([]);
    // In the list, but not the one.
    const winter = suggestCorrections(at(2, 'winter'));
    expect(winter).toContainEqual({ position: 2, words: ['winner'] });
    const swapped = words.with(7, words[8]!).with(8, words[7]!).join(' ');
    expect(suggestCorrections(swapped)).toEqual(
      expect.arrayContaining([
        { position: 8, words: expect.arrayContaining([words[7]]) },
        { position: 9, words: expect.arrayContaining([words[8]]) },
      ]),
    );
    expect(suggestCorrections('abandon ability')).toEqual([]);
    expect(suggestCorrections('')).toEqual([]);
  });

  it('has the right word among its suggestions for most single letters that are mistyped', () => {
    let right = 0;
    for (let i = 0; i < 60; i++) {
      const words = generateMnemonic().split(' ');
      const [place, letter] = [i % 12, i % 3];
      const word = words[place]!;
      const typed = words.with(place, `${word.slice(0, letter)}x${word.slice(letter + 1)}`).join(' ');
      const [found] = suggestCorrections(typed);
      if (found?.position === place + 1 && found.words.includes(word)) right++;
    }
    expect(right).toBeGreaterThan(45);
  });
});
