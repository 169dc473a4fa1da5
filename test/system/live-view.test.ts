import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packagePath, pollUntil } from '../../src/base/index.js';

const OPEN = '\u001b[?1049h\u001b[?25l';
const CLOSE = '\u001b[?25h\u001b[?1049l';

let folder: string;
let child: ChildProcess | undefined;
let screen: string;
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-view-'));
  screen = '';
});
afterEach(() => {
  child?.kill('SIGKILL');
  server?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A miner without a chain, with a live view at a terminal of its own, which `script` of util-linux makes. */
function miner(...more: string[]): Promise<number | null> {
  const args = ['run', 'miner', '--ui', '-m', '0', '--labels', '64', '--device', 'wasm', '--data', folder, ...more];
  const line = [process.execPath, packagePath('dist/src/cli/main.js'), ...args].map(word => `'${word}'`).join(' ');
  const own = spawn('script', ['-q', '-e', '-c', `stty cols 90 rows 30; exec ${line}`, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, TERM: 'xterm', NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child = own;
  own.stdout!.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
  });
  return new Promise(resolve => own.once('close', resolve));
}

const shows = (what: RegExp) =>
  pollUntil(`${what} on the screen`, { withinMs: 90_000, everyMs: 50 }, () => what.test(screen) || undefined);

describe('run --ui at a terminal', () => {
  it('draws losses that change, keeps the log in its file, and gives the terminal back on Ctrl-C', async () => {
    const ended = miner();
    await shows(/local +\d\.\d{4} +[▁-█]{2}/);
    expect(screen.startsWith(OPEN) || screen.includes(OPEN)).toBe(true);
    expect(screen).toContain('Peers  0');
    child!.stdin!.write('\u0003');
    expect(await ended, screen.slice(-2_000)).toBe(0);
    expect(screen.split(CLOSE)).toHaveLength(2);
    expect(screen.slice(screen.indexOf(CLOSE))).toMatch(/Stopped after \d+ steps/);
    expect(readFileSync(join(folder, 'slots', 'default', 'bittensor.log'), 'utf8')).toContain('Train Epoch');
  }, 150_000);

  it('gives it back when it fails, and the reason can be read', async () => {
    server = createServer();
    await new Promise<void>(resolve => server!.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const code = await miner('--metrics.port', String(port));
    expect(code).not.toBe(0);
    expect(screen).toContain(OPEN);
    const after = screen.slice(screen.lastIndexOf(CLOSE));
    expect(after).toContain(`port ${port} of 127.0.0.1 is in use`);
  }, 90_000);
});
