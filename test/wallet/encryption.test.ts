import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import * as everything from '../../src/wallet/index.js';
import { keypairFromMnemonic, keypairFromUri, openKeypair, openWallet } from '../../src/wallet/index.js';
import { walletWith } from '../../src/wallet/wallet.js';
import { CHEAP, PASSWORD, password, treeOf } from './cheap.js';
import { ALICE, COLD, failure, HOT, M12, M24, temporaryFolder, VECTORS } from './helpers.js';

vi.mock('../../src/wallet/password/derive.js', async importOriginal =>
  (await import('./derive-once.js')).deriveOnce(importOriginal),
);

const FORMS = ['nacl', 'strong'] as const;
const source = (text = PASSWORD) => vi.fn(async () => Uint8Array.from(password(text)));
const wallet = (path: string, name = 'w') => walletWith({ path, name }, CHEAP);
const cold = keypairFromMnemonic(M12);

describe.each(FORMS)('a key encrypted as %s', form => {
  it('is opened by its password alone, with all that it was made of', async () => {
    using folder = temporaryFolder();
    const encrypt = { form, password: password() };
    await wallet(folder.path).createColdkey({ keypair: cold, encrypt });
    expect(encrypt.password).toEqual(password());
    const content = readFileSync(join(folder.path, 'w/coldkey'));
    expect(content.toString('latin1')).toMatch(form === 'nacl' ? /^\$NACL/ : /^\$BTNODE/);
    expect(content.toString('latin1')).not.toMatch(/abandon|2ec306|secretSeed/);
    expect(statSync(join(folder.path, 'w/coldkey')).mode & 0o777).toBe(0o600);
    const other = wallet(folder.path);
    expect(other.isEncrypted('coldkey')).toBe(true);
    expect(other.coldkeyAddress()).toBe(COLD);
    expect(await failure(() => other.unlockColdkey())).toMatchObject({ code: 'key_encrypted', data: { format: form } });
    for (const wrong of ['conformance-pw-1!', `${PASSWORD}\n`, PASSWORD.slice(0, -1), '']) {
      const error = await failure(() => other.unlockColdkey({ password: source(wrong) }));
      expect(error).toMatchObject({ code: 'wrong_password' });
      if (wrong !== '') expect(JSON.stringify([error.message, error.data])).not.toContain(JSON.stringify(wrong));
    }
    const opened = await other.unlockColdkey({ password: source() });
    expect(opened.exportSecrets()).toEqual(cold.exportSecrets());
  });

  it('is asked for once per wallet object, and the bytes of the password are overwritten', async () => {
    using folder = temporaryFolder();
    await wallet(folder.path).createHotkey('h', { keypair: cold, encrypt: { form, password: password() } });
    const other = wallet(folder.path);
    const secret = password();
    const ask = vi.fn(async () => secret);
    const opened = await other.unlockHotkey('h', { password: ask });
    expect(await other.unlockHotkey('h', { password: ask })).toBe(opened);
    expect(ask).toHaveBeenCalledTimes(1);
    expect(secret.every(byte => byte === 0)).toBe(true);
    const wrong = Buffer.from('some other word');
    await failure(() => wallet(folder.path).unlockHotkey('h', { password: async () => wrong }));
    expect(wrong.every(byte => byte === 0)).toBe(true);
  });

  it('is never the same file twice', async () => {
    using folder = temporaryFolder();
    for (const name of ['a', 'b']) {
      await wallet(folder.path, name).createColdkey({ keypair: cold, encrypt: { form, password: password() } });
    }
    const [a, b] = ['a', 'b'].map(name => readFileSync(join(folder.path, name, 'coldkey')));
    const common = [...a!].filter((byte, i) => byte === b![i]).length;
    expect(common).toBeLessThan(40);
  });

  it('comes back from any password of letters of the world', async () => {
    const words = fc.string({ unit: 'grapheme', minLength: 12, maxLength: 40 }).filter(text => new Set(text).size > 9);
    await fc.assert(
      fc.asyncProperty(words, async text => {
        fc.pre(!/\p{Cc}|\p{Cs}/u.test(text));
        using folder = temporaryFolder();
        await wallet(folder.path).createColdkey({ keypair: cold, encrypt: { form, password: password(text) } });
        const opened = await wallet(folder.path).unlockColdkey({ password: source(text) });
        expect(opened.address).toBe(COLD);
      }),
      { seed: 31, numRuns: 25 },
    );
  });

  it('is not made with a weak password, and nothing is written then', async () => {
    using folder = temporaryFolder();
    for (const weak of ['', '\n', 'abc', 'password', 'aaaaaaaaaa']) {
      const encrypt = { form, password: password(weak) };
      const made = [
        () => wallet(folder.path).createColdkey({ encrypt }),
        () => wallet(folder.path).createHotkey('h', { encrypt, overwrite: true }),
      ];
      for (const make of made) expect(await failure(make)).toMatchObject({ code: 'weak_password' });
    }
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('refuses to take the place of another before anything is computed', async () => {
    using folder = temporaryFolder();
    await wallet(folder.path).createColdkey({ keypair: cold });
    const before = treeOf(folder.path);
    const encrypt = { form, password: password() };
    expect(await failure(() => openWallet({ path: folder.path, name: 'w' }).createColdkey({ encrypt }))).toMatchObject({
      code: 'wallet_exists',
    });
    expect(treeOf(folder.path)).toEqual(before);
  });
});

describe('encrypting anew', () => {
  it('goes from any form to any other, and the key stays the same', async () => {
    using folder = temporaryFolder();
    const key = wallet(folder.path);
    const keypair = keypairFromUri('//Alice');
    await key.createHotkey('h', { keypair });
    const turns: ['none' | 'nacl' | 'strong', string][] = [
      ['nacl', 'a first password'],
      ['strong', 'a second password'],
      ['strong', 'the third password'],
      ['nacl', 'the third password'],
      ['none', ''],
      ['none', ''],
      ['strong', 'one last password'],
    ];
    let now = '';
    for (const [form, next] of turns) {
      const ask = source(now);
      const to = form === 'none' ? form : { form, password: password(next) };
      await wallet(folder.path).reencrypt({ hotkey: 'h' }, { from: ask, to });
      expect(ask).toHaveBeenCalledTimes(now === '' ? 0 : 1);
      now = next;
      const other = wallet(folder.path);
      expect(other.describe().hotkeys[0]).toMatchObject({
        form: form === 'none' ? 'json' : form,
        encrypted: form !== 'none',
      });
      const opened = await other.unlockHotkey('h', { password: source(now) });
      expect(opened.exportSecrets()).toEqual(keypair.exportSecrets());
      expect(other.hotkeyAddress('h')).toBe(ALICE);
    }
    expect(readdirSync(join(folder.path, 'w/hotkeys')).sort()).toEqual(['h', 'hpub.txt']);
  });

  it.each([
    ['an Ansible vault', 'legacy_ansible_coldkey'],
    ['a Fernet token', 'legacy_fernet_coldkey'],
  ])('takes %s of the first years to a form of today', async (_, name) => {
    using folder = temporaryFolder();
    const key = walletWith({ path: folder.path, name: 'w' }, { ...CHEAP, fernetRounds: 10_000_000 });
    key.writeColdkeyPublic(cold.publicKey);
    writeFileSync(join(key.folder, 'coldkey'), readFileSync(join(VECTORS, 'legacy', name)), { mode: 0o600 });
    await key.reencrypt('coldkey', { from: source(), to: { form: 'strong', password: password('a new password') } });
    expect(key.describe().coldkey).toMatchObject({ form: 'strong', address: COLD, warnings: [] });
    const opened = await wallet(folder.path).unlockColdkey({ password: source('a new password') });
    expect(opened.exportSecrets().mnemonic).toBe(M12);
  });

  it('leaves the file as it is when the password is wrong, the new one weak, or another program changes it meanwhile', async () => {
    using folder = temporaryFolder();
    const key = wallet(folder.path);
    await key.createColdkey({ keypair: cold, encrypt: { form: 'nacl', password: password() } });
    const path = join(key.folder, 'coldkey');
    const before = readFileSync(path);
    const strong = (text: string) => ({ form: 'strong', password: password(text) }) as const;
    const attempts: [code: string, work: () => Promise<void>][] = [
      [
        'wrong_password',
        () => key.reencrypt('coldkey', { from: source('no, not this'), to: strong('a new password') }),
      ],
      ['key_encrypted', () => key.reencrypt('coldkey', { to: strong('a new password') })],
      ['weak_password', () => key.reencrypt('coldkey', { from: source(), to: strong('123456') })],
      ['weak_password', () => key.reencrypt('coldkey', { from: source(), to: strong('') })],
      ['wallet_not_found', () => key.reencrypt({ hotkey: 'none' }, { from: source(), to: 'none' })],
    ];
    for (const [code, work] of attempts) expect(await failure(work)).toMatchObject({ code });
    const meanwhile = async () => {
      writeFileSync(path, before.subarray(0, 100));
      return Uint8Array.from(password());
    };
    const error = await failure(() => key.reencrypt('coldkey', { from: meanwhile, to: 'none' }));
    expect(error.code).toBe('wallet_exists');
    expect(readFileSync(path)).toEqual(before.subarray(0, 100));
    expect(readdirSync(key.folder).sort()).toEqual(['coldkey', 'coldkeypub.txt']);
  });
});

describe('the cost of a guess', () => {
  it('cannot be lowered from outside: what cheap derivations wrote, nothing public opens', async () => {
    using folder = temporaryFolder();
    for (const form of FORMS) {
      const cheap = wallet(folder.path, form);
      await cheap.createColdkey({ keypair: cold, encrypt: { form, password: password() } });
      const open = openKeypair as (...args: unknown[]) => Promise<unknown>;
      const error = await failure(() => open(cheap.keyFile('coldkey'), { password: source(), costs: CHEAP }, CHEAP));
      expect(error.code).toBe(form === 'nacl' ? 'wrong_password' : 'bad_key_file');
      if (form === 'strong') expect(error.message).toMatch(/its memory in KiB is 8, not from 65536 to 2097152/);
    }
    expect(Object.keys(everything).filter(name => /cost|cheap|With|KeyFile$/i.test(name))).toEqual([]);
  });
});

describe('a key file behind a link', () => {
  it('is re-encrypted where it is, so that no copy in the old form stays', async () => {
    using folder = temporaryFolder();
    const key = wallet(folder.path);
    await key.createColdkey({ keypair: cold });
    const elsewhere = join(folder.path, 'stick');
    renameSync(key.keyFile('coldkey'), elsewhere);
    symlinkSync(elsewhere, key.keyFile('coldkey'));
    await key.reencrypt('coldkey', { to: { form: 'nacl', password: password() } });
    expect(lstatSync(key.keyFile('coldkey')).isSymbolicLink()).toBe(true);
    expect(readFileSync(elsewhere, 'latin1')).toMatch(/^\$NACL/);
    expect((await wallet(folder.path).unlockColdkey({ password: source() })).address).toBe(COLD);
  });
});

describe('the public file', () => {
  it('that is missing is there again once the key was opened', async () => {
    using folder = temporaryFolder();
    const key = wallet(folder.path);
    await key.createColdkey({ keypair: cold, encrypt: { form: 'nacl', password: password() } });
    rmSync(join(key.folder, 'coldkeypub.txt'));
    expect(await failure(() => key.coldkeyAddress())).toMatchObject({ code: 'key_encrypted' });
    expect(key.describe().coldkey?.warnings.join()).toMatch(/coldkeypub.txt is missing/);
    await wallet(folder.path).unlockColdkey({ password: source() });
    expect(key.coldkeyAddress()).toBe(COLD);
  });

  it('that names another key keeps the key shut, and says what to do', async () => {
    using folder = temporaryFolder();
    const key = wallet(folder.path);
    await key.createColdkey({ keypair: cold, encrypt: { form: 'nacl', password: password() } });
    await wallet(folder.path, 'x').createColdkey({ keypair: keypairFromMnemonic(M24) });
    writeFileSync(join(key.folder, 'coldkeypub.txt'), readFileSync(join(folder.path, 'x/coldkeypub.txt')));
    const error = await failure(() => wallet(folder.path).unlockColdkey({ password: source() }));
    expect(error.code).toBe('bad_key_file');
    expect(error.message).toMatch(new RegExp(`it names ${HOT}, but the key in .*coldkey is ${COLD}; .* remove`));
  });

  it('can be all there is', async () => {
    using folder = temporaryFolder();
    const key = wallet(folder.path);
    key.writeColdkeyPublic(cold.publicKey);
    key.writeHotkeyPublic('far', keypairFromUri('//Alice').publicKey);
    expect(key.coldkeyAddress()).toBe(COLD);
    expect(key.hasColdkey()).toBe(false);
    expect(await failure(() => key.unlockColdkey())).toMatchObject({ code: 'wallet_not_found' });
    expect(key.describe()).toMatchObject({
      coldkey: { form: 'none', encrypted: false, address: COLD, warnings: [] },
      hotkeys: [{ name: 'far', form: 'none', address: ALICE, endorsement: 'absent' }],
    });
    const other = keypairFromMnemonic(M24).publicKey;
    expect(await failure(() => key.writeColdkeyPublic(other))).toMatchObject({ code: 'wallet_exists' });
    key.writeColdkeyPublic(other, { overwrite: true });
    expect(key.coldkeyAddress()).toBe(HOT);
  });

  it('cannot be made to contradict a private one that is open to see', async () => {
    using folder = temporaryFolder();
    const key = wallet(folder.path);
    await key.createColdkey({ keypair: cold });
    for (const overwrite of [false, true]) {
      const write = () => key.writeColdkeyPublic(keypairFromMnemonic(M24).publicKey, { overwrite });
      expect(await failure(write)).toMatchObject({ code: 'wallet_exists' });
    }
    expect(key.coldkeyAddress()).toBe(COLD);
  });
});

describe('what is said of a wallet', () => {
  it('names files and folders that others may get at, and what interrupted writes left', async () => {
    using folder = temporaryFolder();
    const key = wallet(folder.path);
    await key.createColdkey({ keypair: cold });
    await key.createHotkey('h');
    expect(key.describe().warnings).toEqual([]);
    expect(key.describe().coldkey?.warnings).toEqual([]);
    chmodSync(join(key.folder, 'coldkey'), 0o644);
    chmodSync(join(key.folder, 'hotkeys'), 0o755);
    writeFileSync(join(key.folder, 'coldkey.0a1b2c3d.new'), 'x');
    const { coldkey, warnings } = key.describe();
    expect(coldkey?.warnings).toEqual([expect.stringMatching(/coldkey has mode 0644, .*chmod 600/)]);
    expect(warnings).toEqual([
      expect.stringMatching(/hotkeys has mode 0755, .*chmod 700/),
      expect.stringMatching(/coldkey\.0a1b2c3d\.new is what an interrupted write left/),
    ]);
  });

  it('is said of damaged files too, and of no wallet at all', async () => {
    using folder = temporaryFolder();
    const key = wallet(folder.path);
    expect(key.describe()).toEqual({ name: 'w', folder: key.folder, coldkey: undefined, hotkeys: [], warnings: [] });
    await key.createColdkey({ keypair: cold });
    await key.createHotkey('h');
    writeFileSync(
      join(key.folder, 'coldkey'),
      'neither this nor that, and longer than a public key would be'.repeat(9),
    );
    writeFileSync(join(key.folder, 'hotkeys/h'), '{"secretPhrase":"abandon"}');
    const { coldkey, hotkeys } = key.describe();
    expect(coldkey).toMatchObject({ form: 'unknown', encrypted: false, address: COLD });
    expect(hotkeys[0]).toMatchObject({ form: 'json' });
    expect(hotkeys[0]?.warnings.join()).toMatch(/secretPhrase cannot be read/);
    expect(JSON.stringify(key.describe())).not.toContain('abandon');
  });

  it('holds no secret', async () => {
    const text = JSON.stringify(wallet(VECTORS, 'plain12').describe());
    expect(text).toContain(COLD);
    expect(text).not.toMatch(/abandon|2ec306|4ed8d4|sausage/);
  });

  it('old drafts go with the next write, young ones may be another’s', async () => {
    using folder = temporaryFolder();
    const key = wallet(folder.path);
    await key.createColdkey({ keypair: cold });
    const [old, young] = ['11111111', '22222222'].map(hex => join(key.folder, `coldkey.${hex}.new`)) as [
      string,
      string,
    ];
    for (const path of [old, young]) writeFileSync(path, 'x');
    const anHourAgo = new Date(Date.now() - 3_600_000);
    utimesSync(old, anHourAgo, anHourAgo);
    await key.reencrypt('coldkey', { to: { form: 'nacl', password: password() } });
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  });
});
