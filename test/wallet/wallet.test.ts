import { fork } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  defaultWalletsPath,
  keypairFromMnemonic,
  keypairFromUri,
  openWallet,
  walletNames,
} from '../../src/wallet/index.js';
import { COLD, failure, HOT, M12, M24, temporaryFolder, VECTORS } from './helpers.js';

describe('wallet', () => {
  it('opens what the official wallet wrote', async () => {
    const wallet = openWallet({ path: VECTORS, name: 'plain12' });
    expect(wallet.coldkeyAddress()).toBe(COLD);
    expect(wallet.hotkeyNames()).toEqual(['default']);
    expect(wallet.hotkeyAddress('default')).toBe(HOT);
    expect((await wallet.unlockColdkey()).address).toBe(COLD);
    expect((await wallet.unlockHotkey('default')).address).toBe(HOT);
  });

  it('knows the address of an encrypted coldkey without its password', async () => {
    const wallet = openWallet({ path: VECTORS, name: 'enc12' });
    expect(wallet.coldkeyAddress()).toBe(COLD);
    expect(await failure(() => wallet.unlockColdkey())).toMatchObject({ code: 'key_encrypted' });
  });

  it('is in the home folder by default', () => {
    expect(defaultWalletsPath()).toBe(join(homedir(), '.bittensor', 'wallets'));
    expect(openWallet({ name: 'w' }).folder).toBe(join(homedir(), '.bittensor', 'wallets', 'w'));
  });

  it('makes the official layout, readable by the owner only', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'wallets');
    const wallet = openWallet({ path, name: 'mine' });
    expect([wallet.hasColdkey(), wallet.hasHotkey('default'), wallet.hotkeyNames()]).toEqual([false, false, []]);
    const coldkey = await wallet.createColdkey({ words: 24 });
    const hotkey = await wallet.createHotkey('default', { keypair: keypairFromMnemonic(M24) });
    await wallet.createHotkey('another');
    expect(coldkey.exportSecrets().mnemonic?.split(' ')).toHaveLength(24);
    expect(hotkey.address).toBe(HOT);
    expect(readdirSync(wallet.folder).sort()).toEqual(['coldkey', 'coldkeypub.txt', 'hotkeys']);
    expect(readdirSync(join(wallet.folder, 'hotkeys')).sort()).toEqual(
      ['another', 'anotherpub.txt', 'default', 'defaultpub.txt'].sort(),
    );
    for (const name of ['.', 'coldkey', 'coldkeypub.txt', 'hotkeys', 'hotkeys/default', 'hotkeys/defaultpub.txt']) {
      const { mode } = statSync(join(wallet.folder, name));
      expect(mode & 0o777).toBe(name === '.' || name === 'hotkeys' ? 0o700 : 0o600);
    }
    const again = openWallet({ path, name: 'mine' });
    expect(again.coldkeyAddress()).toBe(coldkey.address);
    expect((await again.unlockColdkey()).exportSecrets()).toEqual(coldkey.exportSecrets());
    expect(again.hotkeyNames()).toEqual(['another', 'default']);
    expect(walletNames(path)).toEqual(['mine']);
    expect(walletNames(join(folder.path, 'none'))).toEqual([]);
  });

  it('never replaces a key unless it is told to', async () => {
    using folder = temporaryFolder();
    const wallet = openWallet({ path: folder.path, name: 'w' });
    await wallet.createColdkey({ keypair: keypairFromMnemonic(M12) });
    const before = readFileSync(join(wallet.folder, 'coldkey'));
    expect(await failure(() => wallet.createColdkey())).toMatchObject({ code: 'wallet_exists' });
    expect(readFileSync(join(wallet.folder, 'coldkey'))).toEqual(before);
    expect(wallet.coldkeyAddress()).toBe(COLD);
    const replaced = await wallet.createColdkey({ overwrite: true });
    expect(wallet.coldkeyAddress()).toBe(replaced.address);
    expect((await wallet.unlockColdkey()).address).toBe(replaced.address);
    expect(readdirSync(wallet.folder).sort()).toEqual(['coldkey', 'coldkeypub.txt', 'replaced']);
  });

  it('never replaces the public file of a key that is kept elsewhere', async () => {
    using folder = temporaryFolder();
    const wallet = openWallet({ path: folder.path, name: 'watch' });
    await wallet.createColdkey({ keypair: keypairFromMnemonic(M12) });
    rmSync(join(wallet.folder, 'coldkey'));
    expect(await failure(() => wallet.createColdkey())).toMatchObject({ code: 'wallet_exists' });
    expect(wallet.coldkeyAddress()).toBe(COLD);
    expect(wallet.hasColdkey()).toBe(false);
    await wallet.createColdkey({ keypair: keypairFromMnemonic(M12) });
    expect(wallet.hasColdkey()).toBe(true);
  });

  it('finds the address when the public file is missing, as in older wallets', async () => {
    using folder = temporaryFolder();
    const wallet = openWallet({ path: folder.path, name: 'w' });
    await wallet.createHotkey('h', { keypair: keypairFromUri('//Bob') });
    rmSync(join(wallet.folder, 'hotkeys', 'hpub.txt'));
    expect(wallet.hotkeyAddress('h')).toBe(keypairFromUri('//Bob').address);
    expect(await failure(() => wallet.hotkeyAddress('none'))).toMatchObject({ code: 'wallet_not_found' });
    expect(await failure(() => wallet.coldkeyAddress())).toMatchObject({ code: 'wallet_not_found' });
  });

  it('lists no drafts, folders or hidden files as hotkeys', async () => {
    using folder = temporaryFolder();
    const wallet = openWallet({ path: folder.path, name: 'w' });
    await wallet.createHotkey('real');
    const hotkeys = join(wallet.folder, 'hotkeys');
    for (const name of ['.DS_Store', 'x.0a1b2c3d.new', 'y.0a1b2c3d.tmp']) writeFileSync(join(hotkeys, name), '');
    mkdirSync(join(hotkeys, 'folder'));
    expect(wallet.hotkeyNames()).toEqual(['real']);
  });

  it('refuses names that leave its folder or look like its own files', async () => {
    using folder = temporaryFolder();
    const names = [
      '',
      '.',
      '..',
      '../x',
      'a/b',
      'a\\b',
      '/etc/passwd',
      'a\0b',
      'a\nb',
      ' a',
      'a ',
      '-a',
      'xpub.txt',
      'x'.repeat(300),
    ];
    const wallet = openWallet({ path: folder.path, name: 'w' });
    for (const name of names) {
      expect(await failure(() => openWallet({ path: folder.path, name }))).toMatchObject({ code: 'bad_wallet_name' });
      expect(await failure(() => wallet.createHotkey(name))).toMatchObject({ code: 'bad_wallet_name' });
      expect(await failure(() => wallet.unlockHotkey(name))).toMatchObject({ code: 'bad_wallet_name' });
    }
    for (const name of ['default-2', 'Émile', 'my wallet', 'a.b_c+d']) openWallet({ path: folder.path, name });
    expect(existsSync(wallet.folder)).toBe(false);
  });

  it('says what it cannot write, and leaves nothing half written', async () => {
    using folder = temporaryFolder();
    const wallet = openWallet({ path: folder.path, name: 'w' });
    mkdirSync(wallet.folder);
    writeFileSync(join(wallet.folder, 'hotkeys'), 'in the way');
    const error = await failure(() => wallet.createHotkey('default'));
    expect(error).toMatchObject({ code: 'disk' });
    expect(error.message).toContain(join(wallet.folder, 'hotkeys'));
    expect(readdirSync(wallet.folder)).toEqual(['hotkeys']);
  });

  it('is not called absent where nobody could look', () => {
    using folder = temporaryFolder();
    const loop = join(folder.path, 'loop');
    symlinkSync(loop, loop);
    expect(() => walletNames(loop)).toThrow('ELOOP');
    expect(walletNames(join(folder.path, 'nowhere'))).toEqual([]);
  });

  it('gives one winner when several processes make the same key at once', async () => {
    using folder = temporaryFolder();
    const script = join(folder.path, 'create.mjs');
    const module = new URL('../../dist/src/wallet/index.js', import.meta.url).href;
    writeFileSync(
      script,
      `import { openWallet } from '${module}';
       const wallet = openWallet({ path: process.argv[2], name: 'w' });
       process.send('ready');
       process.on('message', async () => {
         try { process.send({ made: (await wallet.createColdkey()).address }); }
         catch (error) { process.send({ code: error.code }); }
         process.disconnect();
       });`,
    );
    const children = Array.from({ length: 4 }, () => fork(script, [folder.path]));
    const next = (child: (typeof children)[number]) => new Promise(resolve => child.once('message', resolve));
    await Promise.all(children.map(next));
    const answers = (await Promise.all(
      children.map(child => {
        child.send('go');
        return next(child);
      }),
    )) as { made?: string; code?: string }[];
    const winners = answers.filter(answer => answer.made);
    expect(winners).toHaveLength(1);
    expect(answers.filter(answer => answer.code === 'wallet_exists')).toHaveLength(3);
    const wallet = openWallet({ path: folder.path, name: 'w' });
    expect((await wallet.unlockColdkey()).address).toBe(winners[0]!.made);
    expect(wallet.coldkeyAddress()).toBe(winners[0]!.made);
  });
});
