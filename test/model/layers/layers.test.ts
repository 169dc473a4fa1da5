import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { random, startBackend, vjp } from '../../../src/model/index.js';
import { attention, causalMask, paddingMask } from '../../../src/model/layers/attention.js';
import { dropout } from '../../../src/model/layers/dropout.js';
import { embed, embedPositions, scoreByTable } from '../../../src/model/layers/embedding.js';
import { gelu } from '../../../src/model/layers/gelu.js';
import { layerNorm } from '../../../src/model/layers/layer-norm.js';
import { crossEntropyOf } from '../../../src/model/layers/losses.js';
import { closeTo, wave } from '../helpers.js';

interface Case {
  f: (...inputs: tf.Tensor[]) => tf.Tensor;
  shapes: number[][];
}

const qkv = [
  [6, 4],
  [6, 4],
  [6, 4],
];
const cases: Record<string, Case> = {
  'gelu by tanh': { f: x => gelu(x!, 'tanh'), shapes: [[12]] },
  'gelu by erf': { f: x => gelu(x!, 'erf'), shapes: [[12]] },
  'layer norm': { f: (x, weight, bias) => layerNorm(x!, weight!, bias!, 1e-5), shapes: [[3, 5], [5], [5]] },
  'an embedding': {
    f: table =>
      embed(
        table!,
        tf.tensor2d(
          [
            [1, 0],
            [1, 3],
          ],
          [2, 2],
          'int32',
        ),
      ),
    shapes: [[4, 3]],
  },
  'embedded positions': { f: table => embedPositions(table!, 2), shapes: [[4, 3]] },
  'few scores by a table': {
    f: (x, table) => scoreByTable(x!, table!),
    shapes: [
      [2, 3],
      [7, 3],
    ],
  },
  'many scores by a table': {
    f: (x, table) => scoreByTable(x!, table!),
    shapes: [
      [5, 3],
      [7, 3],
    ],
  },
  'the entropy of class numbers': { f: x => crossEntropyOf(Int32Array.of(2, 0), x!), shapes: [[2, 4]] },
  'attention to all': { f: (q, k, v) => attention(q!, k!, v!, { batch: 2, heads: 2 }), shapes: qkv },
  'attention to what came before': {
    f: (q, k, v) => attention(q!, k!, v!, { batch: 2, heads: 2, mask: causalMask(3) }),
    shapes: qkv,
  },
  'attention beside padding': {
    f: (q, k, v) => {
      const mask = paddingMask(
        tf.tensor2d([
          [1, 1, 0],
          [1, 1, 1],
        ]),
      );
      return attention(q!, k!, v!, { batch: 2, heads: 1, mask });
    },
    shapes: qkv,
  },
};

function inputsOf({ shapes }: Case): tf.Tensor[] {
  return shapes.map((shape, i) => {
    const length = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(
      Float32Array.from({ length }, (_, j) => wave(j + 31 * i)),
      shape,
    );
  });
}

/** Value and gradients of `<f(inputs), wave>`. */
function products(test: Case): Float32Array[] {
  return tf.tidy(() => {
    const inputs = inputsOf(test);
    const shape = test.f(...inputs).shape;
    const length = shape.reduce((a, b) => a * b, 1);
    const cotangent = tf.tensor(
      Float32Array.from({ length }, (_, j) => wave(j + 7)),
      shape,
    );
    const { outputs, inputs: gradients } = vjp({
      of: leaves => ({ outputs: [test.f(...leaves)] }),
      variables: [],
      inputs,
      cotangents: [cotangent],
    });
    return [...outputs, ...gradients].map(tensor => (tensor.dataSync() as Float32Array).slice());
  }) as unknown as Float32Array[];
}

describe('layers', () => {
  it.each(Object.keys(cases))('have the gradient of finite differences, and the same on wasm: %s', async name => {
    const test = cases[name]!;
    await startBackend('js');
    const [, ...gradients] = products(test);
    const weighed = (inputs: tf.Tensor[]) =>
      tf.tidy(() => {
        const value = test.f(...inputs).dataSync() as Float32Array;
        return value.reduce((sum, x, i) => sum + x * wave(i + 7), 0);
      });
    const step = 1e-2;
    for (const [i, gradient] of gradients.entries()) {
      for (let j = 0; j < gradient.length; j++) {
        const moved = [step, -step].map(by => {
          const inputs = inputsOf(test);
          const values = inputs[i]!.dataSync().slice();
          values[j]! += by;
          const result = weighed(inputs.map((input, n) => (n === i ? tf.tensor(values, input.shape) : input)));
          tf.dispose(inputs);
          return result;
        });
        expect(Math.abs((moved[0]! - moved[1]!) / (2 * step) - gradient[j]!)).toBeLessThan(
          2e-3 * Math.max(1, Math.abs(gradient[j]!)) + 2e-3,
        );
      }
    }
    const js = products(test);
    await startBackend('wasm');
    const wasm = products(test);
    for (const [i, values] of js.entries()) expect(closeTo(values, wasm[i]!)).toBeLessThan(1e-5);
  });

  it('attention shares nothing with what it must not see', async () => {
    await startBackend('wasm');
    const [q, k, v] = inputsOf(cases['attention to all']!);
    const mixed = tf.tidy(() => attention(q!, k!, v!, { batch: 2, heads: 2, mask: causalMask(3) }).dataSync());
    // The first place of each sequence sees itself alone.
    expect(closeTo(mixed.slice(0, 4), v!.dataSync().slice(0, 4))).toBeLessThan(1e-6);
    expect(closeTo(mixed.slice(12, 16), v!.dataSync().slice(12, 16))).toBeLessThan(1e-6);
    tf.dispose([q!, k!, v!]);
  });

  it('dropout drops its share, keeps the mean, and drops the same again', async () => {
    await startBackend('wasm');
    const [first, again, other] = [1, 1, 2].map(seed =>
      tf.tidy(() => dropout(tf.ones([100, 100]), 0.25, random(seed, 'drop')).dataSync()),
    );
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    const dropped = first!.filter(x => x === 0).length;
    expect(dropped).toBeGreaterThan(2300);
    expect(dropped).toBeLessThan(2700);
    expect(first!.find(x => x !== 0)).toBeCloseTo(4 / 3, 6);
  });

  it('no place to judge costs nothing', async () => {
    await startBackend('wasm');
    expect(tf.tidy(() => crossEntropyOf(new Int32Array(0), tf.zeros([0, 4])).dataSync()[0])).toBe(0);
  });
});
