import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Keyring } from '@polkadot/keyring';
import { u8aWrapBytes } from '@polkadot/util';
import { signatureVerify } from '@polkadot/util-crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAddress, fromHex, toHex, utf8 } from '../../src/base/index.js';
import {
  type Endorsement,
  endorse,
  endorsementFrom,
  endorsementStatement,
  keypairFromUri,
  openWallet,
  verifyEndorsement,
} from '../../src/wallet/index.js';
import { failure, temporaryFolder } from './helpers.js';

const alice = keypairFromUri('//Alice');
const bob = keypairFromUri('//Bob');
const charlie = keypairFromUri('//Charlie');
const good = endorse(alice, bob.publicKey);

describe('an endorsement', () => {
  it('says in words who endorses whom, where no transaction can say it', () => {
    expect(Buffer.from(endorsementStatement(alice.publicKey, bob.publicKey)).toString()).toBe(
      `<Bytes>bittensor-hotkey-endorsement version 1: coldkey ${alice.address} endorses hotkey ${bob.address}</Bytes>`,
    );
  });

  it('is verified by what other tools of Substrate verify text with', () => {
    const text = `bittensor-hotkey-endorsement version 1: coldkey ${alice.address} endorses hotkey ${bob.address}`;
    expect(signatureVerify(text, good.signature, alice.address).isValid).toBe(true);
    const signed = new Keyring({ type: 'sr25519' }).addFromUri('//Alice').sign(u8aWrapBytes(utf8(text)));
    const theirs = { ...good, signature: toHex(signed) };
    expect(verifyEndorsement(theirs, { hotkey: bob.publicKey, coldkey: alice.publicKey })).toBe(true);
  });

  it('is good for its hotkey and its coldkey and nobody else', () => {
    expect(verifyEndorsement(good, { hotkey: bob.publicKey })).toBe(true);
    expect(verifyEndorsement(good, { hotkey: bob.publicKey, coldkey: alice.publicKey })).toBe(true);
    expect(verifyEndorsement(good, { hotkey: charlie.publicKey })).toBe(false);
    expect(verifyEndorsement(good, { hotkey: bob.publicKey, coldkey: bob.publicKey })).toBe(false);
    // Who says that he is the coldkey did not sign.
    expect(verifyEndorsement({ ...good, coldkey: charlie.address }, { hotkey: bob.publicKey })).toBe(false);
    // The other way round.
    expect(
      verifyEndorsement({ ...good, coldkey: bob.address, hotkey: alice.address }, { hotkey: alice.publicKey }),
    ).toBe(false);
    // A signature of the same key for something else.
    const other = toHex(alice.sign(utf8(`coldkey ${alice.address} endorses hotkey ${bob.address}`)));
    expect(verifyEndorsement({ ...good, signature: other }, { hotkey: bob.publicKey })).toBe(false);
  });

  const wrong: [about: string, value: unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['text', JSON.stringify(good)],
    ['a list', [good]],
    ['an empty object', {}],
    ['another type', { ...good, type: 'bittensor-endorsement' }],
    ['another version', { ...good, version: 2 }],
    ['a version as text', { ...good, version: '1' }],
    ['no signature', { ...good, signature: undefined }],
    ['an empty signature', { ...good, signature: '0x' }],
    ['a short signature', { ...good, signature: good.signature.slice(0, -2) }],
    ['a long signature', { ...good, signature: `${good.signature}00` }],
    ['a signature in capitals', { ...good, signature: good.signature.toUpperCase().replace('X', 'x') }],
    ['a signature of zeros', { ...good, signature: `0x${'00'.repeat(64)}` }],
    ['one more field', { ...good, note: 'me too' }],
    ['a list for a key', { ...good, coldkey: [good.coldkey] }],
    ['a public key for an address', { ...good, coldkey: toHex(alice.publicKey) }],
    ['an address that ends early', { ...good, hotkey: good.hotkey.slice(0, -1) }],
    [
      'an address of another network',
      { ...good, coldkey: new Keyring({ ss58Format: 0 }).encodeAddress(alice.publicKey, 0) },
    ],
    ['a hotkey of zeros', { ...good, hotkey: encodeAddress(new Uint8Array(32)) }],
  ];
  it.each(wrong)('of a wrong shape is false: %s', (_, value) => {
    expect(verifyEndorsement(value, { hotkey: bob.publicKey })).toBe(false);
  });

  it('with any bit changed is false', () => {
    const signature = fromHex(good.signature);
    fc.assert(
      fc.property(fc.nat(511), bit => {
        const changed = Uint8Array.from(signature);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        const value = { ...good, signature: toHex(changed) };
        expect(verifyEndorsement(value, { hotkey: bob.publicKey })).toBe(false);
      }),
      { seed: 21, numRuns: 100 },
    );
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything(), value => {
        expect(verifyEndorsement(value, { hotkey: bob.publicKey })).toBe(false);
        expect(endorsementFrom(value)).toBeUndefined();
      }),
      { seed: 22, numRuns: 500 },
    );
  });
});

describe('the endorsement of a wallet’s hotkey', () => {
  it('is made with the hotkey, beside its public file, and can be made later', async () => {
    using folder = temporaryFolder();
    const wallet = openWallet({ path: folder.path, name: 'w' });
    const coldkey = await wallet.createColdkey();
    const first = await wallet.createHotkey('first', { endorseWith: coldkey });
    await wallet.createHotkey('second');
    expect(readdirSync(join(wallet.folder, 'hotkeys')).sort()).toEqual(
      ['first', 'first.endorsementpub.txt', 'firstpub.txt', 'second', 'secondpub.txt'].sort(),
    );
    const keys = { hotkey: first.publicKey, coldkey: coldkey.publicKey };
    expect(verifyEndorsement(wallet.endorsementOf('first'), keys)).toBe(true);
    expect(wallet.endorsementOf('second')).toBeUndefined();
    const later: Endorsement = wallet.endorseHotkey('second', coldkey);
    expect(wallet.endorsementOf('second')).toEqual(later);
    expect(wallet.hotkeyNames()).toEqual(['first', 'second']);
    expect(wallet.describe().hotkeys.map(({ endorsement }) => endorsement)).toEqual(['valid', 'valid']);
  });

  it('goes with the hotkey when another one takes its place', async () => {
    using folder = temporaryFolder();
    const wallet = openWallet({ path: folder.path, name: 'w' });
    const coldkey = await wallet.createColdkey();
    await wallet.createHotkey('h', { endorseWith: coldkey });
    await wallet.createHotkey('h', { overwrite: true });
    expect(wallet.endorsementOf('h')).toBeUndefined();
    await wallet.createHotkey('h', { overwrite: true, endorseWith: coldkey });
    expect(wallet.describe().hotkeys[0]?.endorsement).toBe('valid');
    // Another coldkey did not say it.
    await wallet.createColdkey({ overwrite: true });
    expect(wallet.describe().hotkeys[0]?.endorsement).toBe('bad');
  });

  it('that is something else is an error when asked for, and described as bad', async () => {
    using folder = temporaryFolder();
    const wallet = openWallet({ path: folder.path, name: 'w' });
    const coldkey = await wallet.createColdkey();
    await wallet.createHotkey('h', { endorseWith: coldkey });
    const path = join(wallet.folder, 'hotkeys', 'h.endorsementpub.txt');
    const text = readFileSync(path, 'utf8');
    for (const content of ['', '{', text.slice(0, -3), text.replace('version":1', 'version":9'), '\xff']) {
      writeFileSync(path, content, 'latin1');
      expect(await failure(() => wallet.endorsementOf('h'))).toMatchObject({ code: 'bad_key_file' });
      expect(wallet.describe().hotkeys[0]?.endorsement).toBe('bad');
    }
    writeFileSync(path, JSON.stringify(good));
    expect(wallet.describe().hotkeys[0]?.endorsement).toBe('bad');
  });
});
