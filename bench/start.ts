import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packagePath } from '../src/base/index.js';
import { freePort } from './free-port.js';
import { median } from './measure.js';
import type { Row, Suite } from './row.js';

const ROUNDS = 3;

/** From the start of `start_bittensor.sh` (all installed and built) to the first training line, and the clean stop. */
async function measure(
  home: string,
  port: number,
): Promise<{ firstLineMs: number; stopMs: number; exit: number | null }> {
  const begin = performance.now();
  const child = spawn('bash', [packagePath('start_bittensor.sh'), '-c', `ws://127.0.0.1:${port}`], {
    env: { ...process.env, HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: home,
  });
  await new Promise<void>((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.includes('Train Epoch:')) resolve();
    });
    child.once('exit', code => reject(new Error(`ended with ${code} before the first training line:\n${text}`)));
  });
  const firstLineMs = performance.now() - begin;
  const stopping = performance.now();
  child.removeAllListeners('exit');
  child.kill('SIGINT');
  const exit = await new Promise<number | null>(resolve => child.once('exit', resolve));
  return { firstLineMs, stopMs: performance.now() - stopping, exit };
}

export const suite: Suite = {
  name: 'start',
  async run(): Promise<Row[]> {
    const runs = [];
    for (let i = 0; i < ROUNDS; i++) {
      const home = mkdtempSync(join(tmpdir(), 'bench-start-'));
      try {
        runs.push(await measure(home, await freePort()));
      } finally {
        rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
      }
    }
    const exits = runs.map(run => run.exit);
    return [
      {
        name: 'start_bittensor.sh to the first training line',
        value: median(runs.map(r => r.firstLineMs)),
        unit: 'ms',
        goal: '5000 ms',
      },
      {
        name: 'Ctrl-C to the end of the process',
        value: median(runs.map(r => r.stopMs)),
        unit: 'ms',
        goal: '2000 ms',
        note: `exit codes ${exits.join(', ')}`,
      },
    ];
  },
};
