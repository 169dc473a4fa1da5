import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPassword, passwordEnvName, passwordFromEnv, passwordToEnv } from '../../src/wallet/index.js';
import { failure } from './helpers.js';

/** `Keyfile('/w/conformance/coldkey').save_password_to_env('Conformance-Pw-1!')` of bittensor-wallet 4.1.1. */
const OFFICIAL = 'ATsxNjgtMjYxICpjFjh/fGA=';

const check = (text: string) => failure(() => checkPassword(Buffer.from(text)));

describe('a new password', () => {
  it.each([
    '',
    '\n',
    ' ',
    'abc',
    'Ab1!x',
    'äöü€!',
    'aaaaaa',
    'AAAAAAAAAAAAAAAAAAAA',
    '      ',
    'abcabcabc',
    'xyxyxyxyxy',
    '123456',
    '654321',
    '1234567890',
    'abcdef',
    'fedcba',
    'qwerty',
    'asdfgh',
    'QWERTZ123',
    'qazwsx',
    'password',
    'Password1!',
    'P4ssw0rd',
    'pa$$word',
    'letmein99',
    'bitcoin2026',
    'bittensor',
    'Bittensor!',
    'c0ldkey',
    'line\nbreak and more',
    'nul\0 inside here',
  ])('%j is refused', async text => {
    const error = await check(text);
    expect(error.code).toBe('weak_password');
    if (text.length > 8) expect(error.message).not.toContain(text);
    expect(JSON.stringify(error.data)).not.toContain(text.length > 8 ? text : 'nothing');
  });

  it.each([
    'Conformance-Pw-1!',
    'hunter2-but-longer',
    'correct horse battery staple',
    'xK9$mQ',
    'жираф и луна',
    '🐙 eight arms',
    'ünïcödé-pass',
    'a fine secret',
  ])('%j is taken', text => checkPassword(Buffer.from(text)));

  it('is refused when it is no text', async () => {
    const bytes = Uint8Array.of(0xff, 0xfe, 1, 2, 3, 4, 5, 6, 7, 8);
    expect(await failure(() => checkPassword(bytes))).toMatchObject({ code: 'weak_password' });
  });

  it('of any one character, however often it is repeated, is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }), fc.nat(40), async (unit, times) => {
        expect(await check(unit.repeat(times))).toMatchObject({ code: 'weak_password' });
      }),
      { seed: 11, numRuns: 200 },
    );
  });

  it('of chance is taken from sixteen hexadecimal digits on', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 32 }), bytes => {
        fc.pre(new Set(bytes).size > 5);
        checkPassword(Buffer.from(Buffer.from(bytes).toString('hex')));
      }),
      { seed: 12, numRuns: 300 },
    );
  });
});

describe('the official variable of a password', () => {
  it('is named by the path in capitals, with hyphens as they are', () => {
    expect(passwordEnvName('/home/me/.bittensor/wallets/my-cold/coldkey')).toBe(
      'BT_PW__HOME_ME__BITTENSOR_WALLETS_MY-COLD_COLDKEY',
    );
  });

  it('holds what the official wallet 4.1.1 writes', () => {
    const file = '/w/conformance/coldkey';
    expect(passwordToEnv(file, Buffer.from('Conformance-Pw-1!'))).toBe(OFFICIAL);
    const found = passwordFromEnv(file, { [passwordEnvName(file)]: OFFICIAL });
    expect(Buffer.from(found!).toString()).toBe('Conformance-Pw-1!');
  });

  it('gives back any password, of any file', () => {
    const paths = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).map(text => `/${text}`);
    fc.assert(
      fc.property(paths, fc.uint8Array({ minLength: 1, maxLength: 80 }), (path, password) => {
        const env = { [passwordEnvName(path)]: passwordToEnv(path, password) };
        expect(passwordFromEnv(path, env)).toEqual(password);
      }),
      { seed: 13, numRuns: 200 },
    );
  });

  it('is passed over when it is not there or empty, and refused when it holds something else', async () => {
    const name = passwordEnvName('/w/coldkey');
    expect(passwordFromEnv('/w/coldkey', {})).toBeUndefined();
    expect(passwordFromEnv('/w/coldkey', { [name]: '' })).toBeUndefined();
    for (const value of ['not base64!', 'AAA*', 'AAAAA', 'AB==CD==']) {
      const error = await failure(() => passwordFromEnv('/w/coldkey', { [name]: value }));
      expect(error.code).toBe('wrong_password');
      expect(error.message).not.toContain(value);
    }
  });
});
