import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { CifarSynapse, type dualPathLayouts } from '../../src/model/cifar.js';
import { type Device, random, startBackend, vjp } from '../../src/model/index.js';
import { normaliseRows } from '../../src/model/peers/normalise.js';
import { type Numbers, reference, worstShare } from './reference-model.js';

const ROWS = 6;
const LABELLED = 4;

function numbers(name: string, shape: readonly number[], deviation = 1, mean = 0): Numbers {
  const source = random(11, 'conformance', name);
  const length = shape.reduce((a, b) => a * b);
  return { name, shape, data: Float32Array.from({ length }, () => mean + deviation * source.normal()) };
}

/** One training step over the network and one answer, here and in JAX on the same weights. */
async function compare(device: Device, layout: keyof typeof dualPathLayouts, imageSize: number) {
  await startBackend(device);
  const synapse = new CifarSynapse({ layout, imageSize, seed: 3 });
  const x = numbers('x', [ROWS, imageSize, imageSize, 3]);
  const raw = numbers('network', [ROWS, 1024]);
  const network = { ...raw, data: normaliseRows(raw.data, 1024).value };
  const labels: Numbers = { name: 'labels', shape: [LABELLED], data: Float32Array.from([3, 0, 9, 3]) };
  // Running averages as after some training, and scales that are not all alike. Most numbers lie above 0: one of ten million that another
  // rounding brings to the other side of a relu changes every gradient before it by half a percent.
  for (const [name, variable] of [...synapse.averages, ...synapse.variables]) {
    if (!/(mean|variance|gamma|beta)$/.test(name)) continue;
    const { data } = numbers(name, variable.shape, 0.1);
    const about = name.endsWith('mean') ? 0 : name.endsWith('beta') ? 3 : 1;
    tf.tidy(() =>
      variable.assign(
        tf.tensor(
          data.map(value => about + value),
          variable.shape,
        ),
      ),
    );
  }
  const { groups, stages } = synapse.layout;
  const { distillationWeight, readoutNorm } = synapse.config;
  const settings = { groups, stages, distillationWeight, readoutNorm };
  const expected = await reference('dpn', settings, [...synapse.state(), x, labels, network]);

  const [images, context] = [x, network].map(({ data, shape }) => tf.tensor(data, [...shape])) as [
    tf.Tensor,
    tf.Tensor,
  ];
  const targets = { labels: tf.tensor1d(labels.data, 'int32') };
  const answer = tf.tidy(() => tf.slice(synapse.forwardImage(images), [0, 0], [-1, 10]).dataSync() as Float32Array);
  const product = vjp({
    of: () => {
      const tensors = synapse.head(images, targets, context, { step: 0 });
      return { outputs: [tensors.loss], extra: tensors };
    },
    variables: [...synapse.variables.values()],
    inputs: [],
    cotangents: [tf.scalar(1)],
  });
  const of = (tensor: tf.Tensor) => tensor.dataSync() as Float32Array;
  const forward = {
    answer: worstShare(answer, expected.get('answer')!.data),
    loss: worstShare(of(product.outputs[0]!), expected.get('loss')!.data),
    local: worstShare(of(product.extra['localTarget']!), expected.get('found/local')!.data),
    network: worstShare(of(product.extra['networkTarget']!), expected.get('found/network')!.data),
    ...Object.fromEntries(
      [...synapse.averages].map(([name, average]) => [
        name,
        worstShare(of(average), expected.get(`found/${name}`)!.data),
      ]),
    ),
  };
  const gradients = Object.fromEntries(
    [...synapse.variables].map(([name, variable]) => [
      name,
      worstShare(of(product.variables.get(variable)!), expected.get(`gradient/${name}`)!.data),
    ]),
  );
  tf.disposeVariables();
  return { forward, gradients };
}

describe('the dual path network and the same in JAX', () => {
  it.each([
    ['wasm', 'small', 32],
    ['js', 'small', 32],
    ['wasm', 'dpn26', 16],
  ] as const)('agree on %s: %s, losses, running averages and every gradient', async (device, layout, imageSize) => {
    const { forward, gradients } = await compare(device, layout, imageSize);
    for (const [name, share] of Object.entries(forward)) expect.soft(share, name).toBeLessThan(1e-4);
    for (const [name, share] of Object.entries(gradients)) expect.soft(share, name).toBeLessThan(1e-3);
    expect(Object.keys(gradients).length).toBeGreaterThan(40);
  });
});
