import * as tf from '@tensorflow/tfjs-core';
import { type Attributes, type Partials, type Rule, unbroadcast } from './gradient-rule.js';
import { fusedMatmul, matmulByFlags, matmulByTransposes } from './matmul-gradients.js';
import { BATCH_NORM, BATCH_NORM_GRAD, SCALE_SHIFT } from './wasm-batch-norm.js';
import { DUAL_PATH, DUAL_PATH_GRAD } from './wasm-dual-path.js';
import {
  GROUPED_CONVOLUTION,
  GROUPED_CONVOLUTION_FILTER,
  GROUPED_CONVOLUTION_INPUT,
} from './wasm-grouped-convolution.js';

/**
 * Registers the derivative rule of each kernel that the models use, in place of any that is there. TensorFlow.js keeps its own rules in
 * browser modules that Node cannot import without the whole `@tensorflow/tfjs` bundle, and its rule for matrix products is up to twelve
 * times slower than ours on the wasm backend. A model that needs another kernel adds a rule below; test/model/compute/gradients.test.ts
 * compares each with finite differences.
 */
export function registerGradients(options: { transposesAreFree: boolean }): void {
  const matmul = options.transposesAreFree ? matmulByFlags : matmulByTransposes;
  const all: Record<string, Rule> = { ...rules, BatchMatMul: matmul, [tf._FusedMatMul]: fusedMatmul(matmul) };
  for (const [kernelName, { save, saveOutput, saveAll, rule }] of Object.entries(all)) {
    if (tf.getGradient(kernelName)) tf.unregisterGradient(kernelName);
    tf.registerGradient({
      kernelName,
      ...(save ? { inputsToSave: [...save] } : {}),
      ...(saveOutput ? { outputsToSave: Array(Number(saveOutput)).fill(true) } : {}),
      ...(saveAll ? { saveAllInputs: true } : {}),
      gradFunc: (dy, saved, attributes) => rule(dy as tf.Tensor, saved, attributes as Attributes),
    });
  }
}

/** `dy` of a reduction, spread over the reduced axes again. */
function spread(dy: tf.Tensor, shape: number[], axis: unknown): tf.Tensor {
  return tf.broadcastTo(tf.reshape(dy, keptShape(shape, axis)), shape);
}

/** The shape with 1 in the place of each reduced axis. */
function keptShape(shape: number[], axis: unknown): number[] {
  const kept = [...shape];
  for (const a of tf.util.parseAxisParam(axis as number | number[], shape)) kept[a] = 1;
  return kept;
}

/** Shares the gradient of an extreme value among all places that hold it, as TensorFlow.js does. */
const extreme: Rule = {
  save: ['x'],
  saveOutput: true,
  rule: (dy, [x, y], { reductionIndices, axis }) => {
    const axes = reductionIndices ?? axis;
    const at = () => tf.cast(tf.equal(x!, spread(y!, x!.shape, axes)), 'float32');
    return { x: () => tf.mul(spread(dy, x!.shape, axes), at()) };
  },
};

const rules: Record<string, Rule> = {
  // Arithmetic
  [tf.Add]: pair((dy, a, b) => ({ a: () => unbroadcast(dy, a.shape), b: () => unbroadcast(dy, b.shape) })),
  [tf.Sub]: pair((dy, a, b) => ({ a: () => unbroadcast(dy, a.shape), b: () => unbroadcast(tf.neg(dy), b.shape) })),
  [tf.Multiply]: pair((dy, a, b) => ({
    a: () => unbroadcast(tf.mul(dy, tf.cast(b, 'float32')), a.shape),
    b: () => unbroadcast(tf.mul(dy, tf.cast(a, 'float32')), b.shape),
  })),
  [tf.RealDiv]: pair((dy, a, b) => ({
    a: () => unbroadcast(tf.div(dy, b), a.shape),
    b: () => unbroadcast(tf.neg(tf.div(tf.mul(dy, a), tf.square(b))), b.shape),
  })),
  [tf.Pow]: pair((dy, a, b) => ({
    a: () => unbroadcast(tf.mul(dy, tf.mul(b, tf.pow(a, tf.sub(b, 1)))), a.shape),
    b: () => {
      const log = tf.where(tf.greater(a, 0), tf.log(tf.maximum(a, 1e-30)), tf.zerosLike(a));
      return unbroadcast(tf.mul(dy, tf.mul(tf.pow(a, b), log)), b.shape);
    },
  })),
  [tf.Maximum]: pair((dy, a, b) => ({
    a: () => unbroadcast(tf.mul(dy, tf.cast(tf.greaterEqual(a, b), 'float32')), a.shape),
    b: () => unbroadcast(tf.mul(dy, tf.cast(tf.less(a, b), 'float32')), b.shape),
  })),
  [tf.Minimum]: pair((dy, a, b) => ({
    a: () => unbroadcast(tf.mul(dy, tf.cast(tf.lessEqual(a, b), 'float32')), a.shape),
    b: () => unbroadcast(tf.mul(dy, tf.cast(tf.greater(a, b), 'float32')), b.shape),
  })),
  [tf.SquaredDifference]: pair((dy, a, b) => {
    const slope = () => tf.mul(dy, tf.mul(tf.sub(a, b), 2));
    return { a: () => unbroadcast(slope(), a.shape), b: () => unbroadcast(tf.neg(slope()), b.shape) };
  }),
  [tf.AddN]: {
    saveAll: true,
    rule: (dy, saved) => Object.fromEntries(saved.map((_, i) => [i, () => tf.clone(dy)])),
  },
  // One input, by its value
  [tf.Abs]: of('x', (dy, x) => tf.mul(dy, tf.sign(x))),
  [tf.Square]: of('x', (dy, x) => tf.mul(dy, tf.mul(x, 2))),
  [tf.Log]: of('x', (dy, x) => tf.div(dy, x)),
  [tf.Log1p]: of('x', (dy, x) => tf.div(dy, tf.add(x, 1))),
  [tf.Sin]: of('x', (dy, x) => tf.mul(dy, tf.cos(x))),
  [tf.Cos]: of('x', (dy, x) => tf.neg(tf.mul(dy, tf.sin(x)))),
  [tf.Erf]: of('x', (dy, x) => tf.mul(dy, tf.mul(tf.exp(tf.neg(tf.square(x))), 2 / Math.sqrt(Math.PI)))),
  [tf.ClipByValue]: of('x', (dy, x, { clipValueMin, clipValueMax }) => {
    const inside = tf.logicalAnd(tf.greaterEqual(x, clipValueMin as number), tf.lessEqual(x, clipValueMax as number));
    return tf.mul(dy, tf.cast(inside, 'float32'));
  }),
  // One input, by the output's value
  [tf.Neg]: of('x', dy => tf.neg(dy)),
  [tf.Exp]: by('x', (dy, y) => tf.mul(dy, y)),
  [tf.Sqrt]: by('x', (dy, y) => tf.div(dy, tf.mul(y, 2))),
  [tf.Rsqrt]: by('x', (dy, y) => tf.mul(tf.mul(dy, -0.5), tf.mul(y, tf.square(y)))),
  [tf.Tanh]: by('x', (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y)))),
  [tf.Sigmoid]: by('x', (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y)))),
  [tf.Relu]: by('x', (dy, y) => tf.mul(dy, tf.step(y))),
  [tf.Softmax]: by('logits', (dy, y, { dim }) => {
    const weighted = tf.mul(dy, y);
    return tf.sub(weighted, tf.mul(tf.sum(weighted, dim as number, true), y));
  }),
  [tf.LogSoftmax]: by('logits', (dy, y, { axis }) => tf.sub(dy, tf.mul(tf.sum(dy, axis as number, true), tf.exp(y)))),
  // Sums and extremes
  [tf.Sum]: of('x', (dy, x, { axis }) => spread(dy, x.shape, axis)),
  [tf.Mean]: of('x', (dy, x, { axis }) => tf.div(spread(dy, x.shape, axis), x.size / dy.size)),
  [tf.Max]: extreme,
  [tf.Min]: extreme,
  // Shape
  [tf.Identity]: of('x', dy => tf.clone(dy)),
  [tf.Cast]: of('x', dy => tf.clone(dy)),
  [tf.Reshape]: of('x', (dy, x) => tf.reshape(dy, x.shape)),
  [tf.ExpandDims]: { save: ['input'], rule: (dy, [input]) => ({ input: () => tf.reshape(dy, input!.shape) }) },
  [tf.Transpose]: of('x', (dy, _, { perm }) =>
    tf.transpose(dy, tf.backend_util.getUndoAxesPermutation(perm as number[])),
  ),
  [tf.BroadcastTo]: of('x', (dy, x) => unbroadcast(dy, x.shape)),
  [tf.Tile]: of('x', (dy, x, { reps }) => {
    // [r0 * d0, r1 * d1] as [r0, d0, r1, d1], summed over the repetitions.
    const split = x.shape.flatMap((size, i) => [(reps as number[])[i]!, size]);
    return tf.sum(
      tf.reshape(dy, split),
      x.shape.map((_, i) => 2 * i),
    );
  }),
  [tf.Slice]: of('x', (dy, x, { begin, size }) => {
    const [start, length] = tf.slice_util.parseSliceParams(x, begin as number[], size as number[]);
    return tf.pad(
      dy,
      x.shape.map((whole, i) => [start![i]!, whole - start![i]! - length![i]!] as [number, number]),
    );
  }),
  [tf.PadV2]: of('x', (dy, x, { paddings }) =>
    tf.slice(
      dy,
      (paddings as [number, number][]).map(([before]) => before),
      x.shape,
    ),
  ),
  [tf.Concat]: {
    saveAll: true,
    rule: (dy, saved, { axis }) => {
      const [at] = tf.util.parseAxisParam(axis as number, dy.shape);
      const starts = saved.map((_, i) => saved.slice(0, i).reduce((sum, part) => sum + part.shape[at!]!, 0));
      const part = (i: number) => {
        const begin = dy.shape.map((_, d) => (d === at ? starts[i]! : 0));
        return tf.slice(dy, begin, saved[i]!.shape);
      };
      return Object.fromEntries(saved.map((_, i) => [i, () => part(i)]));
    },
  },
  [tf.Pack]: {
    saveAll: true,
    rule: (dy, saved, { axis }) => {
      const parts = tf.unstack(dy, axis as number);
      return Object.fromEntries(saved.map((_, i) => [i, () => parts[i]!]));
    },
  },
  // The rules of kernels with several outputs get one dy for each, and dy itself where there is one output.
  [tf.Unpack]: { rule: (dys, _, { axis }) => ({ value: () => tf.stack(listOf(dys), axis as number) }) },
  [tf.SplitV]: { rule: (dys, _, { axis }) => ({ x: () => tf.concat(listOf(dys), axis as number) }) },
  // Choice
  [tf.Select]: {
    save: ['condition'],
    rule: (dy, [condition]) => ({
      condition: () => tf.zerosLike(tf.cast(condition!, 'float32')),
      t: () => tf.mul(dy, tf.cast(condition!, 'float32')),
      e: () => tf.mul(dy, tf.cast(tf.logicalNot(condition!), 'float32')),
    }),
  },
  /** Slices picked by number along an axis: the gradient goes back to the picked ones. */
  [tf.GatherV2]: {
    save: ['x', 'indices'],
    rule: (dy, [x, indices], { axis, batchDims }) => {
      if (batchDims) throw new Error('the gradient of gather is not written for batches of indices');
      const at = tf.util.parseAxisParam(axis as number, x!.shape)[0]!;
      const [outer, inner] = [x!.shape.slice(0, at), x!.shape.slice(at + 1)];
      const flat = () => tf.cast(tf.reshape(indices!, [indices!.size]), 'int32') as tf.Tensor1D;
      const toRows = () => {
        const picked = tf.reshape(dy, [...outer, indices!.size, ...inner]);
        if (at === 0) return tf.unsortedSegmentSum(picked, flat(), x!.shape[0]!);
        // The axis goes first, and back to its place afterwards.
        const first = [at, ...x!.shape.map((_, d) => d).filter(d => d !== at)];
        const sums = tf.unsortedSegmentSum(tf.transpose(picked, first), flat(), x!.shape[at]!);
        return tf.transpose(sums, tf.backend_util.getUndoAxesPermutation(first));
      };
      return { x: toRows, indices: () => tf.zerosLike(tf.cast(indices!, 'float32')) };
    },
  },
  [tf.Cumsum]: of('x', (dy, _, { axis, exclusive, reverse }) =>
    tf.cumsum(dy, axis as number, exclusive as boolean, !reverse),
  ),
  // Images
  [tf.Conv2D]: {
    save: ['x', 'filter'],
    rule: (dy, [x, filter], { strides, pad, dataFormat }) => ({
      x: () =>
        tf.engine().runKernel(tf.Conv2DBackpropInput, { dy, filter: filter! }, {
          strides,
          pad,
          dataFormat,
          inputShape: x!.shape,
        } as tf.NamedAttrMap),
      filter: () =>
        tf.engine().runKernel(tf.Conv2DBackpropFilter, { x: x!, dy }, {
          strides,
          pad,
          dataFormat,
          filterShape: filter!.shape,
        } as tf.NamedAttrMap),
    }),
  },
  [tf.MaxPool]: {
    save: ['x'],
    saveOutput: true,
    rule: (dy, [input, output], { filterSize, strides, pad }) => ({
      x: () =>
        tf.engine().runKernel(tf.MaxPoolGrad, { dy, input: input!, output: output! }, {
          filterSize,
          strides,
          pad,
        } as tf.NamedAttrMap),
    }),
  },
  [tf.AvgPool]: {
    save: ['x'],
    rule: (dy, [input], { filterSize, strides, pad }) => ({
      x: () =>
        tf.engine().runKernel(tf.AvgPoolGrad, { dy, input: input! }, { filterSize, strides, pad } as tf.NamedAttrMap),
    }),
  },
  // Kernels of our own
  [GROUPED_CONVOLUTION]: {
    save: ['x', 'filter'],
    rule: (dy, [x, filter], attributes) => ({
      x: () => run(GROUPED_CONVOLUTION_INPUT, { dy, filter: filter! }, { ...attributes, inputShape: x!.shape })[0]!,
      filter: () => run(GROUPED_CONVOLUTION_FILTER, { x: x!, dy }, { ...attributes, filterShape: filter!.shape })[0]!,
    }),
  },
  /** Mean and variance are for the running averages only; nothing flows back through them. */
  [BATCH_NORM]: {
    save: ['x', 'gamma'],
    saveOutput: 3,
    rule: (dys, [x, gamma, y, mean, variance], attributes) => {
      const [dy] = dys as unknown as tf.Tensor[];
      const named = { dy: dy!, x: x!, y: y!, gamma: gamma!, mean: mean!, variance: variance! };
      const [dx, dgamma, dbeta] = run(BATCH_NORM_GRAD, named, attributes);
      return { x: () => dx!, gamma: () => dgamma!, beta: () => dbeta! };
    },
  },
  [DUAL_PATH]: {
    save: ['kept'],
    saveOutput: true,
    rule: (dy, [kept, y], { residual }) => {
      const keptChannels = kept!.shape.at(-1)!;
      const [dkept, dchange] = run(DUAL_PATH_GRAD, { dy, y: y! }, { residual, keptChannels });
      return { kept: () => dkept!, change: () => dchange! };
    },
  },
  [SCALE_SHIFT]: {
    save: ['x', 'scale'],
    saveOutput: true,
    rule: (dy, [x, scale, y], { relu }) => {
      const slope = relu ? tf.mul(dy, tf.step(y!)) : dy;
      const axes = [...Array(x!.rank - 1).keys()];
      return {
        x: () => tf.mul(slope, scale!),
        scale: () => tf.sum(tf.mul(slope, x!), axes),
        shift: () => tf.sum(slope, axes),
      };
    },
  },
};

function run(kernelName: string, inputs: tf.NamedTensorMap, attributes: Attributes): tf.Tensor[] {
  const outputs = tf.engine().runKernel(kernelName, inputs, attributes as tf.NamedAttrMap) as tf.Tensor | tf.Tensor[];
  return Array.isArray(outputs) ? outputs : [outputs];
}

function of(name: string, rule: (dy: tf.Tensor, x: tf.Tensor, attributes: Attributes) => tf.Tensor): Rule {
  return { save: [name], rule: (dy, [x], attributes) => ({ [name]: () => rule(dy, x!, attributes) }) };
}

function by(name: string, rule: (dy: tf.Tensor, y: tf.Tensor, attributes: Attributes) => tf.Tensor): Rule {
  return { saveOutput: true, rule: (dy, [y], attributes) => ({ [name]: () => rule(dy, y!, attributes) }) };
}

function pair(rule: (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => Partials): Rule {
  return { save: ['a', 'b'], rule: (dy, [a, b]) => rule(dy, a!, b!) };
}

function listOf(dys: unknown): tf.Tensor[] {
  return [dys].flat() as tf.Tensor[];
}
