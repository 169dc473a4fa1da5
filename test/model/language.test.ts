import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { disposeBatch, toBatch } from '../../src/model/batch.js';
import {
  BertSynapse,
  createServer,
  createTrainer,
  GPT2LMSynapse,
  gpt2Tokenizer,
  type PlainBatch,
  type PlainTensor,
  random,
  startBackend,
  vjp,
} from '../../src/model/index.js';
import { createModel } from '../../src/model/models.js';
import type { Synapse } from '../../src/model/synapse.js';
import { closeTo, FakeNetwork, tensorCount } from './helpers.js';
import { maskedWords, nextTokens } from './text-helpers.js';

const TOY = { width: 8, layers: 1, heads: 2, positions: 12 };
const SMALL = { width: 32, layers: 2, heads: 2, positions: 32 };
const batchesOf = { gpt2: nextTokens, bert: maskedWords };
const models = ['gpt2', 'bert'] as const;

/** Without targets in its last row. */
function partlyLabelled(batch: PlainBatch): PlainBatch {
  const targets = Object.fromEntries(
    Object.entries(batch.targets).map(([name, target]) => {
      const data = (target.data as Int32Array).slice();
      data.fill(-1, data.length - data.length / batch.inputs.shape[0]!);
      return [name, { ...target, data } as PlainTensor];
    }),
  );
  return { ...batch, targets };
}

/** Moves all parameters, also those that begin as zeros. */
function shake(model: Synapse): void {
  const moved = model.state().map(({ name, shape, data }) => {
    const source = random(5, name);
    return { name, shape, data: data.map(x => x + 0.2 * source.normal()) };
  });
  model.load(moved);
}

function lossOf(model: Synapse, batch: PlainBatch, network: tf.Tensor | undefined): number {
  return tf.tidy(() => {
    const { inputs, targets } = toBatch(batch);
    return model.head(inputs, targets, network).loss.dataSync()[0]!;
  });
}

function answersLike(batch: PlainBatch): tf.Tensor {
  const source = random(3, 'network');
  const shape = [...batch.inputs.shape, 1024];
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => source.normal()),
    shape,
  );
}

/** The loss and its gradient for each parameter. */
function gradientsOf(model: Synapse, batch: PlainBatch, network: tf.Tensor | undefined): Map<string, Float32Array> {
  const { inputs, targets } = toBatch(batch);
  const one = tf.scalar(1);
  const { outputs, variables } = vjp({
    of: () => ({ outputs: [model.head(inputs, targets, network).loss] }),
    variables: [...model.variables.values()],
    inputs: [],
    cotangents: [one],
  });
  const read = [...model.variables].map(([name, variable]) => {
    const values = variables.get(variable)?.dataSync().slice() ?? new Float32Array(variable.size);
    return [name, values as Float32Array] as const;
  });
  tf.dispose([...outputs, ...variables.values(), one]);
  disposeBatch({ inputs, targets });
  return new Map(read);
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
}

describe.each(models)('%s', name => {
  const make = batchesOf[name];

  it('has the gradients of finite differences', async () => {
    await startBackend('js');
    const batch = make(2, 12);
    const model = createModel(name, { ...TOY, seed: 2 });
    shake(model);
    const network = answersLike(batch);
    const whole = model.state();
    for (const [key, gradient] of gradientsOf(model, batch, network)) {
      // Along the gradient itself, where the slope is its length.
      const length = norm(gradient);
      expect(length, key).toBeGreaterThan(0);
      const step = 0.02;
      const [ahead, behind] = [step, -step].map(by => {
        const move = (x: number, i: number) => x + (by * gradient[i]!) / length;
        model.load(whole.map(array => (array.name === key ? { ...array, data: array.data.map(move) } : array)));
        return lossOf(model, batch, network);
      });
      model.load(whole);
      expect(Math.abs((ahead! - behind!) / (2 * step) - length), key).toBeLessThan(0.02 * length + 1e-3);
    }
    network.dispose();
    model.dispose();
  });

  it('has the same losses and gradients on wasm as in plain JavaScript', async () => {
    const batch = partlyLabelled(make(3, 12));
    const results: Map<string, Float32Array>[] = [];
    for (const device of ['js', 'wasm'] as const) {
      await startBackend(device);
      const model = createModel(name, { ...TOY, seed: 2 });
      shake(model);
      const network = answersLike(batch);
      const gradients = gradientsOf(model, batch, network);
      results.push(gradients.set('loss', Float32Array.of(lossOf(model, batch, network))));
      network.dispose();
      model.dispose();
    }
    const [js, wasm] = results;
    for (const [key, values] of js!) {
      expect(closeTo(values, wasm!.get(key)!), key).toBeLessThan(1e-3 * Math.max(...values.map(Math.abs), 0.01));
    }
  });

  it('learns a rhyme, the same way each time, and keeps no tensor', { timeout: 180_000 }, async () => {
    const losses: number[][] = [];
    for (let run = 0; run < 2; run++) {
      const options = { optimizer: { kind: 'adam' }, learningRate: 3e-3, config: { ...SMALL, dropout: 0.05 } } as const;
      const trainer = await createTrainer({ device: 'wasm', model: name, seed: 1, ...options });
      const seen: number[] = [];
      let before = 0;
      for (let step = 0; step < (run === 0 ? 100 : 4); step++) {
        if (step === 2) before = tensorCount();
        seen.push((await trainer.train(make(name === 'gpt2' ? 4 : 8, 32, step))).loss);
      }
      expect(tensorCount()).toBe(before);
      losses.push(seen.slice(0, 4));
      if (run === 0) {
        const { count, network, local } = await trainer.evaluate([make(8, 32, 1000), make(8, 32, 1001)]);
        expect(count).toBeGreaterThan(50);
        expect(Math.exp(network.loss)).toBeLessThan(name === 'gpt2' ? 3 : 8);
        expect(Math.exp(local.loss)).toBeLessThan(name === 'gpt2' ? 3 : 8);
        expect(network.accuracy).toBeGreaterThan(0.5);
        expect(tensorCount()).toBe(before);
      }
      trainer.dispose();
    }
    expect(losses[1]).toEqual(losses[0]);
  });

  it('goes on from a checkpoint bit by bit, dropout included', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'language-'));
    const options = { optimizer: { kind: 'adam' }, config: { ...TOY, dropout: 0.2 } } as const;
    const create = () => createTrainer({ device: 'wasm', model: name, seed: 1, ...options });
    const [first, second] = [await create(), await create()];
    for (let step = 0; step < 2; step++) await first.train(make(2, 12, step));
    first.save(join(folder, 'model'));
    second.load(join(folder, 'model'));
    for (let step = 2; step < 4; step++) {
      const [a, b] = [await first.train(make(2, 12, step)), await second.train(make(2, 12, step))];
      expect(b.loss).toBe(a.loss);
    }
    expect(second.exportParameters()).toEqual(first.exportParameters());
    first.dispose();
    second.dispose();
    rmSync(folder, { recursive: true });
  });

  it('asks peers, weighs their answers and learns from them', async () => {
    const parameters = await (async () => {
      const teacher = await createTrainer({ device: 'wasm', model: name, seed: 9, config: SMALL });
      const state = teacher.exportParameters();
      teacher.dispose();
      return state;
    })();
    const serve = () => createServer({ device: 'wasm', model: name, config: SMALL, parameters, version: 1 });
    const network = new FakeNetwork(
      new Map([
        ['a', await serve()],
        ['b', await serve()],
      ]),
    );
    const trainer = await createTrainer({ device: 'wasm', model: name, seed: 1, config: SMALL });
    let before = 0;
    for (let step = 0; step < 4; step++) {
      const result = await trainer.train(partlyLabelled(make(4, 16, step)), { peers: ['a', 'b'], caller: network });
      expect(result.failures).toEqual([]);
      expect(result.gradientsTaken).toBe(2);
      expect(result.scores.a! + result.scores.b!).toBeCloseTo(1, 5);
      expect(Number.isFinite(result.loss)).toBe(true);
      // What the servers collect are plain numbers.
      if (step === 1) before = tensorCount();
    }
    expect(tensorCount()).toBe(before);
    trainer.dispose();
    network.dispose();
  });

  it('answers each place with 1,024 numbers that sum to 0, and with a projection where the vocabulary is whole', async () => {
    await startBackend('wasm');
    const { inputs } = make(2, 9);
    const small = createModel(name, { ...TOY, seed: 1 });
    const ids = tf.tensor(inputs.data, [...inputs.shape], 'int32');
    const answer = tf.tidy(() => small.callForward(ids, 'text'));
    expect(answer.shape).toEqual([2, 9, 1024]);
    expect(small.forms().outputs[0]!.shape).toEqual([-1, -1, 1024]);
    const sums = tf.tidy(() => tf.sum(answer, 2).dataSync());
    for (const sum of sums) expect(Math.abs(sum)).toBeLessThan(1e-3);
    small.dispose();
    const vocabSize = name === 'gpt2' ? 50_257 : 30_522;
    const whole = createModel(name, { ...TOY, vocabSize, seed: 1 });
    const projected = tf.tidy(() => whole.callForward(ids, 'text'));
    expect(projected.shape).toEqual([2, 9, 1024]);
    const scores = tf.tidy(() => whole.studentForward(ids));
    expect(scores.shape).toEqual([2, 9, vocabSize]);
    expect(Number.isFinite(lossOf(whole, make(2, 9), undefined))).toBe(true);
    tf.dispose([ids, answer, projected, scores]);
    whole.dispose();
  });

  it.each<[string, (batch: PlainBatch) => PlainBatch]>([
    ['an id below 0', batch => withInput(batch, { data: Int32Array.from(batch.inputs.data, () => -1) })],
    [
      'an id beyond the vocabulary',
      batch => withInput(batch, { data: Int32Array.from(batch.inputs.data, () => 60_000) }),
    ],
    ['a sequence that is too long', batch => withInput(batch, { shape: [1, 32], data: new Int32Array(32) })],
    ['one axis', batch => withInput(batch, { shape: [24] })],
    ['no rows', batch => withInput(batch, { shape: [0, 12], data: new Int32Array(0) })],
    ['fewer numbers than its shape has', batch => withInput(batch, { data: new Int32Array(3) })],
    ['floats', batch => ({ ...batch, inputs: { dtype: 'float32', shape: [2, 12], data: new Float32Array(24) } })],
    ['too many tokens', batch => withInput(batch, { shape: [4000, 12], data: new Int32Array(48_000) })],
  ])('refuses %s, in a request and in a batch', async (_, spoil) => {
    const trainer = await createTrainer({ device: 'wasm', model: name, seed: 1, config: TOY });
    const parameters = trainer.exportParameters();
    const server = await createServer({ device: 'wasm', model: name, config: TOY, parameters, version: 1 });
    const batch = spoil(make(2, 12));
    const before = tensorCount();
    await expect(server.forward(batch.inputs)).rejects.toMatchObject({ code: 'shape' });
    await expect(trainer.train(batch)).rejects.toMatchObject({ code: 'shape' });
    expect(tensorCount()).toBe(before);
    trainer.dispose();
    server.dispose();
  });

  it('refuses targets that do not fit', async () => {
    const trainer = await createTrainer({ device: 'wasm', model: name, seed: 1, config: TOY });
    const { inputs, targets } = make(2, 12);
    for (const labels of [
      { dtype: 'int32', shape: [2, 11], data: new Int32Array(22) },
      { dtype: 'int32', shape: [2, 12], data: new Int32Array(24).fill(1024) },
      { dtype: 'int32', shape: [2, 12], data: new Int32Array(24).fill(-2) },
      { dtype: 'float32', shape: [2, 12], data: new Float32Array(24) },
    ] as const) {
      await expect(trainer.train({ inputs, targets: { ...targets, labels } })).rejects.toMatchObject({ code: 'shape' });
    }
    await expect(trainer.train({ inputs, targets: {} })).rejects.toMatchObject({ code: 'shape' });
    trainer.dispose();
  });
});

function withInput(batch: PlainBatch, changes: { shape?: number[]; data?: Int32Array }): PlainBatch {
  return { ...batch, inputs: { ...batch.inputs, ...changes } as PlainTensor };
}

describe('GPT2LMSynapse', () => {
  it('sees nothing of what comes after: neither scores, nor answers, nor the weights of peers', async () => {
    await startBackend('wasm');
    const model = new GPT2LMSynapse({ ...SMALL, seed: 4 });
    shake(model);
    const { inputs } = nextTokens(1, 12);
    const changed = inputs.data.slice() as Int32Array;
    const at = 7;
    changed[at] = (changed[at]! + 11) % 1024;
    const [before, after] = [inputs.data, changed].map(data => {
      const ids = tf.tensor(data, [1, 12], 'int32');
      const seen = tf.tidy(() =>
        [model.studentForward(ids), model.callForward(ids, 'text'), model.routerContext(ids)].map(tensor =>
          tensor.dataSync().slice(),
        ),
      ) as unknown as Float32Array[];
      ids.dispose();
      return seen;
    });
    for (let i = 0; i < 3; i++) {
      expect(closeTo(before![i]!.subarray(0, at * 1024), after![i]!.subarray(0, at * 1024))).toBe(0);
      expect(closeTo(before![i]!.subarray(at * 1024), after![i]!.subarray(at * 1024))).toBeGreaterThan(1e-3);
    }
    model.dispose();
  });

  it('reads an id of the whole vocabulary as the last piece that it is made of', async () => {
    await startBackend('wasm');
    const model = new GPT2LMSynapse({ ...TOY, seed: 4 });
    const piece = gpt2Tokenizer().classOfId()[2159]!; // " World"
    expect(piece).toBeLessThan(1024);
    const [beyond, within] = [2159, piece].map(last => {
      const ids = tf.tensor2d([[464, last]], [1, 2], 'int32');
      const scores = tf.tidy(() => model.studentForward(ids).dataSync());
      ids.dispose();
      return scores;
    });
    expect(beyond).toEqual(within);
    model.dispose();
  });
});

describe('BertSynapse', () => {
  it('ignores padding, and reads the segments off the ids', async () => {
    await startBackend('wasm');
    const model = new BertSynapse({ ...SMALL, seed: 4 });
    shake(model);
    const row = [101, 1996, 103, 102, 2003, 1037, 102];
    const run = (ids: number[]) =>
      tf.tidy(() => model.studentForward(tf.tensor2d([ids], [1, ids.length], 'int32')).dataSync());
    const [bare, padded] = [run(row), run([...row, 0, 0, 0])];
    expect(closeTo(bare, padded.slice(0, bare.length))).toBeLessThan(1e-3);
    // Without the first [SEP] there is one segment.
    expect(closeTo(bare.slice(0, 1024), run([101, 1996, 103, 1012, 2003, 1037, 102]).slice(0, 1024))).toBeGreaterThan(
      1e-2,
    );
    model.dispose();
  });

  it('tells whether a sentence follows: its loss falls beside that of the words', async () => {
    const trainer = await createTrainer({
      device: 'wasm',
      model: 'bert',
      seed: 1,
      optimizer: { kind: 'adam' },
      learningRate: 3e-3,
      config: SMALL,
    });
    const { inputs, targets } = maskedWords(8, 32);
    const batch = toBatch({ inputs, targets });
    const sentenceLoss = () =>
      tf.tidy(() => trainer.synapse.head(batch.inputs, batch.targets, undefined).localSentenceLoss!.dataSync()[0]!);
    const first = sentenceLoss();
    expect(first).toBeCloseTo(Math.log(2), 1);
    for (let step = 0; step < 60; step++) await trainer.train({ inputs, targets });
    expect(sentenceLoss()).toBeLessThan(0.3);
    disposeBatch(batch);
    trainer.dispose();
  });
});
