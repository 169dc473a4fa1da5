import * as tf from '@tensorflow/tfjs-core';

const VOCABULARY = 1024;
const ANSWER = 1024;

interface Sizes {
  width: number;
  layers: number;
  heads: number;
  positions: number;
}

/**
 * The small GPT-2 with its student and joiner the way one would write it in TensorFlow.js alone: chained operations and `minimize`.
 * What our own code is measured against. Same layers, same losses.
 */
export class PlainGpt2 {
  private readonly named: Record<string, tf.Variable> = {};

  constructor(
    private readonly sizes: Sizes,
    seed: number,
  ) {
    const { width, layers, positions } = sizes;
    const matrix = (name: string, inputs: number, outputs: number, deviation = 0.02) => {
      const initial = tf.randomNormal(
        [inputs, outputs],
        0,
        deviation,
        'float32',
        seed + Object.keys(this.named).length,
      );
      this.named[name] = tf.variable(initial);
      initial.dispose();
    };
    const vector = (name: string, length: number, value = 0) => {
      this.named[name] = tf.tidy(() => tf.variable(tf.fill([length], value)));
    };
    const linear = (name: string, inputs: number, outputs: number) => {
      matrix(`${name}.weight`, inputs, outputs);
      vector(`${name}.bias`, outputs);
    };
    const norm = (name: string) => {
      vector(`${name}.weight`, width, 1);
      vector(`${name}.bias`, width);
    };
    matrix('wte', VOCABULARY, width);
    matrix('wpe', positions, width);
    for (let i = 0; i < layers; i++) {
      for (const name of ['before', 'between']) norm(`${i}.${name}`);
      linear(`${i}.qkv`, width, 3 * width);
      linear(`${i}.out`, width, width);
      linear(`${i}.up`, width, 4 * width);
      linear(`${i}.down`, 4 * width, width);
    }
    norm('last');
    linear('student0', width, width);
    linear('student1', width, ANSWER);
    linear('joiner0', width, width);
    matrix('joinerContext', ANSWER, width);
    linear('joiner1', width, width);
    linear('gate', width, 1);
  }

  get variables(): tf.Variable[] {
    return Object.values(this.named);
  }

  /** The three losses when the synapse calls itself. ids and labels [rows, length] */
  loss(ids: tf.Tensor2D, labels: tf.Tensor2D): tf.Scalar {
    const state = this.encode(ids);
    const student = this.linear('student1', this.gelu(this.linear('student0', state)));
    const heard = constant(student);
    const context = tf.mul(tf.div(heard, tf.norm(heard, 'euclidean', 1, true)), 32);
    return tf.addN([
      this.entropy(labels, this.scores(state, student)),
      this.entropy(labels, this.scores(state, context)),
      tf.mean(tf.squaredDifference(student, context)),
    ]) as tf.Scalar;
  }

  dispose(): void {
    tf.dispose(this.variables);
  }

  private scores(state: tf.Tensor, context: tf.Tensor): tf.Tensor {
    const heard = tf.matMul(context as tf.Tensor2D, this.variable('joinerContext') as tf.Tensor2D);
    const joined = this.gelu(tf.add(this.linear('joiner0', state), heard));
    const output = tf.add(state, this.linear('joiner1', joined)) as tf.Tensor2D;
    const own = tf.matMul(output, this.variable('wte') as tf.Tensor2D, false, true);
    return tf.add(own, tf.mul(this.linear('gate', state), tf.mul(context, 2)));
  }

  private encode(ids: tf.Tensor2D): tf.Tensor {
    const { width, layers, heads } = this.sizes;
    const [rows, length] = ids.shape;
    const hidden = tf.sub(tf.linalg.bandPart(tf.ones([length, length]), -1, 0), 1);
    const mask = tf.mul(hidden, 1e9);
    const places = tf.slice(this.variable('wpe'), 0, length);
    let x = tf.reshape(tf.add(tf.gather(this.variable('wte'), ids), places), [rows * length, width]);
    for (let i = 0; i < layers; i++) {
      const parts = tf.split(this.linear(`${i}.qkv`, this.norm(`${i}.before`, x)), 3, 1);
      const [q, k, v] = parts.map(part =>
        tf.transpose(tf.reshape(part, [rows, length, heads, width / heads]), [0, 2, 1, 3]),
      );
      const scores = tf.div(tf.matMul(q!, k!, false, true), Math.sqrt(width / heads));
      const mixed = tf.matMul(tf.softmax(tf.add(scores, mask)), v!);
      const joined = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [rows * length, width]);
      x = tf.add(x, this.linear(`${i}.out`, joined));
      const inner = this.gelu(this.linear(`${i}.up`, this.norm(`${i}.between`, x)));
      x = tf.add(x, this.linear(`${i}.down`, inner));
    }
    return this.norm('last', x);
  }

  private norm(name: string, x: tf.Tensor): tf.Tensor {
    const { mean, variance } = tf.moments(x, 1, true);
    const unit = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
    return tf.add(tf.mul(unit, this.variable(`${name}.weight`)), this.variable(`${name}.bias`));
  }

  private gelu(x: tf.Tensor): tf.Tensor {
    const bent = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
    return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(bent), 1));
  }

  private linear(name: string, x: tf.Tensor): tf.Tensor {
    const product = tf.matMul(x as tf.Tensor2D, this.variable(`${name}.weight`) as tf.Tensor2D);
    return tf.add(product, this.variable(`${name}.bias`));
  }

  private entropy(labels: tf.Tensor2D, scores: tf.Tensor): tf.Tensor {
    const wanted = tf.oneHot(tf.reshape(labels, [labels.size]) as tf.Tensor1D, VOCABULARY);
    return tf.neg(tf.mean(tf.sum(tf.mul(wanted, tf.logSoftmax(scores as tf.Tensor2D)), 1)));
  }

  private variable(name: string): tf.Variable {
    return this.named[name]!;
  }
}

function constant(x: tf.Tensor): tf.Tensor {
  return tf.customGrad(value => ({
    value: tf.clone(value as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }))(x) as tf.Tensor;
}
