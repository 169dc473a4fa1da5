import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromHex, packagePath, toHex, utf8 } from '../../src/base/index.js';
import {
  type Keypair,
  keypairFromMnemonic,
  keypairFromSeed,
  keypairFromUri,
  openKeypair,
  openWallet,
  passwordEnvName,
  passwordFromEnv,
  passwordToEnv,
  ready,
  verify,
} from '../../src/wallet/index.js';
import { clientFolder } from './stage.js';

const OFFICIAL = 'bittensor-wallet-4.1.1';
const PASSWORD = 'Conformance-Pw-1!';
const MESSAGE = 'what both sides sign';
const M12 = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
const M24 = `${'legal winner thank year wave sausage worth useful '.repeat(2)}legal winner thank year wave sausage worth title`;
/** 32 bytes that are also text: what upstream cannot read back, see below. */
const TEXT_SEED = toHex(utf8('abcdefghijklmnopqrstuvwxyz012345'));

type Answer = Record<string, string> & { error?: string };
interface Key {
  about: string;
  kind: 'words' | 'seed' | 'uri';
  secret: string;
  keypair: () => Keypair;
}

const KEYS: readonly Key[] = [
  { about: '12 words', kind: 'words', secret: M12, keypair: () => keypairFromMnemonic(M12) },
  { about: '24 words', kind: 'words', secret: M24, keypair: () => keypairFromMnemonic(M24) },
  {
    about: 'a seed and no words',
    kind: 'seed',
    secret: `0x${'ff01'.repeat(16)}`,
    keypair: () => keypairFromSeed(`0x${'ff01'.repeat(16)}`),
  },
  { about: '//Alice', kind: 'uri', secret: '//Alice', keypair: () => keypairFromUri('//Alice') },
  { about: 'words and a path', kind: 'uri', secret: `${M12}//a//b`, keypair: () => keypairFromUri(`${M12}//a//b`) },
];

let path: string;
let pythonOf: (client: string) => Promise<string>;

/** Does jobs in a client's Python, all in one process; an answer with `error` is a failure unless it is expected. */
async function ask(jobs: readonly Record<string, unknown>[], client = OFFICIAL): Promise<Answer[]> {
  const python = await pythonOf(client);
  const script = packagePath('test/conformance/python/wallet.py');
  const env = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', HOME: path };
  const child = spawn(python, ['-B', script], { env, cwd: path, stdio: ['pipe', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', text => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', text => (stderr += text));
  const closed = new Promise(resolve => child.once('close', resolve));
  child.stdin.end(JSON.stringify(jobs));
  await closed;
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Answer[];
}

beforeAll(async () => {
  await ready();
  path = mkdtempSync(join(tmpdir(), 'bittensor-wallet-'));
  pythonOf = async client => join(await clientFolder(client), 'bin', 'python');
});
afterAll(() => rmSync(path, { recursive: true, force: true }));

const secret = async () => Buffer.from(PASSWORD);
const name = (...words: (string | number)[]) => words.join('-');

describe('what the official wallet 4.1.1 writes', () => {
  const cases = KEYS.flatMap((key, i) => [
    { ...key, i, which: 'coldkey', password: undefined },
    { ...key, i, which: 'hotkey', password: undefined },
    // Each costs seconds on both sides; what is inside does not depend on the key.
    ...(i % 2 === 0 ? [{ ...key, i, which: 'coldkey', password: PASSWORD }] : []),
  ]);

  it('is read by us: 12 and 24 words, seeds, secret URIs, encrypted and not', { timeout: 600_000 }, async () => {
    const jobs = cases.map(({ kind, secret, which, password, i }, n) => {
      return { do: 'write', path, wallet: name('theirs', n, i), hotkey: 'hot-key.1', which, kind, secret, password };
    });
    const written = await ask(jobs);
    for (const [n, { keypair, which, password, about }] of cases.entries()) {
      expect(written[n]!.error, about).toBeUndefined();
      const wallet = openWallet({ path, name: jobs[n]!.wallet });
      const options = { password: secret };
      const opened = await (which === 'coldkey'
        ? wallet.unlockColdkey(options)
        : wallet.unlockHotkey('hot-key.1', options));
      expect(wallet.isEncrypted(which === 'coldkey' ? 'coldkey' : { hotkey: 'hot-key.1' })).toBe(
        password !== undefined,
      );
      const [ours, theirs] = [keypair().exportSecrets(), opened.exportSecrets()];
      expect(opened.address, about).toBe(written[n]!['address']);
      expect(theirs.privateKey).toEqual(ours.privateKey);
      expect(theirs.mnemonic).toBe(ours.mnemonic);
      expect(theirs.seed).toEqual(ours.seed);
      expect(which === 'coldkey' ? wallet.coldkeyAddress() : wallet.hotkeyAddress('hot-key.1')).toBe(opened.address);
    }
  });

  it('is read by us although it cannot read it itself: a seed whose bytes are text', { timeout: 120_000 }, async () => {
    const keypair = keypairFromSeed(TEXT_SEED);
    const job = { path, wallet: 'raw', which: 'coldkey', kind: 'seed', secret: TEXT_SEED };
    const [written, reread] = await ask([
      { ...job, do: 'write' },
      { ...job, do: 'read', message: MESSAGE },
    ]);
    expect(written!['address']).toBe(keypair.address);
    expect(reread!.error).toBeDefined();
    const opened = await openWallet({ path, name: 'raw' }).unlockColdkey();
    expect(opened.exportSecrets()).toEqual(keypair.exportSecrets());
    // Written anew by us, it can be read again.
    await openWallet({ path, name: 'raw' }).reencrypt('coldkey', { to: 'none' });
    const [mended] = await ask([{ ...job, do: 'read', message: MESSAGE }]);
    expect(mended!['address']).toBe(keypair.address);
  });

  it('can be an Ansible vault, which we read', { timeout: 120_000 }, async () => {
    const content = readFileSync(packagePath('test/vectors/wallets/plain12/coldkey'), 'utf8');
    const [vault] = await ask([{ do: 'ansible', content, password: PASSWORD }]);
    const file = join(path, 'vault');
    writeFileSync(file, Buffer.from(vault!['file']!, 'base64'));
    const opened = await openKeypair(file, { password: secret });
    expect(opened.address).toBe(keypairFromMnemonic(M12).address);
  });
});

describe('what we write', () => {
  it('is read by the official wallet 4.1.1 and by bittensor 11.3', { timeout: 600_000 }, async () => {
    const cases = KEYS.flatMap((key, i) => [
      { ...key, i, which: 'coldkey' as const, encrypted: false },
      { ...key, i, which: 'hotkey' as const, encrypted: false },
      ...(i % 2 === 1 || i === 0 ? [{ ...key, i, which: 'coldkey' as const, encrypted: true }] : []),
    ]);
    const jobs = [];
    for (const [n, { keypair, which, encrypted }] of cases.entries()) {
      const wallet = openWallet({ path, name: name('ours', n) });
      const encrypt = encrypted ? { form: 'nacl' as const, password: await secret() } : undefined;
      const options = { keypair: keypair(), encrypt };
      await (which === 'coldkey' ? wallet.createColdkey(options) : wallet.createHotkey('hot-key.1', options));
      const password = encrypted ? PASSWORD : undefined;
      jobs.push({ do: 'read', path, wallet: wallet.name, hotkey: 'hot-key.1', which, password, message: MESSAGE });
    }
    const [classic, eleven] = [
      await ask(jobs),
      await ask(
        jobs.map(job => ({ ...job, do: 'read_sdk11' })),
        'bittensor-11.3.0',
      ),
    ];
    for (const [n, { keypair, about }] of cases.entries()) {
      expect(classic[n]!.error, about).toBeUndefined();
      const { address, publicKey } = keypair();
      expect(classic[n]!['address'], about).toBe(address);
      expect(eleven[n], about).toEqual({ address });
      expect(verify(publicKey, utf8(MESSAGE), fromHex(classic[n]!['signature']!))).toBe(true);
    }
    const alice = keypairFromUri('//Alice');
    const signature = toHex(alice.sign(utf8(MESSAGE)));
    const [verified] = await ask([{ do: 'verify', address: alice.address, message: MESSAGE, signature }]);
    expect(verified).toEqual({ valid: true });
  });

  it('in the strong form is refused by the official wallet, and opened by docs/wallet.md alone', {
    timeout: 120_000,
  }, async () => {
    const wallet = openWallet({ path, name: 'strong' });
    const keypair = await wallet.createColdkey({ encrypt: { form: 'strong', password: await secret() } });
    const file = readFileSync(wallet.keyFile('coldkey')).toString('base64');
    const job = { path, wallet: 'strong', which: 'coldkey', password: PASSWORD, message: MESSAGE };
    const [refused, opened] = await ask([
      { ...job, do: 'read' },
      { do: 'strong', file, password: PASSWORD },
    ]);
    expect(refused!.error).toBeDefined();
    expect(opened).toMatchObject({ memory: 512 * 1024, passes: 8 });
    expect(JSON.parse(opened!['content']!)).toMatchObject({
      ss58Address: keypair.address,
      secretPhrase: keypair.exportSecrets().mnemonic,
    });
  });

  it('beside hotkeys is not taken for a hotkey by btcli 9.23 and 11.3', { timeout: 120_000 }, async () => {
    const wallet = openWallet({ path, name: 'listed' });
    const coldkey = await wallet.createColdkey();
    await wallet.createHotkey('first', { endorseWith: coldkey });
    await wallet.createHotkey('second-2', { endorseWith: coldkey });
    wallet.writeHotkeyPublic('elsewhere', keypairFromUri('//Bob').publicKey);
    expect(wallet.describe().hotkeys.map(({ endorsement }) => endorsement)).toEqual(['absent', 'valid', 'valid']);
    const job = { path, wallet: 'listed' };
    const [cli] = await ask([{ ...job, do: 'hotkeys_cli' }], 'bittensor-cli-9.23.2');
    expect(cli).toEqual({ names: ['elsewhere', 'first', 'second-2'] });
    const [eleven] = await ask([{ ...job, do: 'hotkeys_sdk11' }], 'bittensor-11.3.0');
    expect(eleven).toEqual({ names: ['first', 'second-2'] });
  });
});

describe('a password in the official variable', () => {
  it('is written and read alike on both sides, for names with hyphens and dots too', { timeout: 300_000 }, async () => {
    const wallet = openWallet({ path, name: 'env-wallet.2' });
    const keypair = await wallet.createColdkey({ encrypt: { form: 'nacl', password: await secret() } });
    const file = wallet.keyFile('coldkey');
    const job = { path, wallet: 'env-wallet.2', which: 'coldkey', message: MESSAGE };
    const [theirs] = await ask([{ ...job, do: 'env', password: PASSWORD }]);
    expect(theirs).toEqual({ name: passwordEnvName(file), value: passwordToEnv(file, Buffer.from(PASSWORD)) });
    const found = passwordFromEnv(file, { [theirs!['name']!]: theirs!['value'] });
    expect(Buffer.from(found!).toString()).toBe(PASSWORD);
    const [opened] = await ask([{ ...job, do: 'read', env: { [passwordEnvName(file)]: theirs!['value'] } }]);
    expect(opened!['address']).toBe(keypair.address);
  });
});

describe('a Fernet token', () => {
  it('of Python’s cryptography is opened and taken to the official form', { timeout: 300_000 }, async () => {
    const content = readFileSync(packagePath('test/vectors/wallets/plain12/coldkey'), 'utf8');
    const [token] = await ask([{ do: 'fernet', content, password: PASSWORD }]);
    const wallet = openWallet({ path, name: 'fernet' });
    const keypair = keypairFromMnemonic(M12);
    wallet.writeColdkeyPublic(keypair.publicKey);
    mkdirSync(wallet.folder, { recursive: true });
    writeFileSync(wallet.keyFile('coldkey'), Buffer.from(token!['file']!, 'base64'), { mode: 0o600 });
    expect(wallet.describe().coldkey).toMatchObject({ form: 'fernet', address: keypair.address });
    await wallet.reencrypt('coldkey', { from: secret, to: { form: 'nacl', password: await secret() } });
    const job = { path, wallet: 'fernet', which: 'coldkey', password: PASSWORD, message: MESSAGE };
    const [opened] = await ask([{ ...job, do: 'read' }]);
    expect(opened!['address']).toBe(keypair.address);
  });
});
