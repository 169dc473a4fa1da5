import { readdirSync, watch } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { basename, dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cli, TestHome } from '../helpers/cli.js';
import { smallData } from '../helpers/small-data.js';

const PATIENCE_MS = 120_000;

let home: TestHome;
beforeEach(() => {
  home = new TestHome();
});
afterEach(() => home[Symbol.asyncDispose]());

/** Ctrl-C, and the exit code 0 within two seconds; on a machine that has other work, by as much later. */
async function interrupt(cli: Cli): Promise<void> {
  const limitMs = 2_000 * (1 + loadavg()[0]! / availableParallelism());
  const began = performance.now();
  const { code } = await cli.stop('SIGINT');
  expect(code, cli.lines.slice(-5).join('\n')).toBe(0);
  expect(performance.now() - began).toBeLessThan(limitMs);
}

async function kill(cli: Cli): Promise<void> {
  expect((await cli.stop('SIGKILL')).code).toBe('SIGKILL');
}

/** Ends it in the middle of a save: a file that has its last name only when it is whole has just been made. */
async function whileSaving(cli: Cli, checkpoint: string, end: (cli: Cli) => Promise<void>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let isFound = false;
    const watcher = watch(dirname(checkpoint), (_, name) => {
      if (!name?.startsWith(basename(checkpoint)) || !name.endsWith('.tmp')) return;
      watcher.close();
      isFound = true;
      end(cli).then(resolve, reject);
    });
    cli.ended().then(code => {
      watcher.close();
      if (!isFound) reject(new Error(`ended with ${code} before a save:\n${cli.lines.slice(-25).join('\n')}`));
    });
  });
}

describe('a neuron that is ended at a bad moment', () => {
  it.each(['cifar', 'bert', 'gpt2'] as const)('loses nothing that was saved, and goes on: %s', async model => {
    const dataset = smallData(home.folder)[model];
    const flags = ['-m', '0', '--metagraph_difficulty', '0', '--device', 'wasm', '--dataset', dataset];
    const start = (...more: string[]) => home.run('run', model, ...flags, ...more);
    const isLoading = (cli: Cli) => cli.waitFor(/Neuron \S+: hotkey 5/, PATIENCE_MS);
    /** The line before the first step. */
    const isInFirstStep = (cli: Cli) => cli.waitFor(/Events for TensorBoard in/, PATIENCE_MS);
    const resumes = async (cli: Cli) =>
      Number((await cli.waitFor(/Resuming from .*: epoch \d+, step (\d+)$/, PATIENCE_MS))[1]);

    for (const end of [kill, interrupt]) {
      const loading = start();
      await isLoading(loading);
      await end(loading);
    }

    const first = start();
    await isInFirstStep(first);
    await interrupt(first);
    const [, checkpoint] = await first.waitFor(/Stopped after [01] steps in .*; model saved to (\S+)$/);

    const killed = start();
    await isInFirstStep(killed);
    await kill(killed);

    const endedWhileSaving = [kill, interrupt];
    let step = 0;
    for (const end of endedWhileSaving) {
      const saving = start();
      const from = await resumes(saving);
      expect(from).toBeGreaterThanOrEqual(step);
      step = from;
      await whileSaving(saving, checkpoint!, end);
    }

    const last = start('--steps', '2');
    const from = await resumes(last);
    expect(from).toBeGreaterThan(step);
    expect(await last.ended()).toBe(0);
    const again = start('--steps', '1');
    expect(await resumes(again)).toBe(from + 2);
    expect(await again.ended()).toBe(0);
    for (const cli of [last, again]) expect(cli.lines.filter(line => /WARN|ERROR/.test(line))).toEqual([]);
    // Neither a save that was not whole, nor what the killed ones had begun.
    const files = readdirSync(dirname(checkpoint!));
    expect(files).toContain(basename(checkpoint!));
    expect(files.filter(name => /\.(damaged|tmp)$/.test(name))).toEqual([]);
  }, 600_000);
});
