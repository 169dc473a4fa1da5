import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  ANSWER_NORM,
  type Backend,
  type Batch,
  createTrainer,
  type Judgement,
  labelsOf,
  MnistSynapse,
  type PassTensors,
  type PlainTensor,
  type Random,
  type RemoteCaller,
  Router,
  random,
  Server,
  Synapse,
  startBackend,
  vjp,
} from '../../../src/model/index.js';
import { closeTo, FakeNetwork, SMALL, tensorCount, wave } from '../helpers.js';

let backend: Backend;
beforeAll(async () => {
  backend = await startBackend('wasm');
});

const peers = ['a', 'b', 'c'];
const rows = 6;

/** What the receiver does to an answer, in TensorFlow's own operations. */
function normalised(answer: tf.Tensor): tf.Tensor {
  return tf.mul(tf.div(answer, tf.norm(answer, 'euclidean', 1, true)), ANSWER_NORM);
}

function batch(inputDim: number): Batch {
  const inputs = tf.tensor2d(
    Float32Array.from({ length: rows * inputDim }, (_, i) => wave(i)),
    [rows, inputDim],
  );
  return { inputs, targets: { labels: tf.tensor1d([3, 1, 4, 1], 'int32') } }; // two rows have no label
}

/** Passes a batch through served peers, and through the same peers as one local graph; returns the largest differences. */
async function compare(
  synapse: Synapse,
  served: readonly Synapse[],
  inputs: Batch,
  rowOrder?: Random,
): Promise<Record<string, number>> {
  const router = new Router({ seed: 3 });
  const network = new FakeNetwork(
    new Map(served.map((peer, i) => [peers[i]!, new Server(backend, peer, 1, { clipNorm: Infinity })])),
  );
  const neuron = { router, peers, caller: network, timeoutMs: 5000, ...(rowOrder && { rowOrder }) };
  const pass = await synapse.remoteForward(neuron, inputs, true);
  const backwards = await pass.backwards;
  expect(backwards.every(back => back.ok)).toBe(true);

  const own = [...synapse.variables.values(), ...router.variables.values()];
  const theirs = served.flatMap(peer => [...peer.variables.values()]);
  const hop0 = tf.tidy(() => synapse.hop(inputs.inputs));
  const context = tf.tidy(() => synapse.routerContext(hop0)); // the router learns nothing through it
  const local = vjp({
    of: () => {
      const hop = synapse.hop(inputs.inputs);
      const answers = served.map(peer => normalised(peer.callForward(hop, peer.modality)));
      const tensors = synapse.head(hop, inputs.targets, router.join(answers, router.scores(context, peers)));
      return { outputs: [tensors.loss] };
    },
    variables: [...own, ...theirs],
    inputs: [],
    cotangents: [tf.scalar(1)],
  });
  const difference = (a: tf.Tensor | Float32Array | undefined, b: tf.Tensor | undefined) => {
    if (!a && !b) return 0;
    return closeTo(a instanceof Float32Array ? a : a!.dataSync(), b!.dataSync());
  };
  const remote = served.flatMap((peer, i) => {
    const taken = new Map(
      network.servers
        .get(peers[i]!)!
        .takeGradients()!
        .gradients.map(g => [g.name, g.data]),
    );
    return [...peer.variables].map(([name, v]) => difference(taken.get(name), local.variables.get(v)));
  });
  const result = {
    loss: difference(pass.tensors.loss, local.outputs[0]),
    own: Math.max(
      ...[...synapse.variables.values()].map(v => difference(pass.gradients.get(v), local.variables.get(v))),
    ),
    router: Math.max(
      ...[...router.variables.values()].map(v => difference(pass.gradients.get(v), local.variables.get(v))),
    ),
    remote: Math.max(...remote),
    /** That there is something to compare. */
    size: Math.min(...[...pass.gradients.values()].map(g => Math.max(...g.dataSync().map(Math.abs)))),
  };
  pass.dispose();
  network.dispose();
  return result;
}

describe('gradients across the wire', () => {
  it('equal those of one local graph, for the digits with three peers', async () => {
    const served = [11, 12, 13].map(seed => new MnistSynapse({ ...SMALL, seed }));
    const { loss, own, router, remote, size } = await compare(
      new MnistSynapse({ ...SMALL, seed: 1 }),
      served,
      batch(784),
    );
    expect(loss).toBeLessThan(1e-5);
    expect(own).toBeLessThan(1e-5);
    expect(router).toBeLessThan(1e-5);
    expect(remote).toBeLessThan(1e-5);
    expect(size).toBeGreaterThan(1e-7);
  });

  it('are the same when the rows travel in another order, those that come back to the encoder too', async () => {
    const digits = [11, 12, 13].map(seed => new MnistSynapse({ ...SMALL, seed }));
    const encoded = [11, 12, 13].map(seed => new MnistSynapse({ ...SMALL, seed, inputDim: 20 }));
    for (const differences of [
      await compare(new MnistSynapse({ ...SMALL, seed: 1 }), digits, batch(784), random(5, 'order')),
      await compare(new Encoding(), encoded, batch(8), random(6, 'order')),
    ]) {
      const { size, ...others } = differences;
      for (const difference of Object.values(others)) expect(difference).toBeLessThan(1e-5);
      expect(size).toBeGreaterThan(1e-7);
    }
  });

  it('equal those of one local graph, for an encoder before the hop whose gradient comes back over the wire', async () => {
    const served = [11, 12, 13].map(seed => new MnistSynapse({ ...SMALL, seed, inputDim: 20 }));
    const { loss, own, router, remote, size } = await compare(new Encoding(), served, batch(8));
    expect(loss).toBeLessThan(1e-5);
    expect(own).toBeLessThan(1e-5);
    expect(router).toBeLessThan(1e-5);
    expect(remote).toBeLessThan(1e-5);
    expect(size).toBeGreaterThan(1e-7);
  });

  it('come with all that the documents name, by both names of the network loss', async () => {
    const synapse = new MnistSynapse({ ...SMALL, seed: 1 });
    const caller = { forward: async () => ({ ok: false, code: 'x' }) as const, backward: async () => ({ ok: true }) };
    const neuron = { router: new Router(), peers: [], caller, timeoutMs: 10 };
    const pass = await synapse.remoteForward(neuron, batch(784), false);
    expect(Object.keys(pass.tensors)).toEqual(
      expect.arrayContaining([
        'loss',
        'localOutput',
        'localTarget',
        'localTargetLoss',
        'networkOutput',
        'networkTarget',
      ]),
    );
    expect(pass.remoteTargetLoss).toBe(pass.tensors.networkTargetLoss);
    expect(pass.tensors.distillationLoss.rank).toBe(0);
    expect(pass.gradients.size).toBe(0);
    expect(pass.scores.size).toBe(0);
    pass.dispose();
    // Peers that all fail: the synapse calls itself.
    const failed = await synapse.remoteForward({ ...neuron, peers: ['a'] }, batch(784), true);
    expect(failed.failures).toEqual([{ ok: false, peer: 'a', code: 'x' }]);
    expect(failed.gradients.size).toBe(synapse.variables.size);
    failed.dispose();
  });

  it('leave no tensor behind, with an encoder and when it is all aborted', async () => {
    const synapse = new Encoding();
    const router = new Router();
    const served = new MnistSynapse({ ...SMALL, seed: 11, inputDim: 20 });
    const network = new FakeNetwork(new Map([['a', new Server(backend, served, 1)]]));
    const inputs = batch(8);
    const before = tensorCount();
    const neuron = { router, peers: ['a'], caller: network, timeoutMs: 5000 };
    (await synapse.remoteForward(neuron, inputs, true)).dispose();
    expect(tensorCount()).toBe(before);
    const stop = new AbortController();
    const stuck = { ...neuron, caller: { forward: () => new Promise<never>(() => {}), backward: network.backward } };
    const aborted = synapse.remoteForward({ ...stuck, signal: stop.signal }, inputs, true);
    stop.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    expect(tensorCount()).toBe(before);
  });
});

describe('the order in which rows travel', () => {
  const first = (tensor: PlainTensor) => Array.from({ length: rows }, (_, row) => tensor.data[row * 784]!);
  const sent: PlainTensor[] = [];
  const gradients: PlainTensor[] = [];
  const caller: RemoteCaller = {
    forward: async (_peer, input) => {
      sent.push(input);
      return { ok: true, output: echo(input), version: 1 };
    },
    backward: async (_peer, input, gradient) => {
      expect(input).toBe(sent.at(-1));
      gradients.push(gradient);
      return { ok: true };
    },
  };
  /** Answers each row with what it holds. */
  const echo = (input: PlainTensor): PlainTensor => {
    const data = new Float32Array(rows * 1024);
    for (let row = 0; row < rows; row++) data.set(input.data.subarray(row * 784, (row + 1) * 784), row * 1024);
    return { dtype: 'float32', shape: [rows, 1024], data };
  };

  it('is that of a seed, and nothing that is learnt shows it', async () => {
    const synapse = new MnistSynapse({ ...SMALL, seed: 1 });
    const pass = async (rowOrder?: Random) => {
      const options = { router: new Router({ seed: 3 }), peers: ['a'], caller, timeoutMs: 1000 };
      const made = await synapse.remoteForward({ ...options, ...(rowOrder && { rowOrder }) }, batch(784), true);
      await made.backwards;
      const numbers = [made.tensors.loss, ...made.gradients.values()].map(tensor => tensor.dataSync().slice());
      made.dispose();
      return { numbers, asked: first(sent.at(-1)!), gradient: gradients.at(-1)! };
    };
    const plainly = await pass();
    const one = await pass(random(1, 'rows'));
    const again = await pass(random(1, 'rows'));
    const other = await pass(random(2, 'rows'));
    expect(one.asked).not.toEqual(plainly.asked);
    expect([...one.asked].sort()).toEqual([...plainly.asked].sort());
    expect(again.asked).toEqual(one.asked);
    expect(other.asked).not.toEqual(one.asked);
    for (const shuffled of [one, again, other]) expect(shuffled.numbers).toEqual(plainly.numbers);
    // The gradient of each row travels beside its row.
    const rowsOf = ({ asked, gradient }: typeof one) =>
      asked.map((name, row) => [name, [...gradient.data.subarray(row * 1024, (row + 1) * 1024)]] as const);
    expect(new Map(rowsOf(one))).toEqual(new Map(rowsOf(plainly)));
  });

  it('is another one in each step of a trainer, the same for the same seed, and another for another secret', async () => {
    const orders = async (orderSecret: string) => {
      const trainer = await createTrainer({ device: 'wasm', model: 'mnist', seed: 4, config: SMALL, orderSecret });
      const { inputs, targets } = batch(784);
      const plainBatch = {
        inputs: { dtype: 'float32' as const, shape: [rows, 784], data: inputs.dataSync<'float32'>().slice() },
        targets: { labels: labelsOf(targets.labels!.dataSync()) },
      };
      const network = { peers: ['a'], caller };
      const seen: number[][] = [];
      for (let step = 0; step < 4; step++) {
        await trainer.train(plainBatch, network);
        seen.push(first(sent.at(-1)!));
      }
      for (let test = 0; test < 2; test++) {
        await trainer.evaluate([{ ...plainBatch, targets: { labels: labelsOf([1, 2, 3, 4, 5, 6]) } }], network);
        seen.push(first(sent.at(-1)!));
      }
      trainer.dispose();
      return seen;
    };
    const one = await orders('');
    expect(new Set(one.map(String)).size).toBe(6);
    expect(await orders('')).toEqual(one);
    expect(await orders('nobody knows this')).not.toEqual(one);
  });
});

/** A trained encoder before the hop; what lies after it is the digits' network, fed with the encoding. */
class Encoding extends Synapse {
  readonly inputShape = [-1, -1];
  readonly modality = 'tensor';
  private readonly inner = new MnistSynapse({ ...SMALL, seed: 2, inputDim: 20 });
  private readonly weight: tf.Variable;

  constructor() {
    super('encoding', {});
    this.weight = this.parameter(
      'encoder',
      [8, 20],
      Float32Array.from({ length: 160 }, (_, i) => wave(i + 5) / 3),
    );
    for (const [name, variable] of this.inner.variables) this.variables.set(name, variable);
  }

  override hop(inputs: tf.Tensor): tf.Tensor {
    return tf.tanh(tf.matMul(inputs as tf.Tensor2D, this.weight as unknown as tf.Tensor2D));
  }

  override hopVariables(): tf.Variable[] {
    return [this.weight];
  }

  checkInputs(): void {}

  routerContext(hop: tf.Tensor): tf.Tensor2D {
    return this.inner.routerContext(hop);
  }

  checkTargets(): void {}

  judge(tensors: PassTensors, targets: Batch['targets']): Judgement {
    return this.inner.judge(tensors, targets);
  }

  head(hop: tf.Tensor, targets: Batch['targets'], network: tf.Tensor | undefined): PassTensors {
    return this.inner.head(hop, targets, network);
  }
}
