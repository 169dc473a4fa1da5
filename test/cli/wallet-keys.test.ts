import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { packagePath, toHex } from '../../src/base/index.js';
import {
  keypairFromMnemonic,
  keypairFromUri,
  openWallet,
  passwordEnvName,
  passwordToEnv,
} from '../../src/wallet/index.js';
import { TestConsole } from '../helpers/console.js';

vi.mock('../../src/wallet/keyfile/costs.js', () => import('../helpers/cheap-costs.js'));

const WORDS = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
const ADDRESS = '5EPCUjPxiHAcNooYipQFWr9NmmXJKpNG5RhcntXwbtUySrgH';
const SEED = '0x4ed8d4b17698ddeaa1f1559f152f87b5d472f725ca86d341bd0276f1b61197e2';
const PASSWORD = 'Correct-Horse-7';
const OTHER = 'Battery-Staple-9';
const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
const VECTORS = packagePath('test/vectors/wallets');

let shell: TestConsole;
beforeEach(() => {
  shell = new TestConsole();
});
afterEach(() => {
  // What no command may say unless --reveal_mnemonic asks for it; see `secretly`.
  for (const secret of [WORDS, SEED, SEED.slice(2), PASSWORD, OTHER]) expect(shell.everything).not.toContain(secret);
  shell[Symbol.dispose]();
});

const file = (name: string, text: string): string => {
  const path = join(shell.folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};
const keyPath = (...names: string[]) => join(shell.wallets, ...names);
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
const make = (wallet: string, ...more: string[]) =>
  shell.run(['wallet', 'create', '--wallet.name', wallet, '--no_password', ...more]);

/** A run that may say secrets. */
async function secretly<T>(work: () => Promise<T>): Promise<T> {
  const before = shell.everything;
  const result = await work();
  shell.everything = before;
  return result;
}

describe('wallet create, new-coldkey and new-hotkey', () => {
  it('make a wallet: an encrypted coldkey, a plain hotkey that it endorses, and no word of either on the way', async () => {
    const password = file('password', `${PASSWORD}\n`);
    const { code, json: made } = await shell.json([
      'wallet',
      'create',
      '--wallet.name',
      'mine',
      '--password-file',
      password,
    ]);
    expect(code).toBe(0);
    expect(made).toMatchObject({
      wallet: 'mine',
      coldkey: { encryption: 'nacl', path: keyPath('mine', 'coldkey') },
      hotkey: { name: 'default', encryption: null, endorsed: true },
    });
    const cold = readFileSync(keyPath('mine', 'coldkey'));
    expect(cold.subarray(0, 5).toString()).toBe('$NACL');
    const hot = json(keyPath('mine', 'hotkeys', 'default'));
    expect(hot).toMatchObject({ ss58Address: (made['hotkey'] as { address: string }).address });
    expect(shell.everything).not.toContain(String(hot['secretPhrase']));
    expect(shell.everything).not.toContain(String(hot['secretSeed']).slice(2));
    const opened = await openWallet({ name: 'mine', path: shell.wallets }).unlockColdkey({
      password: async () => new TextEncoder().encode(PASSWORD),
    });
    expect(opened.address).toBe((made['coldkey'] as { address: string }).address);
    expect(shell.everything).not.toContain(opened.exportSecrets().mnemonic);
    const { json: inspected } = await shell.json(['wallet', 'inspect', '--wallet.name', 'mine']);
    expect(inspected).toMatchObject({
      wallets: [
        { coldkey: { form: 'nacl', encrypted: true, warnings: [] }, hotkeys: [{ endorsement: 'valid', warnings: [] }] },
      ],
    });
  });

  it('show new words once to who sits at a terminal, on stderr, after asking for the password twice', async () => {
    const said = await secretly(() =>
      shell.run(['wallet', 'new_coldkey', '--wallet_name', 'typed'], {
        answers: [
          { to: /password/i, type: PASSWORD },
          { to: /again/, type: PASSWORD },
        ],
      }),
    );
    expect(said.code).toBe(0);
    const { mnemonic } = (
      await openWallet({ name: 'typed', path: shell.wallets }).unlockColdkey({
        password: async () => new TextEncoder().encode(PASSWORD),
      })
    ).exportSecrets();
    expect(said.err.split(mnemonic!)).toHaveLength(2);
    expect(said.err).toMatch(/write these words down/i);
    expect(said.out).not.toContain(mnemonic);
    expect(said.out + said.err).not.toContain(PASSWORD);
  });

  it('keep words of any length, under every name that the documents know', async () => {
    const names = [
      ['new_coldkey', 12],
      ['new-coldkey', 15],
      ['wallet new_coldkey', 18],
      ['wallet new-coldkey', 21],
      ['w new-coldkey', 24],
    ] as const;
    for (const [name, words] of names) {
      const wallet = `w${words}`;
      const flags = ['--wallet.name', wallet, '--n_words', String(words), '--no_password'];
      expect(await shell.run([...name.split(' '), ...flags])).toMatchObject({ code: 0 });
      expect(String(json(keyPath(wallet, 'coldkey'))['secretPhrase']).split(' ')).toHaveLength(words);
      const hotkey = [...name.replace('coldkey', 'hotkey').split(' '), ...flags.slice(0, 4), '--wallet.hotkey', 'x'];
      expect(await shell.json(hotkey)).toMatchObject({
        code: 0,
        json: { hotkey: 'x', endorsed: true, encryption: null },
      });
      expect(String(json(keyPath(wallet, 'hotkeys', 'x'))['secretPhrase']).split(' ')).toHaveLength(words);
    }
  });

  it('tell the words with --reveal_mnemonic, or write them to a new file of mode 0600', async () => {
    await secretly(async () => {
      const plain = await shell.run(['wallet', 'new-hotkey', '--reveal-mnemonic']);
      expect(plain.out).toContain(String(json(keyPath('default', 'hotkeys', 'default'))['secretPhrase']));
      const told = await shell.json(['wallet', 'new-hotkey', '--wallet.hotkey', 'b', '--reveal_mnemonic']);
      expect(told.json['mnemonic']).toBe(json(keyPath('default', 'hotkeys', 'b'))['secretPhrase']);
      const both = await shell.json(['wallet', 'create', '--wallet.name', 'b', '--no_password', '--reveal_mnemonic']);
      expect(keypairFromMnemonic((both.json['coldkey'] as { mnemonic: string }).mnemonic).address).toBe(
        (both.json['coldkey'] as { address: string }).address,
      );
    });
    const path = join(shell.folder, 'words.txt');
    expect((await shell.run(['wallet', 'new-hotkey', '--wallet.hotkey', 'c', '--mnemonic-out', path])).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(`${json(keyPath('default', 'hotkeys', 'c'))['secretPhrase']}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const again = await shell.json(['wallet', 'new-hotkey', '--wallet.hotkey', 'd', '--mnemonic_out', path]);
    expect(again).toMatchObject({ code: 1, json: { error: { code: 'file_exists' } } });
    expect(existsSync(keyPath('default', 'hotkeys', 'd'))).toBe(false);
    const nowhere = [
      'wallet',
      'new-hotkey',
      '--wallet.hotkey',
      'd',
      '--mnemonic_out',
      join(shell.folder, 'no', 'folder'),
    ];
    expect(await shell.json(nowhere)).toMatchObject({ code: 1, json: { error: { code: 'file_system' } } });
    expect(existsSync(keyPath('default', 'hotkeys', 'd'))).toBe(false);
  });

  it('leave the words of a coldkey that was made when the hotkey could not be', async () => {
    const path = join(shell.folder, 'words.txt');
    mkdirSync(keyPath('half'), { recursive: true });
    writeFileSync(keyPath('half', 'hotkeys'), 'in the way');
    expect((await make('half', '--mnemonic_out', path)).code).toBeGreaterThan(0);
    const words = String(json(keyPath('half', 'coldkey'))['secretPhrase']);
    expect(readFileSync(path, 'utf8')).toContain(words);
    expect(shell.everything).not.toContain(words);
  });

  it('name commands that a shell can be given, whatever a wallet is called', async () => {
    const name = "it's $(mine); x";
    const { err } = await shell.run(['wallet', 'new-hotkey', '--wallet.name', name]);
    expect(err).toContain(`--wallet.name 'it'\\''s $(mine); x' --wallet.hotkey default`);
  });

  it('say where the words are when nobody can be shown them', async () => {
    const { err } = await shell.run(['wallet', 'new-hotkey', '--wallet.name', 'mine', '--wallet.hotkey', 'h']);
    const again = /`bittensor-cli ([^`]*--reveal_mnemonic)`/.exec(err)![1]!;
    const words = json(keyPath('mine', 'hotkeys', 'h'))['secretPhrase'];
    const said = await secretly(() => shell.json(again.split(' ')));
    // Of the wallet's own variable: no coldkey is needed for the words of a hotkey.
    expect(said.json).toMatchObject({ mnemonic: words });
  });

  it('take the key of a URI', async () => {
    expect((await shell.json(['wallet', 'new-coldkey', '--uri', '//Alice', '--no_password'])).json).toMatchObject({
      address: ALICE,
    });
    expect((await shell.json(['wallet', 'new-hotkey', '--uri', 'Bob'])).json).toMatchObject({
      address: keypairFromUri('//Bob').address,
    });
    for (const more of [
      ['--uri', 'no//such uri'],
      ['--uri', '//Eve', '--mnemonic_out', join(shell.folder, 'w')],
    ]) {
      expect((await shell.run(['wallet', 'new-hotkey', '--wallet.hotkey', 'x', ...more])).code).toBeGreaterThan(1);
    }
    expect((await shell.json(['wallet', 'create', '--wallet.name', 'y', '--uri', '//Eve'])).code).toBe(2);
    expect(openWallet({ name: 'default', path: shell.wallets }).hotkeyNames()).toEqual(['default']);
  });

  it('write nothing without a password, a good one', async () => {
    const bad = ['', '\n', 'short', 'password', 'aaaaaaaaaaaa'].map((text, i) => [
      '--password-file',
      file(`p${i}`, text),
    ]);
    for (const flags of [[], ...bad, ['--password-file', join(shell.folder, 'none')], ['--no_prompt']]) {
      for (const verb of ['create', 'new-coldkey']) {
        const { code, json: said } = await shell.json(['wallet', verb, ...flags]);
        expect(said, flags.join(' ')).toMatchObject({ error: { exit: code } });
        expect([1, 5]).toContain(code);
      }
    }
    const hotkey = ['wallet', 'new-hotkey', '--use_password'];
    expect(await shell.json(hotkey)).toMatchObject({ code: 5, json: { error: { code: 'needs_password' } } });
    expect(existsSync(keyPath('default'))).toBe(false);
    expect(await shell.json(['wallet', 'new-coldkey', '--use_password', '--no_password'])).toMatchObject({ code: 2 });
  });

  it('refuse other numbers of words, names that are none, and arguments', async () => {
    for (const words of ['11', '13', '0', 'x', '12.0', '-12', '99999999999999999999']) {
      expect((await shell.json(['wallet', 'new-hotkey', '--n_words', words])).code).toBe(2);
    }
    for (const name of ['..', '../x', 'a/b', '.hidden', ' ', 'x\u0000y']) {
      expect((await shell.json(['wallet', 'new-hotkey', '--wallet.name', name])).code).toBeGreaterThan(1);
      expect((await shell.json(['wallet', 'new-hotkey', '--wallet.hotkey', name])).code).toBeGreaterThan(1);
    }
    expect((await shell.json(['wallet', 'new-hotkey', 'what'])).code).toBe(2);
    expect(existsSync(shell.wallets)).toBe(false);
  });
});

describe('a key that is there', () => {
  it('is not overwritten without --overwrite, by any command', async () => {
    await make('mine');
    const before = ['coldkey', 'coldkeypub.txt', 'hotkeys/default'].map(name =>
      readFileSync(keyPath('mine', name), 'utf8'),
    );
    const words = file('words', WORDS);
    for (const words_ of [
      ['create', '--no_password'],
      ['new-coldkey', '--no_password'],
      ['new-hotkey'],
      ['regen-coldkey', '--mnemonic_file', words, '--no_password'],
      ['regen-hotkey', '--mnemonic_file', words],
      ['regen-coldkeypub', '--address', ALICE],
    ]) {
      const { code, json: said } = await shell.json(['wallet', ...words_, '--wallet.name', 'mine']);
      expect(said, words_[0]).toMatchObject({ error: { exit: code } });
      expect([2, 5]).toContain(code);
    }
    const after = ['coldkey', 'coldkeypub.txt', 'hotkeys/default'].map(name =>
      readFileSync(keyPath('mine', name), 'utf8'),
    );
    expect(after).toEqual(before);
  });

  it('is kept beside the new one when it is replaced', async () => {
    await make('mine');
    const old = ['coldkey', 'hotkeys/default'].map(name => readFileSync(keyPath('mine', name), 'utf8'));
    const said = await shell.json(['wallet', 'create', '--wallet.name', 'mine', '--no_password', '--overwrite']);
    expect(said.code).toBe(0);
    const names = readdirSync(keyPath('mine', 'replaced')).sort();
    expect(names).toEqual([
      expect.stringMatching(/^coldkey\.\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{4}$/),
      expect.stringMatching(/^hotkey-default\.\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{4}$/),
    ]);
    expect(names.map(name => readFileSync(keyPath('mine', 'replaced', name), 'utf8'))).toEqual(old);
    for (const name of names) expect(statSync(keyPath('mine', 'replaced', name)).mode & 0o777).toBe(0o600);
    expect(statSync(keyPath('mine', 'replaced')).mode & 0o777).toBe(0o700);
    expect(readFileSync(keyPath('mine', 'coldkey'), 'utf8')).not.toBe(old[0]);
    expect((await shell.json(['wallet', 'list'])).json).toMatchObject({
      wallets: [{ name: 'mine', hotkeys: [{ name: 'default' }] }],
    });
  });

  it('is replaced with --overwrite; at a terminal its name is typed again', async () => {
    await make('mine');
    const flags = ['--wallet.name', 'mine', '--no_password', '--overwrite'];
    const first = json(keyPath('mine', 'coldkey'));
    const wrong = await shell.run(['wallet', 'new-coldkey', ...flags], { answers: [{ to: /\(mine\)/, type: 'mime' }] });
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('nothing was changed') });
    expect(json(keyPath('mine', 'coldkey'))).toEqual(first);
    const right = await secretly(() =>
      shell.run(['wallet', 'new-coldkey', ...flags], { answers: [{ to: /\(mine\)/, type: 'mine' }] }),
    );
    expect(right.code).toBe(0);
    const second = json(keyPath('mine', 'coldkey'));
    expect(second['ss58Address']).not.toBe(first['ss58Address']);
    expect(await shell.run(['wallet', 'new-coldkey', ...flags])).toMatchObject({ code: 0 });
    expect(json(keyPath('mine', 'coldkey'))['ss58Address']).not.toBe(second['ss58Address']);
    // The hotkey was endorsed by the first coldkey.
    const { json: inspected } = await shell.json(['inspect', '--wallet.name', 'mine']);
    expect(inspected).toMatchObject({ wallets: [{ hotkeys: [{ endorsement: 'bad' }] }] });
    expect((await shell.run(['wallet', 'endorse', '--wallet.name', 'mine'])).code).toBe(0);
    expect((await shell.json(['inspect', '--wallet.name', 'mine'])).json).toMatchObject({
      wallets: [{ hotkeys: [{ endorsement: 'valid' }] }],
    });
  });
});

describe('wallet regen-coldkey and regen-hotkey', () => {
  it('make the key again of words, a seed or an export, however they are given', async () => {
    const account = join(VECTORS, 'polkadot-js', 'account.json');
    const ways: string[][] = [
      ['--mnemonic_file', file('words', `  ${WORDS.toUpperCase()}\n`)],
      ['--seed_file', file('seed', `${SEED}\n`)],
      ['--seed-file', file('seed2', SEED.slice(2))],
      ['--json-file', account, '--json_password_file', file('p', 'Conformance-Pw-1!')],
      ['--mnemonic', WORDS],
      ['--mnemonic', ...WORDS.split(' ')],
      ['--seed', SEED],
    ];
    for (const [i, way] of ways.entries()) {
      for (const [verb, more] of [
        ['regen-coldkey', ['--no_password']],
        ['regen_hotkey', []],
      ] as const) {
        const said = await shell.json(['wallet', verb, '--wallet.name', `w${i}`, ...more, ...way]);
        expect(said, way.join(' ')).toMatchObject({ code: 0, json: { address: ADDRESS, encryption: null } });
        const isArgument = way[0] === '--mnemonic' || way[0] === '--seed';
        expect(/others|users/.test(said.err)).toBe(isArgument);
      }
    }
    for (const name of ['regen_coldkey', 'regen-coldkey']) {
      const said = await shell.run([name, '--wallet.name', name, '--no_password', '--mnemonic_file', ways[0]![1]!]);
      expect(said).toMatchObject({ code: 0, out: expect.stringContaining(ADDRESS) });
    }
  });

  it('give a wallet that was only watched its private half, and no other', async () => {
    const words = file('words', WORDS);
    await shell.run(['wallet', 'regen-coldkeypub', '--address', ADDRESS]);
    await shell.run(['wallet', 'regen-coldkeypub', '--wallet.name', 'other', '--address', ALICE]);
    const regen = ['wallet', 'regen-coldkey', '--no_password', '--mnemonic_file', words];
    expect(await shell.json(regen)).toMatchObject({ code: 0, json: { address: ADDRESS } });
    expect(await shell.json([...regen, '--wallet.name', 'other'])).toMatchObject({
      code: 5,
      json: { error: { code: 'wallet_exists' } },
    });
    expect(existsSync(keyPath('other', 'coldkey'))).toBe(false);
  });

  it('ask for the words, unseen, when none are given', async () => {
    const said = await shell.run(['regen-coldkey', '--no_password'], { answers: [{ to: /words/, type: WORDS }] });
    expect(said).toMatchObject({ code: 0, out: expect.stringContaining(ADDRESS) });
    const asked = await shell.run(
      ['wallet', 'regen-hotkey', '--json-file', join(VECTORS, 'polkadot-js', 'account.json')],
      {
        answers: [{ to: /Password of .*account\.json/, type: 'Conformance-Pw-1!' }],
      },
    );
    expect(asked).toMatchObject({ code: 0, out: expect.stringContaining(ADDRESS) });
    expect(await shell.json(['wallet', 'regen-hotkey', '--wallet.hotkey', 'x'])).toMatchObject({ code: 2 });
  });

  it('ask for mistyped words again, three times at most', async () => {
    const wrong = { to: /not shown/, type: `${WORDS} abandon` };
    const flags = ['regen-coldkey', '--no_password'];
    const said = await secretly(() => shell.run(flags, { answers: [wrong, wrong, { to: /not shown/, type: WORDS }] }));
    expect(said).toMatchObject({ code: 0, out: expect.stringContaining(ADDRESS) });
    expect(
      await secretly(() => shell.run([...flags, '--wallet.name', 'x'], { answers: [wrong, wrong, wrong] })),
    ).toMatchObject({
      code: 5,
    });
  });

  it('refuse what is no key, and do not repeat it', async () => {
    const twisted = `${WORDS.split(' ').slice(0, 11).join(' ')} abuot`;
    const bad: [string[], string][] = [
      [['--mnemonic_file', file('a', twisted)], 'bad_mnemonic'],
      [['--mnemonic_file', file('b', WORDS.split(' ').slice(0, 11).join(' '))], 'bad_mnemonic'],
      [['--mnemonic_file', file('c', `${WORDS} abandon`)], 'bad_mnemonic'],
      [['--mnemonic_file', file('d', '')], 'file_system'],
      [['--mnemonic_file', join(shell.folder, 'none')], 'file_system'],
      [['--mnemonic_file', shell.folder], 'file_system'],
      [['--seed_file', file('e', SEED.slice(0, -2))], 'bad_key'],
      [['--seed_file', file('f', WORDS)], 'bad_key'],
      [['--json-file', file('g', WORDS)], 'bad_key_file'],
      [
        ['--json-file', join(VECTORS, 'polkadot-js', 'account.json'), '--json_password_file', file('h', OTHER)],
        'wrong_password',
      ],
      [['--mnemonic_file', file('i', WORDS), '--seed', SEED], 'usage'],
      [['--mnemonic_file', file('j', WORDS), 'abandon'], 'usage'],
      [['--json_password_file', file('k', OTHER)], 'usage'],
      [['--seed', 'zz'], 'bad_key'],
      [[], 'usage'],
    ];
    for (const [flags, errorCode] of bad) {
      const said = await shell.json(['wallet', 'regen-coldkey', '--no_password', ...flags]);
      expect(said.json, flags.join(' ')).toMatchObject({ error: { code: errorCode, exit: said.code } });
    }
    expect(shell.everything).not.toContain('abuot');
    expect(existsSync(shell.wallets)).toBe(false);
  });
});

describe('wallet regen-coldkeypub', () => {
  it('keeps an address to watch', async () => {
    for (const [name, flag, value] of [
      ['a', '--address', ALICE],
      ['b', '--public_key', toHex(keypairFromUri('//Alice').publicKey)],
    ] as const) {
      expect(await shell.json(['regen_coldkeypub', '--wallet.name', name, flag, value])).toMatchObject({
        code: 0,
        json: { wallet: name, address: ALICE, path: keyPath(name, 'coldkeypub.txt') },
      });
      // The same again changes nothing.
      expect((await shell.run(['wallet', 'regen-coldkeypub', '--wallet.name', name, flag, value])).code).toBe(0);
    }
    expect((await shell.json(['list'])).json).toMatchObject({
      wallets: [{ name: 'a', coldkey: { address: ALICE }, watchOnly: true }, { name: 'b' }],
    });
    const other = ['wallet', 'regen-coldkeypub', '--wallet.name', 'a', '--address', ADDRESS];
    expect(await shell.json(other)).toMatchObject({ code: 5, json: { error: { code: 'wallet_exists' } } });
    expect(await shell.json([...other, '--overwrite'])).toMatchObject({ code: 0, json: { address: ADDRESS } });
    for (const flags of [
      [],
      ['--address', 'x'],
      ['--public_key', '0x00'],
      ['--address', ALICE, '--public_key', '0x00'],
    ]) {
      expect((await shell.json(['wallet', 'regen-coldkeypub', '--wallet.name', 'c', ...flags])).code).toBe(2);
    }
    // Signing needs the other half.
    expect(await shell.json(['wallet', 'sign', '--message', 'x', '--wallet.name', 'a'])).toMatchObject({ code: 5 });
  });
});

describe('wallet list and inspect', () => {
  it('show what is there, also what is broken', async () => {
    expect((await shell.json(['wallet', 'list'])).json).toEqual({ path: shell.wallets, wallets: [] });
    expect((await shell.run(['wallet', 'list'])).out).toContain('No wallets in');
    await make('one');
    await make('two');
    writeFileSync(keyPath('two', 'coldkeypub.txt'), 'rubbish');
    writeFileSync(keyPath('two', 'coldkey'), '{"a":');
    writeFileSync(keyPath('two', 'hotkeys', 'broken'), '{}');
    mkdirSync(keyPath('empty'));
    const { code, json: said } = await shell.json(['wallet', 'list']);
    expect(code).toBe(0);
    expect(said).toMatchObject({
      wallets: [
        { name: 'empty', coldkey: { address: null, problem: expect.stringContaining('no key file') }, hotkeys: [] },
        {
          name: 'one',
          coldkey: { address: expect.any(String), problem: null },
          hotkeys: [{ name: 'default', problem: null }],
        },
        {
          name: 'two',
          coldkey: { address: null, problem: expect.stringContaining('not a usable key file') },
          hotkeys: [
            { name: 'broken', address: null, problem: expect.any(String) },
            { name: 'default', address: expect.any(String) },
          ],
        },
      ],
    });
    const elsewhere = (await shell.json(['wallet', 'list', '--wallet.path=~/no wallets here'])).json;
    expect(elsewhere).toEqual({ path: join(homedir(), 'no wallets here'), wallets: [] });
    const plain = await shell.run(['list']);
    expect(plain).toMatchObject({ code: 0, out: expect.stringContaining('└── default') });
    const all = await shell.run(['inspect', '--all']);
    expect(all).toMatchObject({ code: 0, out: expect.stringContaining('not a usable key file') });
    expect(await shell.json(['wallet', 'inspect', '--wallet.name', 'none'])).toMatchObject({
      code: 5,
      json: { error: { code: 'wallet_not_found' } },
    });
  });

  it('warn of files that others may read, and say how old forms are renewed', async () => {
    await make('mine');
    chmodSync(keyPath('mine', 'coldkey'), 0o644);
    chmodSync(keyPath('mine'), 0o755);
    writeFileSync(keyPath('mine', 'hotkeys', 'old'), readFileSync(join(VECTORS, 'legacy', 'legacy_ansible_coldkey')), {
      mode: 0o600,
    });
    const { json: said } = await shell.json(['inspect', '--wallet.name', 'mine']);
    const [wallet] = said['wallets'] as [
      {
        coldkey: { warnings: string[] };
        warnings: string[];
        hotkeys: { name: string; form: string; warnings: string[] }[];
      },
    ];
    expect(wallet.coldkey.warnings.join()).toMatch(/644|others|read/);
    expect(wallet.warnings.join()).toMatch(/755|others|read/);
    const old = wallet.hotkeys.find(({ name }) => name === 'old')!;
    expect(old.form).toBe('ansible');
    const again = /`bittensor-cli ([^`]*)`/.exec(old.warnings.join())![1]!;
    const password = ['--password-file', file('p', 'Conformance-Pw-1!')];
    const sign = [
      'wallet',
      'sign',
      '--message',
      'x',
      '--wallet.name',
      'mine',
      '--use_hotkey',
      '--wallet.hotkey',
      'old',
    ];
    expect(await shell.json([...sign, ...password])).toMatchObject({
      code: 0,
      json: { address: ADDRESS },
      err: expect.stringContaining(`\`bittensor-cli ${again}\` renews it`),
    });
    expect(await shell.json([...again.split(' '), ...password])).toMatchObject({
      code: 0,
      json: { before: 'ansible', encryption: 'nacl', address: ADDRESS },
    });
    expect((await shell.run(['inspect', '--wallet.name', 'mine'])).out).toContain('encrypted (nacl)');
  });
});

describe('wallet sign and verify', () => {
  it('sign the bytes of the message, and tell true from false', async () => {
    await make('mine');
    const { json: inspected } = await shell.json(['inspect', '--wallet.name', 'mine']);
    const [{ coldkey, hotkeys }] = inspected['wallets'] as [
      { coldkey: { address: string }; hotkeys: { address: string }[] },
    ];
    for (const [flags, address] of [
      [[], coldkey.address],
      [['--use-hotkey'], hotkeys[0]!.address],
      [['--use_hotkey'], hotkeys[0]!.address],
    ] as const) {
      for (const message of ['hello', '', 'ünïcödé 🦀\n', '0xdeadbeef', '<Bytes>x</Bytes>']) {
        const typed = ['--message', message];
        const signed = await shell.json(['wallet', 'sign', '--wallet.name', 'mine', ...typed, ...flags]);
        expect(signed).toMatchObject({ code: 0, json: { address, message } });
        const { signature, publicKey } = signed.json as { signature: string; publicKey: string };
        for (const signer of [address, publicKey, publicKey.slice(2)]) {
          const verified = await shell.json([
            'wallet',
            'verify',
            ...typed,
            '--signature',
            signature,
            '--address',
            signer,
          ]);
          expect(verified).toMatchObject({ code: 0, json: { valid: true, address } });
        }
        const flipped = signature.slice(0, -1) + (signature.endsWith('0') ? '1' : '0');
        for (const wrong of [
          [...typed, '--signature', flipped, '--address', address],
          ['--message', `${message} `, '--signature', signature, '--address', address],
          [...typed, '--signature', signature, '--address', ALICE],
        ]) {
          expect(await shell.json(['wallet', 'verify', ...wrong])).toMatchObject({
            code: 1,
            json: { error: { code: 'bad_signature' } },
          });
        }
      }
    }
    const plain = await shell.run(['wallet', 'sign', '--message', 'hello', '--wallet.name', 'mine']);
    expect(plain.out).toMatch(new RegExp(`signer +${coldkey.address}\nsignature +0x[0-9a-f]{128}\n`));
  });

  it('know a signature that an extension made, inside its marks', async () => {
    const alice = keypairFromUri('//Alice');
    const signature = toHex(alice.sign(new TextEncoder().encode('<Bytes>hello</Bytes>')));
    const said = await shell.json([
      'wallet',
      'verify',
      '--message',
      'hello',
      '--signature',
      signature,
      '--address',
      ALICE,
    ]);
    expect(said.json).toEqual({ valid: true, address: ALICE, wrapped: true });
  });

  it('take an empty message, say the signature alone with -q, and verify by the name of a key', async () => {
    await make('mine');
    for (const which of [[], ['--use_hotkey']]) {
      const key = ['--wallet.name', 'mine', ...which];
      const { code, out } = await shell.run(['wallet', 'sign', '--message', '', '-q', ...key]);
      expect([code, out]).toEqual([0, expect.stringMatching(/^0x[0-9a-f]{128}\n$/)]);
      const verify = ['wallet', 'verify', '--message', '', '--signature', out.trim()];
      expect((await shell.json([...verify, ...key])).json).toMatchObject({ valid: true });
      expect((await shell.json([...verify, '--address', ALICE])).code).toBe(1);
      expect((await shell.json([...verify, ...key, '--address', ALICE])).code).toBe(2);
    }
  });

  it('refuse what is no signature, no address, or missing', async () => {
    const good = { '--message': 'x', '--signature': `0x${'00'.repeat(64)}`, '--address': ALICE };
    for (const [flag, value] of [
      ['--signature', '0x00'],
      ['--signature', 'x'.repeat(128)],
      ['--address', 'nobody'],
      ['--address', `${ALICE}x`],
      ['--message', undefined],
      ['--signature', undefined],
      ['--address', undefined],
    ] as const) {
      const flags = Object.entries({ ...good, [flag]: value }).flatMap(([name, text]) =>
        text === undefined ? [] : [name, text],
      );
      expect((await shell.json(['wallet', 'verify', ...flags])).code, `${flag} ${value}`).toBe(2);
    }
    expect((await shell.json(['wallet', 'sign'])).code).toBe(2);
    expect(await shell.json(['wallet', 'sign', '--message', 'x', '--wallet.name', 'none'])).toMatchObject({
      code: 5,
      json: { error: { code: 'wallet_not_found' } },
    });
  });

  it('open an encrypted key with each of the ways to give its password', async () => {
    const password = file('password', PASSWORD);
    await shell.run(['wallet', 'new-coldkey', '--password-file', password]);
    const sign = ['wallet', 'sign', '--message', 'x'];
    const key = keyPath('default', 'coldkey');
    const official = { [passwordEnvName(key)]: passwordToEnv(key, new TextEncoder().encode(PASSWORD)) };
    for (const env of [official, { BT_WALLET_PASSWORD: PASSWORD }, { BT_WALLET_PASSWORD_FILE: password }]) {
      expect((await shell.json(sign, { env })).code).toBe(0);
    }
    expect((await shell.json([...sign, '--password-file', password])).code).toBe(0);
    expect((await shell.run(sign, { answers: [{ to: /password/i, type: PASSWORD }] })).code).toBe(0);
    expect(await shell.json(sign)).toMatchObject({ code: 5, json: { error: { code: 'needs_password' } } });
    const wrong = await shell.json(sign, { env: { BT_WALLET_PASSWORD: OTHER } });
    expect(wrong).toMatchObject({ code: 5, json: { error: { code: 'wrong_password' } } });
  });
});

describe('a key that is not there', () => {
  const line = async (...args: string[]) => {
    const { code, err } = await shell.run(args);
    return `${code} ${err.trim().split('\n').at(-1)}`.replaceAll(shell.wallets, '<wallets>');
  };
  const sign = ['wallet', 'sign', '--message', 'x'];

  it('is told with what there is instead, and what makes it', async () => {
    expect(await line(...sign)).toBe(
      '5 bittensor-cli: there is no wallet default in <wallets>, nor any other; ' +
        '`bittensor-cli wallet create --wallet.name default` makes it',
    );
    await make('plain');
    await make('*');
    expect(await line(...sign, '--wallet.name', 'nosuch')).toBe(
      "5 bittensor-cli: there is no wallet nosuch in <wallets>; there are: '*', plain (--wallet.name)",
    );
    expect(await line(...sign, '--wallet.name', '*', '--use_hotkey', '--wallet.hotkey', 'h h')).toBe(
      "5 bittensor-cli: wallet * has no hotkey 'h h'; there are: default (--wallet.hotkey); " +
        "`bittensor-cli wallet new-hotkey --wallet.name '*' --wallet.hotkey 'h h'` makes it",
    );
    await shell.run(['wallet', 'regen-coldkeypub', '--wallet.name', 'watched', '--address', ALICE]);
    const watched =
      '5 bittensor-cli: wallet watched has only the public half of its coldkey, enough to watch and to receive; ' +
      '`bittensor-cli wallet regen-coldkey --wallet.name watched` brings the private one back';
    expect(await line(...sign, '--wallet.name', 'watched')).toBe(watched);
    expect(await line('wallet', 'set-password', '--wallet.name', 'watched')).toBe(watched);
    mkdirSync(keyPath('empty'));
    expect(await line(...sign, '--wallet.name', 'empty')).toMatch(/wallet empty has no coldkey; .*new-coldkey/);
  });

  it('is no raw system error, whatever is wrong with a path', async () => {
    const plain = file('plain', 'x');
    const none = join(shell.folder, 'none');
    const raw = /E[A-Z]{4,}|, (open|stat|scandir|mkdir)/;
    for (const [args, code] of [
      [['wallet', 'list', '--wallet.path', plain], 5],
      [[...sign, '--wallet.path', plain], 5],
      [['wallet', 'create', '--no_password', '--wallet.path', plain], 1],
      [['wallet', 'create', '--password-file', none], 5],
      [['wallet', 'create', '--password-file', shell.folder], 5],
      [['wallet', 'create', '--password-fd', '977'], 5],
      [['wallet', 'regen-coldkey', '--no_password', '--mnemonic_file', none], 1],
      [['wallet', 'regen-coldkey', '--no_password', '--seed_file', none], 1],
      [['wallet', 'create', '--no_password', '--mnemonic_out', join(none, 'x')], 1],
    ] as const) {
      const said = await line(...args);
      expect(said, args.join(' ')).not.toMatch(raw);
      expect(said).toMatch(new RegExp(`^${code} bittensor-cli: `));
    }
  });

  it('has a name by the rule, which is told; anything else is a wrong command line', async () => {
    expect(await line(...sign, '--wallet.name', '../x')).toMatch(
      /^2 .*"\.\.\/x" cannot be the name of a wallet: a name has/,
    );
    expect(await line(...sign, '--wallet.name', 'n'.repeat(300))).toMatch(
      /"n{40}\.\.\.", which has 300 bytes, cannot be/,
    );
  });
});

describe('wallet set-password', () => {
  const address = async (flags: readonly string[] = []) =>
    (await shell.json(['wallet', 'sign', '--message', 'x', ...flags])).json['address'];

  it('adds, changes, renews and removes a password', async () => {
    await make('default');
    const [first, second] = [file('first', PASSWORD), file('second', OTHER)];
    const before = await address();
    const set = async (...flags: string[]) => (await shell.json(['wallet', 'set_password', ...flags])).json;
    expect(await set('--password-file', first)).toMatchObject({ before: null, encryption: 'nacl', address: before });
    expect(await address()).toBeUndefined();
    expect(await address(['--password-file', first])).toBe(before);
    expect(await set('--password-file', first, '--new-password-file', second, '--encryption', 'strong')).toMatchObject({
      before: 'nacl',
      encryption: 'strong',
    });
    expect(await address(['--password-file', first])).toBeUndefined();
    expect(await address(['--password-file', second])).toBe(before);
    expect(await set('--password-file', second, '--keep_password')).toMatchObject({
      before: 'strong',
      encryption: 'nacl',
    });
    expect(await address(['--password-file', second])).toBe(before);
    expect(await set('--password-file', second, '--no_password')).toMatchObject({ before: 'nacl', encryption: null });
    expect(await address()).toBe(before);
    expect(await set('--use_hotkey', '--password-file', first)).toMatchObject({ hotkey: 'default', before: null });
    expect(
      readFileSync(keyPath('default', 'hotkeys', 'default'))
        .subarray(0, 5)
        .toString(),
    ).toBe('$NACL');
  });

  it('asks for the old and the new one at a terminal', async () => {
    await make('default');
    await shell.run(['wallet', 'set-password', '--password-file', file('first', PASSWORD)]);
    const said = await shell.run(['wallet', 'set-password'], {
      answers: [
        { to: /password/i, type: PASSWORD },
        { to: /new password/i, type: OTHER },
        { to: /again/, type: OTHER },
      ],
    });
    expect(said).toMatchObject({ code: 0, out: expect.stringContaining('new password') });
    expect(await address(['--password-file', file('second', OTHER)])).toEqual(expect.any(String));
  });

  it('leaves the file as it is when something is wrong', async () => {
    await make('default');
    const [first, second] = [file('first', PASSWORD), file('second', OTHER)];
    const path = keyPath('default', 'coldkey');
    for (const [flags, code] of [
      [['--no_password'], 2],
      [['--keep_password'], 2],
      [['--no_password', '--keep_password'], 2],
      [['--password-file', file('weak', 'password')], 5],
      [[], 5],
      [['--wallet.name', 'none'], 5],
      [['--use_hotkey', '--wallet.hotkey', 'none'], 5],
    ] as const) {
      const before = readFileSync(path);
      expect((await shell.json(['wallet', 'set-password', ...flags])).code, flags.join(' ')).toBe(code);
      expect(readFileSync(path).equals(before)).toBe(true);
    }
    await shell.run(['wallet', 'set-password', '--password-file', first]);
    for (const [flags, code] of [
      [['--password-file', second, '--new-password-file', first], 5],
      [['--password-file', second, '--no_password'], 5],
      [['--password-file', first], 5],
      [['--password-file', first, '--new-password-file', file('weak', '123456')], 5],
      [['--password-file', first, '--new-password-file', join(shell.folder, 'none')], 5],
      [['--new-password-file', second], 5],
      [['--password-file', first, '--new-password-file', second, '--no_password'], 2],
    ] as const) {
      const before = readFileSync(path);
      expect((await shell.json(['wallet', 'set-password', ...flags])).code, flags.join(' ')).toBe(code);
      expect(readFileSync(path).equals(before)).toBe(true);
    }
  });
});

describe('wallet export', () => {
  it('shows the public half as a code, as text, and the words only on request', async () => {
    const words = file('words', WORDS);
    await shell.run(['wallet', 'regen-coldkey', '--mnemonic_file', words, '--password-file', file('p', PASSWORD)]);
    const publicKey = toHex(keypairFromMnemonic(WORDS).publicKey);
    const uri = `substrate:${ADDRESS}:${publicKey}:default`;
    expect((await shell.json(['wallet', 'export'])).json).toEqual({
      wallet: 'default',
      address: ADDRESS,
      publicKey,
      uri,
    });
    expect((await shell.run(['wallet', 'export'])).out).toMatch(/[█▀▄]{3}[\s\S]*\n5EPC/);
    expect((await shell.run(['wallet', 'export', '--format', 'address'])).out).toBe(`${ADDRESS}\n`);
    expect((await shell.run(['wallet', 'export', '--format', 'public-key'])).out).toBe(`${publicKey}\n`);
    expect((await shell.run(['wallet', 'export', '--format', 'uri'])).out).toBe(`${uri}\n`);
    expect((await shell.run(['wallet', 'export', '--format', 'png'])).code).toBe(2);
    const reveal = ['wallet', 'export', '--reveal_mnemonic', '--format', 'address'];
    expect((await shell.json(reveal)).code).toBe(5);
    const told = await secretly(() => shell.run([...reveal, '--password-file', file('p', PASSWORD)]));
    expect(told.out).toBe(`${ADDRESS}\n${WORDS}\n`);
    await shell.run(['wallet', 'new-hotkey', '--uri', '//Alice', '--wallet.hotkey', 'h']);
    const without = await shell.json([...reveal, '--use_hotkey', '--wallet.hotkey', 'h']);
    expect(without).toMatchObject({ code: 1, json: { error: { code: 'no_words' } } });
    expect((await shell.json(['wallet', 'export', '--use_hotkey', '--wallet.hotkey', 'h'])).json).toMatchObject({
      hotkey: 'h',
      address: ALICE,
    });
  });
});

describe('wallet endorse', () => {
  it('has an encrypted coldkey endorse a hotkey that was made without it', async () => {
    const password = file('p', PASSWORD);
    await shell.run(['wallet', 'new-coldkey', '--password-file', password]);
    const made = await shell.json(['wallet', 'new-hotkey']);
    expect(made).toMatchObject({ code: 0, json: { endorsed: false }, err: expect.stringContaining('wallet endorse') });
    expect(await shell.json(['wallet', 'endorse'])).toMatchObject({
      code: 5,
      json: { error: { code: 'needs_password' } },
    });
    const endorsed = await shell.json(['wallet', 'endorse', '--password-file', password]);
    expect(endorsed).toMatchObject({ code: 0, json: { hotkey: 'default', address: made.json['address'] } });
    expect((await shell.json(['inspect'])).json).toMatchObject({ wallets: [{ hotkeys: [{ endorsement: 'valid' }] }] });
    const asked = await shell.run(['wallet', 'new-hotkey', '--wallet.hotkey', 'b', '--uri', '//B'], {
      answers: [{ to: /password/i, type: PASSWORD }],
    });
    expect(asked.code).toBe(0);
    const later = await shell.run(['wallet', 'new-hotkey', '--wallet.hotkey', 'c', '--uri', '//C'], {
      answers: [{ to: /password/i, type: '' }],
    });
    expect(later).toMatchObject({ code: 0, err: expect.stringContaining('wallet endorse') });
    expect((await shell.json(['inspect'])).json).toMatchObject({
      wallets: [{ hotkeys: [{ name: 'b', endorsement: 'valid' }, { name: 'c', endorsement: 'absent' }, {}] }],
    });
    expect(await shell.json(['wallet', 'endorse', '--wallet.hotkey', 'none'])).toMatchObject({ code: 5 });
    await shell.run(['wallet', 'regen-coldkeypub', '--wallet.name', 'w', '--address', ALICE]);
    await shell.run(['wallet', 'new-hotkey', '--wallet.name', 'w']);
    expect(await shell.json(['wallet', 'endorse', '--wallet.name', 'w'])).toMatchObject({ code: 5 });
  });
});
