import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packagePath, pollUntil } from '../../src/base/index.js';
import { openEventFile } from '../../src/model/index.js';
import { TestHome } from '../helpers/cli.js';
import { smallData } from '../helpers/small-data.js';
import { runCommand } from './command.js';
import { clientFolder } from './stage.js';

interface Read {
  runs: string[];
  scalars: Record<string, [step: number, value: number, time: number][]>;
}

let folder: string;
let python: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bittensor-tensorboard-'));
  python = join(await clientFolder('tensorboard-2.21.0'), 'bin', 'python');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(logs: string): Promise<Read> {
  const script = packagePath('test/conformance/python/tensorboard_read.py');
  const env = { HOME: folder, PATH: process.env['PATH'] ?? '', PYTHONDONTWRITEBYTECODE: '1' };
  const { stdout, stderr } = await runCommand(python, ['-B', script, logs], env, folder);
  if (!stdout.startsWith('{')) throw new Error(`TensorBoard read nothing: ${stderr}`);
  return JSON.parse(stdout) as Read;
}

describe('TensorBoard 2.21.0', () => {
  it('reads back every scalar, its step and its time', async () => {
    const logs = join(folder, 'all', 'neuron');
    let now = 1_700_000_000_000;
    const writer = openEventFile(logs, undefined, () => (now += 250));
    const tags = ['Neuron/Train_loss', 'n_peers', 'Axon/Queries/Sec', 'Dendrite/Incoming bytes', 'täg'];
    for (let step = 0; step < 500; step++) {
      writer.scalars(
        step * 1_000,
        Object.fromEntries(tags.map((tag, i) => [tag, Math.sin(step) * 10 ** (i * 7 - 14)])),
      );
    }
    writer.close();
    const { runs, scalars } = await read(logs);
    expect(runs).toEqual(['neuron']);
    expect(Object.keys(scalars).sort()).toEqual([...tags].sort());
    for (const [i, tag] of tags.entries()) {
      const expected = Array.from({ length: 500 }, (_, step) => [
        step * 1_000,
        Math.fround(Math.sin(step) * 10 ** (i * 7 - 14)),
        // The file was named and its version written first.
        1_700_000_000 + (step + 3) / 4,
      ]);
      expect(scalars[tag]).toEqual(expected);
    }
  });

  it('reads the steps before a crash, and those of the run after it', async () => {
    const logs = join(folder, 'crash', 'neuron');
    const first = openEventFile(logs, undefined, () => 1_700_000_000_000);
    for (let step = 0; step < 10; step++) first.scalars(step, { loss: step });
    first.close();
    truncateSync(first.path, readFileSync(first.path).length - 5);
    expect((await read(logs)).scalars.loss!.map(([step]) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    using second = openEventFile(logs, undefined, () => 1_700_000_100_000);
    for (let step = 9; step < 12; step++) second.scalars(step, { loss: step });
    expect((await read(logs)).scalars.loss!.map(([step]) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('shows what `run mnist --logdir` wrote to one who starts `tensorboard --logdir` on the same folder', async () => {
    await using home = new TestHome();
    const flags = ['-m', '0', '--metagraph_difficulty', '0', '--device', 'wasm', '--steps', '2'];
    const neuron = home.run('run', 'mnist', ...flags, '--dataset', smallData(home.folder).digits, '--logdir', 'logs');
    expect(await neuron.ended(), neuron.lines.join('\n')).toBe(0);

    const logs = join(home.folder, 'logs');
    const env = { HOME: home.folder, PATH: process.env['PATH'] ?? '', PYTHONDONTWRITEBYTECODE: '1' };
    const args = ['--logdir', logs, '--host', '127.0.0.1', '--port', '0'];
    const board = spawn(join(dirname(python), 'tensorboard'), args, { env, cwd: home.folder });
    const ended = once(board, 'close');
    try {
      let said = '';
      for (const stream of [board.stdout, board.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          said += text;
        });
      }
      const within = { withinMs: 60_000, everyMs: 200 };
      const url = await pollUntil(
        'the address of TensorBoard',
        within,
        () => /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0],
      );
      const tags = await pollUntil('the tags', within, async () => {
        const answer = await fetch(`${url}/data/plugin/scalars/tags`);
        const runs = (await answer.json()) as Record<string, Record<string, unknown>>;
        return runs['.'] && Object.keys(runs['.']);
      });
      expect(tags).toEqual(expect.arrayContaining(['train_loss', 'Neuron/Lloss', 'n_peers', 'Axon/Queries/Sec']));
    } finally {
      board.kill();
      await ended;
    }
  }, 180_000);

  it('would notice a damaged record', async () => {
    const logs = join(folder, 'damaged', 'neuron');
    const writer = openEventFile(logs);
    for (let step = 0; step < 3; step++) writer.scalars(step, { loss: step });
    writer.close();
    const bytes = readFileSync(writer.path);
    bytes[bytes.length - 6]! ^= 1;
    writeFileSync(writer.path, bytes);
    expect((await read(logs)).scalars.loss!.length).toBeLessThan(3);
  });
});
