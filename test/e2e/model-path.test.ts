import { copyFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../../bench/free-port.js';
import { TestHome } from '../helpers/cli.js';

let home: TestHome;
beforeEach(() => {
  home = new TestHome();
});
afterEach(() => home[Symbol.asyncDispose]());

it('a miner that is started again with the same --model_path goes on from its own saves', async () => {
  const common = ['run', '-m', String(await freePort()), '--metagraph_difficulty', '0', '--labels', '64'];
  const run = async (...args: string[]) => {
    const miner = home.run(...common, ...args);
    expect(await miner.ended(), miner.lines.slice(-5).join('\n')).toBe(0);
    const resumed = miner.lines.map(line => /Resuming from (.*): epoch \d+, step (\d+)$/.exec(line)).find(Boolean);
    return resumed ? [resumed[1], Number(resumed[2])] : undefined;
  };
  const own = join(home.folder, '.bittensor', 'node', 'slots', 'default', 'mnist.safetensors');
  const given = join(home.folder, 'given.safetensors');

  expect(await run('--steps', '2')).toBeUndefined();
  copyFileSync(own, given);
  expect(await run('--model_path', given, '--steps', '3')).toEqual([given, 2]);
  expect(await run('--model_path', given, '--steps', '1')).toEqual([own, 5]);
  // Another model under the same name.
  utimesSync(given, 1_700_000_000, 1_700_000_000);
  expect(await run('--model_path', given, '--steps', '1')).toEqual([given, 2]);
}, 300_000);
