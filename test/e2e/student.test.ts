import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../bench/free-port.js';
import { packagePath } from '../../src/base/index.js';
import { TestHome } from '../helpers/cli.js';

const PATIENCE_MS = 120_000;

let home: TestHome;
beforeEach(() => {
  home = new TestHome();
});
afterEach(() => home[Symbol.asyncDispose]());

interface Ran {
  code: number;
  json: Record<string, never>;
  stderr: string;
}

/** The command line in a process of its own; `offline` takes every socket away from it. */
function command(args: readonly string[], { offline = false } = {}): Promise<Ran> {
  const main = packagePath('dist/src/cli/main.js');
  const without = ['--import', pathToFileURL(packagePath('test/e2e/offline.mjs')).href];
  const argv = [...(offline ? without : []), main, ...args, '--json'];
  const env = { PATH: process.env['PATH'] ?? '', HOME: home.folder };
  return new Promise(resolve => {
    execFile(process.execPath, argv, { env, cwd: home.folder, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const json = (stdout === '' ? {} : JSON.parse(stdout)) as Record<string, never>;
      resolve({ code: error ? Number(error.code) : 0, json, stderr });
    });
  });
}

describe('a student to take away', () => {
  it('is trained here, pulled by another process, and used there without any socket, as good as it was said to be', async () => {
    const port = await freePort();
    const neuron = home.run(
      ...['run', '-m', String(port), '--metagraph_difficulty', '0', '--labels', '640', '--no_axon.registered_only'],
    );
    const [, hotkey] = await neuron.waitFor(/hotkey (5\w+)/);
    const [, address] = await neuron.waitFor(/Axon serves at (127\.0\.0\.1:\d+)/);

    // Before the end of the first epoch there is none.
    const early = await command(['model', 'pull', hotkey!, '--address', address!]);
    if (early.code !== 0) expect(early.stderr + JSON.stringify(early.json)).toMatch(/no student yet/);

    await neuron.waitFor(/Serving \/ Saving model: epoch: 0/, PATIENCE_MS);
    const pulled = await command(['model', 'pull', hotkey!, '--address', address!]);
    expect(pulled.code, pulled.stderr).toBe(0);
    const { path, metric, step } = pulled.json as never as {
      path: string;
      metric: { correct: number; count: number };
      step: number;
    };
    expect(metric.count).toBe(2000);
    expect(path.startsWith(join(home.folder, '.bittensor', 'models', hotkey!))).toBe(true);
    // The very numbers of the neuron's own log.
    const tests = neuron.lines.flatMap(line => /student alone: .*Accuracy: (\d+)\/2000/.exec(line)?.[1] ?? []);
    expect(tests).toContain(String(metric.correct));
    expect((await neuron.stop()).code).toBe(0);

    const used = await command(['model', 'run', path, '--sample', '2000', '--device', 'wasm'], { offline: true });
    expect(used.code, used.stderr).toBe(0);
    expect(used.stderr).not.toContain('OFFLINE');
    expect(used.json).toMatchObject({ count: 2000, correct: metric.correct });
    expect(metric.correct).toBeGreaterThan(800);

    // The hotkey names the newest one, and all of it is as it was signed.
    const shown = await command(['model', 'show', hotkey!], { offline: true });
    expect(shown.json).toMatchObject({ path, step, isSigned: true, isWhole: true, model: 'mnist' });

    // An image of one's own: the same answer as for the row that it was made of.
    const { predictions } = used.json as never as { predictions: { answer: string }[] };
    const digits = join(home.folder, 'three.csv');
    writeFileSync(digits, await firstTestRows(3));
    const own = await command(['model', 'run', path, '--input', digits, '--device', 'wasm'], { offline: true });
    const answers = (own.json as never as { predictions: { answer: string }[] }).predictions.map(
      ({ answer }) => answer,
    );
    expect(answers).toEqual(predictions.slice(0, 3).map(({ answer }) => answer));

    // One changed byte, and it is neither shown as whole nor used.
    const file = join(path, 'model.safetensors');
    const bytes = readFileSync(file);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(file, bytes);
    expect((await command(['model', 'show', path], { offline: true })).code).toBe(1);
    const refused = await command(['model', 'run', path, '--sample', '1'], { offline: true });
    expect(refused).toMatchObject({ code: 1, json: { error: { code: 'bad_student' } } });
  }, 300_000);

  it('is still offered after a restart, and the neuron goes on from its save, with events for TensorBoard in --logdir', async () => {
    const args = [
      'run',
      '-m',
      String(await freePort()),
      '--metagraph_difficulty',
      '0',
      '--labels',
      '64',
      '--keep',
      '2',
    ];
    const open = [...args, '--no_axon.registered_only', '--logdir', join(home.folder, 'logs')];
    const first = home.run(...open, '--steps', '4');
    expect(await first.ended(), first.lines.slice(-5).join('\n')).toBe(0);
    const slot = join(home.folder, '.bittensor', 'node', 'slots', 'default');
    const saves = readdirSync(slot).filter(name => name.endsWith('.safetensors'));
    expect(saves.sort()).toEqual(['mnist.best.safetensors', 'mnist.safetensors', 'mnist.step-00000003.safetensors']);

    // The newest save is damaged: the one before it is taken, and that is said.
    writeFileSync(join(slot, 'mnist.safetensors'), 'noise');
    const second = home.run(...open);
    await second.waitFor(/The save .*mnist\.safetensors is not whole/, PATIENCE_MS);
    await second.waitFor(/Resuming from .*mnist\.step-00000003\.safetensors: epoch 3, step 3/);
    const [, hotkey] = await second.waitFor(/hotkey (5\w+)/);
    const [, address] = await second.waitFor(/Axon serves at (127\.0\.0\.1:\d+)/);
    const pulled = await command(['model', 'pull', hotkey!, '--address', address!, '--to', join(home.folder, 'mine')]);
    expect(pulled.code, pulled.stderr).toBe(0);
    expect(existsSync(join(home.folder, 'mine', 'model.safetensors'))).toBe(true);
    expect((await second.stop()).code).toBe(0);
    const events = readdirSync(join(home.folder, 'logs')).filter(name => name.startsWith('events.out.tfevents.'));
    expect(events).toHaveLength(2);
  }, 300_000);
});

/** The first test digits as rows of a CSV file. */
async function firstTestRows(count: number): Promise<string> {
  const { loadDigits } = await import('../../src/model/index.js');
  const { images } = loadDigits().test;
  return Array.from({ length: count }, (_, i) => images.subarray(784 * i, 784 * (i + 1)).join(',')).join('\n');
}
