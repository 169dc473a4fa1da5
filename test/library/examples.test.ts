import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packagePath, pollUntil } from '../../src/base/index.js';
import * as bittensor from '../../src/index.js';
import { openWorld, type World } from './helpers.js';

/** Lines of the snippets in the documents of November 2021, blank ones not counted. */
const LINES_OF_THE_DOCUMENTS = {
  client: 13,
  server: 22,
  validator: 15,
  subscription: 7,
  metagraph: 11,
  endpoints: 6,
  querying: 13,
  'priority-pool': 22,
} as const;
type Example = keyof typeof LINES_OF_THE_DOCUMENTS;

const sources = packagePath('examples/library');
const sourceOf = (name: string) => readFileSync(join(sources, `${name}.ts`), 'utf8');

let world: World;
const running = new Set<ChildProcess>();

/** Runs what was built of an example, which imports the package by its name as any program does. */
function begin(name: Example): Running {
  return beginProgram([packagePath(`dist/examples/library/${name}.js`)]);
}

interface Running {
  readonly process: ChildProcess;
  output(): string;
}

function beginProgram(args: readonly string[]): Running {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...world.env, BT_DENDRITE_TIMEOUT: '60', BT_AXON_FORWARD_TIMEOUT: '60' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', part => (text += String(part)));
  return { process: child, output: () => text };
}

/** Its output, once it has ended by itself, with code 0. */
async function run(name: Example): Promise<string> {
  const { process: child, output } = begin(name);
  const [code] = (await once(child, 'close')) as [number | null];
  running.delete(child);
  expect(code, output()).toBe(0);
  return output();
}

/** Starts one that serves until it is stopped, and waits until it has said its uid. */
async function serve(name: Example): Promise<string> {
  const example = begin(name);
  await said(example, '\n');
  return example.output();
}

async function said({ process: child, output }: Running, words: string): Promise<void> {
  await pollUntil(`${JSON.stringify(words)} to be said`, { withinMs: 100_000, everyMs: 100 }, () => {
    if (child.exitCode !== null) throw new Error(`it ended: ${output()}`);
    return output().includes(words) ? true : undefined;
  });
}

async function stopAll(): Promise<void> {
  for (const child of running) {
    const closed = once(child, 'close');
    if (child.exitCode === null) child.kill('SIGTERM');
    await closed;
  }
  running.clear();
}

beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await stopAll();
  await world?.[Symbol.asyncDispose]();
});

describe('the examples of the library', () => {
  it.each(Object.entries(LINES_OF_THE_DOCUMENTS))('%s is as short as in the documents', (name, lines) => {
    const own = sourceOf(name)
      .split('\n')
      .filter(line => line.trim() !== '').length;
    expect(own).toBeLessThanOrEqual(lines);
  });

  it('are all that there are, and the README shows them as they are', () => {
    const names = readdirSync(sources).map(name => name.replace(/\.ts$/, ''));
    expect(names.sort()).toEqual(Object.keys(LINES_OF_THE_DOCUMENTS).sort());
    const readme = readFileSync(packagePath('README.md'), 'utf8');
    for (const name of names) expect(readme, name).toContain(`\`\`\`ts\n${sourceOf(name)}\`\`\``);
  });
});

describe('against a server of the library', () => {
  beforeAll(async () => {
    expect(await serve('server')).toBe('0\n');
  }, 120_000);
  afterAll(stopAll);

  it('the client gets a tensor of each neuron, and its gradients move them', async () => {
    const lossOf = (output: string) => {
      expect(output).toMatch(/^\[ \[ 1, 9, 1024 \] \]\n[\d.]+ \[ 'Success' \]\n$/);
      return Number(output.split('\n')[1]!.split(' ')[0]);
    };
    const first = lossOf(await run('client'));
    expect(lossOf(await run('client'))).toBeLessThan(first);
  }, 120_000);

  it('uids, hotkeys, ranks and stake are read, and the address of a neuron', async () => {
    const { hotkeyAddress } = bittensor.wallet();
    const lines = new RegExp(`^\\[ 0 \\]\\n\\[ '${hotkeyAddress}' \\]\\n\\[ 0 \\]\\n\\[ \\d{3}[\\d.]* \\]\\n$`);
    expect(await run('metagraph')).toMatch(lines);
    expect(await run('endpoints')).toMatch(new RegExp(`hotkey: '${hotkeyAddress}',\\n  ip: '127.0.0.1'`));
  }, 120_000);

  it('one neuron is asked by its endpoint', async () => {
    expect(await run('querying')).toBe('Success [ 1, 2, 1024 ]\n');
  }, 120_000);

  it('the validator sets weights that the chain keeps', async () => {
    const graph = bittensor.metagraph();
    await pollUntil('a permit', { withinMs: 60_000, everyMs: 500 }, async () =>
      (await graph.sync({ lite: true })).validatorPermit[0] ? true : undefined,
    );
    const before = graph.lastUpdate[0]!;
    await run('validator');
    await pollUntil('its weights', { withinMs: 30_000, everyMs: 500 }, async () =>
      (await graph.sync()).lastUpdate[0]! > before ? true : undefined,
    );
    expect(Array.from(graph.W[0]!)).toEqual([1]);
  }, 180_000);
});

describe('against the other servers', () => {
  afterEach(stopAll);

  it.each(['subscription', 'priority-pool'] as const)('%s answers', async name => {
    expect(await serve(name)).toBe('0\n');
    expect(await run('querying')).toBe('Success [ 1, 2, 1024 ]\n');
  }, 180_000);
});

describe('against a neuron of the command line', () => {
  afterEach(stopAll);

  it('the client needs no more than the network and its wallet', async () => {
    const neuron = beginProgram([
      packagePath('dist/src/cli/main.js'),
      ...['run', 'gpt2', '--chain_endpoint', world.url, '--no_train'],
    ]);
    await said(neuron, 'published by serve_axon');
    expect(await run('client')).toMatch(/^\[ \[ 1, 9, 1024 \] \]\n[\d.]+ \[ 'Success' \]\n$/);
  }, 180_000);
});
