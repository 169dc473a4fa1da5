import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiPromise, WsProvider } from '@polkadot/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../bench/free-port.js';
import { decodeAddress, toHex } from '../../src/base/index.js';
import { Dendrite, floatsOf, floatTensor, networkOfName } from '../../src/net/index.js';
import { keypairFromUri } from '../../src/wallet/index.js';
import { type Cli, TestHome } from '../helpers/cli.js';

/** Slow machines run this too; what matters is that it happens. */
const PATIENCE_MS = 120_000;
const TRAIN_LINE =
  /\| INFO \| .*Train Epoch: \d+ \[\d+\/8000 \(\d+%\)\] {2}Local Loss: \d+\.\d{6} {2}Target Loss: \d+\.\d{6} {2}Distillation Loss: \d+\.\d{6} {2}nP\|nS: \d+\|\d+$/;

let home: TestHome;
beforeEach(() => {
  home = new TestHome();
});
afterEach(() => home[Symbol.asyncDispose]());

async function expectCleanStop(cli: Cli): Promise<void> {
  const { code } = await cli.stop();
  expect(code, cli.lines.slice(-5).join('\n')).toBe(0);
  expect(cli.lines.join('\n')).toMatch(/Stopped after \d+ steps .*; model saved to/);
}

/** What a neuron answers to one fixed image, asked over its axon by a stranger. */
async function answerOf(cli: Cli): Promise<Float32Array> {
  const [, address] = await cli.waitFor(/hotkey (5\w+)/);
  const [, port] = await cli.waitFor(/Axon serves at 127\.0\.0\.1:(\d+)/);
  const dendrite = new Dendrite({ signer: keypairFromUri('//Alice'), network: networkOfName('test') });
  try {
    const image = floatTensor(
      Float32Array.from({ length: 784 }, (_, i) => Math.sin(i)),
      [1, 784],
      { modality: 'image' },
    );
    const peer = { hotkey: toHex(decodeAddress(address!)), host: '127.0.0.1', port: Number(port) };
    const reply = await dendrite.forward(peer, { tensors: [image], timeoutMs: 20_000 });
    expect(reply.code, reply.message).toBe('Success');
    return floatsOf(reply.tensors[0]!).slice();
  } finally {
    await dendrite.close();
  }
}

describe('the main job', () => {
  it('runs from an empty home to incentive on the chain, with two neurons that learn from each other, and resumes', async () => {
    const port = await freePort();
    const endpoint = `ws://127.0.0.1:${port}`;
    const first = home.run('run', '-c', endpoint);
    await first.waitFor(TRAIN_LINE);
    await first.waitFor(/nP\|nS: 0\|1$/);
    await first.waitFor(/Registered on subnet 1 as uid \d+ in block \d+/);
    await first.waitFor(/Axon 127\.0\.0\.1:\d+ of uid \d+ published by serve_axon in block \d+/);

    const second = home.run('run', '-c', endpoint);
    await Promise.all([first.waitFor(/nP\|nS: 1\|2$/, PATIENCE_MS), second.waitFor(/nP\|nS: 1\|2$/, PATIENCE_MS)]);
    const weightLines = await Promise.all([
      first.waitFor(/set_weights included in block (\d+) \(uid: weight (\d+): 65535\)/, PATIENCE_MS),
      second.waitFor(/set_weights included in block (\d+) \(uid: weight (\d+): 65535\)/, PATIENCE_MS),
    ]);
    const earned = /Epoch at block \d+: uid (\d+) incentive (0\.0*[1-9]\d*|1\.0+), .* earned (\d+\.\d+) TAO/;
    const incentives = await Promise.all([first.waitFor(earned, PATIENCE_MS), second.waitFor(earned, PATIENCE_MS)]);

    // What the chain itself says: each neuron's weights name the other, never itself.
    const uids = incentives.map(match => Number(match[1]));
    expect(weightLines.map(match => Number(match[2]))).toEqual([uids[1], uids[0]]);
    const api = await ApiPromise.create({ provider: new WsProvider(endpoint) as never, noInitWarn: true });
    try {
      for (const [i, uid] of uids.entries()) {
        const weights = (await api.query['subtensorModule']!['weights']!(1, uid)).toJSON();
        expect(weights).toEqual([[uids[1 - i], 65535]]);
      }
    } finally {
      await api.disconnect();
    }

    await expectCleanStop(second);
    await expectCleanStop(first);

    // Started again: same key, same uid, model, optimizer and chain.
    const again = home.run('run', '-c', endpoint, '--steps', '3');
    const hotkey = (await first.waitFor(/hotkey (5\w+)/))[1];
    await again.waitFor(new RegExp(`Registered on subnet 1 as uid ${uids[0]} \\(hotkey ${hotkey}\\)`));
    const resumed = await again.waitFor(/Resuming from .*: epoch (\d+), step (\d+)/);
    expect(Number(resumed[2])).toBeGreaterThan(0);
    expect(await again.ended()).toBe(0);
  }, 400_000);

  it('takes two first starts at the same moment: one chain, one coldkey, two members', async () => {
    const port = await freePort();
    const both = [1, 2].map(() => home.run('run', '-c', `ws://127.0.0.1:${port}`));
    await Promise.all(both.map(neuron => neuron.waitFor(/published by serve_axon in block/, PATIENCE_MS)));
    await Promise.all(both.map(neuron => neuron.waitFor(/nP\|nS: 1\|2$/, PATIENCE_MS)));
    const coldkeys = await Promise.all(both.map(async neuron => (await neuron.waitFor(/Funded coldkey (5\w+)/))[1]));
    expect(coldkeys[0]).toBe(coldkeys[1]);
    for (const neuron of both) await expectCleanStop(neuron);
  }, 300_000);

  it('starts the local chain again when that is killed, and goes on from its last block', async () => {
    const port = await freePort();
    const neuron = home.run('run', '-c', `ws://127.0.0.1:${port}`);
    await neuron.waitFor(/published by serve_axon in block (\d+)/);
    const [, before] = await neuron.waitFor(/Epoch at block (\d+)/);
    const folder = join(home.folder, '.bittensor', 'node', `chain-${port}`);
    const { pid } = JSON.parse(readFileSync(join(folder, 'localnet.json'), 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await neuron.waitFor(/The local chain ended .*; starting it again/);
    const [, after] = await neuron.waitFor(/Epoch at block (\d+)/, PATIENCE_MS, neuron.lines.length);
    expect(Number(after)).toBe(Number(before) + 40);
    await expectCleanStop(neuron);
  }, 300_000);

  it('ends cleanly when Ctrl-C comes while it starts, twice, or when its terminal closes', async () => {
    const starting = home.run('run', '-m', '0');
    await starting.waitFor(/Bittensor$/);
    expect((await starting.stop()).code).toBe(0);
    for (const signals of [['SIGINT', 'SIGINT'], ['SIGHUP']] as const) {
      const neuron = home.run('run', '-m', '0');
      await neuron.waitFor(TRAIN_LINE);
      const ends = signals.map(signal => neuron.stop(signal));
      expect((await ends[0]!).code).toBe(0);
      expect(neuron.lines.join('\n')).toMatch(/Stopped after \d+ steps .*; model saved to/);
    }
  });

  it('never runs the same hotkey twice, whatever the data folder', async () => {
    const hotkey = /Neuron (\S+): hotkey (5\w+)/;
    const [one, two] = await Promise.all(
      ['a', 'b'].map(folder => home.run('run', '-m', '0', '--data', join(home.folder, folder)).waitFor(hotkey)),
    );
    expect(one![2]).not.toBe(two![2]);
    const again = home.run('run', '-m', '0', '--data', join(home.folder, 'c'), '-k', one![1]!);
    expect(await again.ended()).toBe(5);
    expect(again.lines.at(-1)).toMatch(/hotkey "\S+" is in use by another neuron/);
  });

  it('runs without a chain: two neurons find each other by gossip', async () => {
    const gossip = await freePort();
    const first = home.run('run', '-m', String(gossip));
    await first.waitFor(/nP\|nS: 0\|1$/);
    const second = home.run('run', '-b', String(gossip));
    await Promise.all([first.waitFor(/nP\|nS: 1\|2$/, PATIENCE_MS), second.waitFor(/nP\|nS: 1\|2$/, PATIENCE_MS)]);
    await expectCleanStop(second);
    await first.waitFor(/nP\|nS: 0\|1$/, PATIENCE_MS, first.lines.length);
    await expectCleanStop(first);
  }, 300_000);

  it('changes what a peer serves through the gradients it sends, while that peer does not train by itself', async () => {
    const gossip = await freePort();
    // The question comes from a key that gossip does not know.
    const idle = home.run('run', '-m', String(gossip), '--no_train', '--no_axon_registered_only');
    await idle.waitFor(/No chain: gossiping on port/);
    const before = await answerOf(idle);
    expect(await answerOf(idle)).toEqual(before);
    const learner = home.run('run', '-b', String(gossip));
    const versions = [];
    for (let from = 0; versions.length < 2; from = idle.lines.length) {
      const applied = /Applied gradients of \d+ requests by callers; serving version (\d+)/;
      versions.push(Number((await idle.waitFor(applied, PATIENCE_MS, from))[1]));
    }
    // The same question has another answer now: what is served has changed, and only gradients can have done it.
    expect(await answerOf(idle)).not.toEqual(before);
    expect(versions[1]).toBeGreaterThan(versions[0]!);
    await expectCleanStop(learner);
    await expectCleanStop(idle);
  }, 300_000);
});
