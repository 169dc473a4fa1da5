import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packagePath, pollUntil } from '../../src/base/index.js';
import { readSecretFile } from '../../src/cli/secrets/secret-file.js';
import { passwordEnvName } from '../../src/wallet/index.js';
import { runInProcess } from '../helpers/cli-in-process.js';
import { VECTORS } from '../wallet/helpers.js';

const PASSWORD = 'Correct-Horse-7';
const CLI = packagePath('dist/src/cli/main.js');
const never = new AbortController().signal;

const home = process.env['HOME'];
let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'password-'));
  process.env['HOME'] = folder;
  children = [];
});
afterEach(() => {
  process.env['HOME'] = home;
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const path = (name: string) => join(folder, name);
function file(name: string, content: string | Uint8Array): string {
  writeFileSync(path(name), content, { mode: 0o600 });
  return path(name);
}

/** `wallet new-coldkey`, with redirections as a shell knows them. */
function newColdkey(flags: string, redirections: string, env: Record<string, string>) {
  const line = `exec '${process.execPath}' '${CLI}' wallet new-coldkey --wallet.path '${path('wallets')}' ${flags} ${redirections}`;
  const child = spawn('bash', ['--norc', '-c', line], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', chunk => (said += String(chunk)));
  const ended = new Promise<{ code: number | null; said: string }>(resolve =>
    child.once('close', code => resolve({ code, said })),
  );
  return { child, ended };
}

/** The same in this process: for what has nothing to do with descriptors. */
async function newColdkeyHere(flags: string, env: Record<string, string>) {
  const words = flags.split(' ').filter(word => word !== '');
  const args = ['wallet', 'new-coldkey', '--wallet.path', path('wallets'), ...words];
  const { code, out, err } = await runInProcess(args, { env });
  return { code, said: out + err };
}

const keyFile = () => path('wallets/default/coldkey');

describe('a password that is none', () => {
  type Way = [name: string, flags: () => string, redirections?: string, env?: () => Record<string, string>];
  const ways: Way[] = [
    ['stdin is closed', () => '', '<&-'],
    ['stdin is empty', () => '', '</dev/null'],
    ['stdin has one, which nobody was told to read', () => '', `< <(echo ${PASSWORD})`],
    ['stdin, stdout and stderr are closed', () => '', '<&- >&- 2>&-'],
    ['--no_prompt', () => '--no_prompt'],
    ['--json', () => '--json'],
    ['no such file', () => '--password-file none'],
    ['an empty file', () => `--password-file ${file('p', '')}`],
    ['a file with a line end', () => `--password-file ${file('p', '\n')}`],
    ['a file with the line end of Windows', () => `--password-file ${file('p', '\r\n')}`],
    ['a file with two lines', () => `--password-file ${file('p', `${PASSWORD}\n\n`)}`],
    ['a folder', () => `--password-file ${folder}`],
    ['the empty device', () => '--password-file /dev/null'],
    ['a device without an end', () => '--password-file /dev/zero'],
    ['a file that is too large', () => `--password-file ${file('p', 'Ab1-'.repeat(1025))}`],
    ['a file with a weak one', () => `--password-file ${file('p', 'password\n')}`],
    ['a file with a short one', () => `--password-file ${file('p', 'aB3-\n')}`],
    [
      'a file with bytes that are no text',
      () => `--password-file ${file('p', new Uint8Array([255, 254, 1, 2, 3, 4, 5, 6]))}`,
    ],
    ['a descriptor that is not open', () => '--password-fd 9'],
    ['a descriptor without an end of lines', () => '--password-fd many'],
    ['an empty descriptor', () => '--password-fd 9', '9</dev/null'],
    ['an empty pipe', () => '--password-fd 9', '9< <(true)'],
    ['a pipe with a line end', () => '--password-fd 9', '9< <(echo)'],
    ['a pipe with a weak one', () => '--password-fd 9', '9< <(echo 123456)'],
    ['a descriptor of a folder', () => '--password-fd 9', '9</'],
    ['a descriptor for writing', () => '--password-fd 9', '9>out'],
    ['a closed stdin as descriptor', () => '--password-fd 0', '<&-'],
    ['an empty variable', () => '', '', () => ({ BT_WALLET_PASSWORD: '' })],
    ['a weak variable', () => '', '', () => ({ BT_WALLET_PASSWORD: 'aaaaaaaa' })],
    ['a variable with a line end', () => '', '', () => ({ BT_WALLET_PASSWORD: '\n' })],
    ['a variable with the name of an empty file', () => '', '', () => ({ BT_WALLET_PASSWORD_FILE: file('p', '') })],
    ['an empty official variable', () => '', '', () => ({ [passwordEnvName(keyFile())]: '' })],
    ['an official variable in another form', () => '', '', () => ({ [passwordEnvName(keyFile())]: '%%%' })],
  ];

  it('is tried in more than eighteen ways', () => {
    expect(new Set(ways.map(([name]) => name)).size).toBeGreaterThan(18);
  });

  it.each(ways)('is refused, and nothing is written: %s', async (_, flags, redirections = '', env = () => ({})) => {
    const given = flags();
    const variables = env();
    const before = readdirSync(folder);
    const isOfDescriptors = redirections !== '' || given.includes('--password-fd');
    const { code, said } = isOfDescriptors
      ? await newColdkey(given, redirections, variables).ended
      : await newColdkeyHere(given, variables);
    expect(code, said).toBe(given.endsWith('many') ? 2 : 5);
    expect(said).not.toContain(PASSWORD);
    expect(readdirSync(folder).filter(name => name !== 'out')).toEqual(before);
  });
});

describe('a descriptor that this program opened for itself', () => {
  it('gives no password, and takes none of what goes through it', () => {
    const module = packagePath('dist/src/cli/secrets/secret-file.js');
    const program = `
      const { readSecretFd } = await import('${module}');
      process.on('SIGUSR2', () => {});
      const codes = [];
      for (let fd = 3; fd < 40; fd++) {
        const secret = await readSecretFd(fd, AbortSignal.timeout(5000)).catch(error => error.code);
        codes.push(secret);
      }
      let signals = 0;
      process.on('SIGUSR2', () => signals++);
      process.kill(process.pid, 'SIGUSR2');
      setTimeout(() => console.log(JSON.stringify({ codes: [...new Set(codes)], signals })), 200);
    `;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    expect(JSON.parse(out)).toEqual({ codes: ['needs_password'], signals: 1 });
  });
});

describe('a password', () => {
  it('loses one line end, and no more', async () => {
    const cases: [string, string][] = [
      ['abc', 'abc'],
      ['abc\n', 'abc'],
      ['abc\r\n', 'abc'],
      ['abc\n\n', 'abc\n'],
      ['abc\r', 'abc\r'],
      ['\nabc ', '\nabc '],
      ['é\n', 'é'],
      ['x'.repeat(4096), 'x'.repeat(4096)],
    ];
    for (const [content, expected] of cases) {
      const { secret } = await readSecretFile(file('p', content), never);
      expect(Buffer.from(secret).toString()).toBe(expected);
    }
  });

  it('comes from a descriptor, a file, the official variable or ours, in this order', async () => {
    const right = `${PASSWORD}\n`;
    const made = await newColdkey('--password-fd 9', `9< <(printf '%s' '${right}')`, {}).ended;
    expect(made.code, made.said).toBe(0);
    const before = readFileSync(keyFile());
    expect(before.subarray(0, 5).toString()).toBe('$NACL');
    const sign = (flags: string, redirections: string, env: Record<string, string>) => {
      const line = `exec '${process.execPath}' '${CLI}' wallet sign --message x --wallet.path '${path('wallets')}' ${flags} ${redirections}`;
      execFileSync('bash', ['--norc', '-c', line], {
        cwd: folder,
        env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
        stdio: 'pipe',
      });
    };
    const wrong = { [passwordEnvName(keyFile())]: 'd3Jvbmc=', BT_WALLET_PASSWORD: 'wrong' };
    sign(`--password-file ${file('p', right)} --password-fd 9`, '9</dev/null', wrong);
    // In a form of old, whose key takes no seconds to derive.
    const old = 'Conformance-Pw-1!';
    rmSync(path('wallets'), { recursive: true });
    mkdirSync(path('wallets/default'), { recursive: true });
    file('wallets/default/coldkey', readFileSync(join(VECTORS, 'legacy/legacy_ansible_coldkey')));
    sign('', '', { BT_WALLET_PASSWORD: old, BT_WALLET_PASSWORD_FILE: file('q', 'wrong') });
    expect(() => sign('', '', { ...wrong, BT_WALLET_PASSWORD: old })).toThrow(/password/);
  }, 180_000);
});

describe('waiting for a password', () => {
  it.each(['--password-fd 3', '--password-file pipe'])('ends with Ctrl-C and 130: %s', async flags => {
    execFileSync('mkfifo', [path('pipe')]);
    const { child, ended } = newColdkey(flags, '', {});
    await pollUntil('the program that waits', { withinMs: 30_000, everyMs: 50 }, () =>
      keepsMemory(child.pid!) && catchesSignals(child.pid!) ? true : undefined,
    );
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 130, said: 'bittensor-cli: stopped by the user\n' });
    expect(existsSync(path('wallets'))).toBe(false);
  });
});

/** None of it goes into a core dump. */
function keepsMemory(pid: number): boolean {
  return Number.parseInt(readFileSync(`/proc/${pid}/coredump_filter`, 'utf8'), 16) === 0;
}

/** As the kernel tells of it: SIGHUP, for which Node has no handler of its own. */
function catchesSignals(pid: number): boolean {
  const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${mask}`) & 1n) === 1n;
}
