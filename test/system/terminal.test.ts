import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packagePath, pollUntil } from '../../src/base/index.js';

const PASSWORD = 'Correct-Horse-7';

let folder: string;
let child: ChildProcess;
let screen: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'terminal-'));
  screen = '';
});
afterEach(() => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** The program at a terminal of its own, which `script` of util-linux makes; what is on the screen comes to `screen`. */
function atTerminal(...args: string[]): Promise<number | null> {
  const line = [process.execPath, packagePath('dist/src/cli/main.js'), ...args].map(word => `'${word}'`).join(' ');
  child = spawn('script', ['-q', '-e', '-c', line, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (screen += text));
  return new Promise(resolve => child.once('close', resolve));
}

async function typeAfter(question: RegExp, typed: string): Promise<void> {
  await pollUntil(`${question} on the screen`, { withinMs: 60_000, everyMs: 50 }, () =>
    question.test(screen) ? true : undefined,
  );
  screen = screen.replace(question, '');
  child.stdin!.write(typed);
}

const coldkey = () => join(folder, '.bittensor/wallets/default/coldkey');

describe('at a terminal', () => {
  it('a new password is asked for twice and never shown, and the key is encrypted with it', async () => {
    const ended = atTerminal('wallet', 'new-coldkey');
    await typeAfter(/New password for .*coldkey:/, `${PASSWORD}\r`);
    await typeAfter(/The same again:/, `${PASSWORD}\r`);
    expect(await ended, screen).toBe(0);
    expect(screen).not.toContain(PASSWORD);
    expect(readFileSync(coldkey()).subarray(0, 5).toString()).toBe('$NACL');
    expect(statSync(coldkey()).mode & 0o777).toBe(0o600);
  }, 120_000);

  it('Ctrl-C at a password ends it with 130, writes nothing, and leaves the terminal as it was', async () => {
    const ended = atTerminal('wallet', 'new-coldkey');
    await typeAfter(/New password for .*coldkey:/, 'half\u0003');
    expect(await ended, screen).toBe(130);
    expect(existsSync(coldkey())).toBe(false);
  }, 120_000);
});
