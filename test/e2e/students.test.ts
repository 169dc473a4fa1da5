import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../bench/free-port.js';
import { packagePath } from '../../src/base/index.js';
import { type Cli, TestHome } from '../helpers/cli.js';
import { smallData } from '../helpers/small-data.js';

const PATIENCE_MS = 200_000;

let home: TestHome;
beforeEach(() => {
  home = new TestHome();
});
afterEach(() => home[Symbol.asyncDispose]());

/** The command line in a process of its own; `offline` takes every socket away from it. */
function command(
  args: readonly string[],
  { offline = false } = {},
): Promise<{ code: number; json: unknown; stderr: string }> {
  const without = ['--import', pathToFileURL(packagePath('test/e2e/offline.mjs')).href];
  const argv = [...(offline ? without : []), packagePath('dist/src/cli/main.js'), ...args, '--json'];
  const env = { PATH: process.env['PATH'] ?? '', HOME: home.folder };
  return new Promise(resolve => {
    execFile(process.execPath, argv, { env, cwd: home.folder, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const json: unknown = stdout === '' ? {} : JSON.parse(stdout);
      resolve({ code: error ? Number(error.code) : 0, json, stderr });
    });
  });
}

const warnings = ({ lines }: Cli) => lines.filter(line => /WARN|ERROR/.test(line));

describe('students of every model', () => {
  it.each([
    ['gpt2', ['--text', 'My fellow citizens']],
    ['bert', ['--text', 'the [MASK] of the people']],
    ['cifar', ['--sample', '10']],
  ] as const)(
    'are found by the metagraph of a chain, pulled, and used without a socket: %s',
    async (model, use) => {
      const files = smallData(home.folder);
      const endpoint = `ws://127.0.0.1:${await freePort()}`;
      // Somebody of another kind is on the same subnet.
      const digits = home.run('run', 'mnist', '-c', endpoint, '--dataset', files.digits, '--device', 'wasm');
      await digits.waitFor(/published by serve_axon/, PATIENCE_MS);
      const neuron = home.run('run', model, '-c', endpoint, '--dataset', files[model], '--device', 'wasm');
      const [, hotkey] = await neuron.waitFor(/hotkey (5\w+)/, PATIENCE_MS);
      await neuron.waitFor(/nP\|nS: 1\|2$/, PATIENCE_MS);
      await neuron.waitFor(/Serving \/ Saving model: epoch: \d/, PATIENCE_MS);
      await neuron.waitFor(/published by serve_axon/, PATIENCE_MS);
      const pulled = await command(['model', 'pull', hotkey!, '--wallet.name', 'local', '-c', endpoint]);
      expect(pulled.code, pulled.stderr).toBe(0);
      const { path, model: kind } = pulled.json as { path: string; model: string };
      expect(kind).toBe(model);
      expect(path.startsWith(join(home.folder, '.bittensor', 'models', hotkey!))).toBe(true);

      const used = await command(['model', 'run', path, ...use, '--device', 'wasm'], { offline: true });
      expect(used.code, used.stderr).toBe(0);
      expect(used.stderr).not.toContain('OFFLINE');
      expect(JSON.stringify(used.json).length).toBeGreaterThan(50);

      // Models of another kind are not asked, so nothing fails step by step.
      expect([...warnings(neuron), ...warnings(digits)]).toEqual([]);
      expect((await neuron.stop()).code).toBe(0);
      expect((await digits.stop()).code).toBe(0);
    },
    600_000,
  );
});
