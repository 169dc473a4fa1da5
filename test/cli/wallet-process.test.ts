import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packagePath } from '../../src/base/index.js';
import { passwordEnvName, passwordToEnv } from '../../src/wallet/index.js';

const WORDS = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
const ADDRESS = '5EPCUjPxiHAcNooYipQFWr9NmmXJKpNG5RhcntXwbtUySrgH';
const PASSWORD = 'Correct-Horse-7';
const MAIN = packagePath('dist/src/cli/main.js');
const CLI = `"${process.execPath}" "${MAIN}"`;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'bittensor-home-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The built program as a shell starts it: `line` follows its name, and may redirect. */
function shell(line: string, env: Readonly<Record<string, string>> = {}, input = ''): Promise<Ended> {
  // A shell drops variables with a hyphen in their names; a program may have been given them.
  const hasRedirection = /[<>]/.test(line);
  const words = line.split(' ').filter(word => word !== '');
  return hasRedirection
    ? ended('/bin/sh', ['-c', `exec ${CLI} ${line}`], env, input)
    : ended(process.execPath, [MAIN, ...words], env, input);
}

async function ended(
  program: string,
  args: string[],
  env: Readonly<Record<string, string>>,
  input: string,
): Promise<Ended> {
  const child = spawn(program, args, {
    cwd: home,
    env: { PATH: process.env['PATH'] ?? '', HOME: home, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', text => {
    said.out += text;
  });
  child.stderr.on('data', text => {
    said.err += text;
  });
  // A program that ends without reading is none of our business.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const code = await new Promise<number | null>(resolve => child.once('close', resolve));
  return { code, ...said };
}

const file = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(home, name), content, { mode: 0o600 });
  return name;
};
const key = (...names: string[]) => join(home, '.bittensor', 'wallets', ...names);

describe('bittensor-cli wallet, as a shell runs it', () => {
  it('makes the key of words from a pipe, encrypts it as the official wallet does, and opens it again', async () => {
    file('pw', `${PASSWORD}\n`);
    const made = await shell('wallet regen-coldkey --mnemonic-file - --password-file pw', {}, `${WORDS}\n`);
    expect(made).toMatchObject({ code: 0, out: expect.stringContaining(ADDRESS) });
    const path = key('default', 'coldkey');
    expect(readFileSync(path).subarray(0, 5).toString()).toBe('$NACL');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(key('default')).mode & 0o777).toBe(0o700);
    const variable = { [passwordEnvName(path)]: passwordToEnv(path, new TextEncoder().encode(PASSWORD)) };
    const signed = await shell('wallet sign --message hello --json', variable);
    expect(JSON.parse(signed.out)).toMatchObject({ address: ADDRESS, message: 'hello' });
    const verified = await shell(
      `wallet verify --message hello --address ${ADDRESS} --signature ${JSON.parse(signed.out).signature}`,
    );
    expect(verified.code).toBe(0);
    for (const { out, err } of [made, signed, verified]) {
      expect(out + err).not.toContain(PASSWORD);
      expect(out + err).not.toContain('abandon');
    }
  }, 120_000);

  it('is refused with each of 18 ways to give no password, and writes nothing', async () => {
    file('empty', '');
    file('newline', '\n');
    file('weak', 'password');
    file('short', 'Ab1$x');
    file('bytes', Uint8Array.of(0xff, 0xfe, 0x00, 0x80, 0xc3, 0x28, 0xa0, 0xa1));
    const variable = passwordEnvName(key('default', 'coldkey'));
    const ways: [string, Record<string, string>?, string?][] = [
      ['<&-'],
      ['</dev/null'],
      ['', {}, ''],
      ['', {}, '\n'],
      ['', {}, '\n\n'],
      ['--use_password </dev/null'],
      ['--no_prompt', {}, PASSWORD],
      ['--password-file empty'],
      ['--password-file newline'],
      ['--password-file weak'],
      ['--password-file short'],
      ['--password-file bytes'],
      ['--password-file nowhere'],
      ['--password-file .'],
      ['--password-fd 9'],
      ['--password-fd 3 3<newline'],
      ['', { BT_WALLET_PASSWORD: '' }],
      ['', { BT_WALLET_PASSWORD_FILE: 'empty' }],
      ['', { [variable]: 'no base64!' }],
      ['', { [variable]: passwordToEnv(key('default', 'coldkey'), new TextEncoder().encode('123456')) }],
    ];
    expect(ways.length).toBeGreaterThanOrEqual(18);
    for (const [flags, env = {}, input = ''] of ways) {
      const { code, out } = await shell(`wallet new-coldkey --json ${flags}`, env, input);
      const what = `${flags} ${JSON.stringify(env)} ${JSON.stringify(input)}`;
      expect(JSON.parse(out), what).toMatchObject({ error: { exit: 5 } });
      expect(code, what).toBe(5);
      expect(existsSync(key('default')), what).toBe(false);
    }
  }, 120_000);
});
