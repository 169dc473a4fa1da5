import * as tf from '@tensorflow/tfjs-core';
import { constant, entropy, heardOf, PlainParts } from './plain-parts.js';

const [VOCABULARY, ANSWER, WIDTH, LAYERS, HEADS, SEGMENTS] = [1024, 1024, 128, 2, 4, 2];
const EPSILON = 1e-12;

/** What one batch is, as tensors: ids as classes of the small vocabulary, and where words are masked. */
export interface PlainWords {
  /** [rows, length] */
  ids: tf.Tensor2D;
  segments: tf.Tensor2D;
  /** 1 where there is a token, 0 where there is padding. */
  visible: tf.Tensor2D;
  /** Masked places of the flattened batch, and the classes that were there. */
  places: tf.Tensor1D;
  labels: tf.Tensor1D;
  /** For each row 0 where the second part follows the first, and else 1. */
  next: tf.Tensor1D;
}

/** The small BERT with its student and joiner the way one would write it in TensorFlow.js alone. Same layers, same losses. */
export class PlainBert {
  private readonly parts: PlainParts;

  constructor(length: number, seed: number) {
    const parts = new PlainParts(seed);
    this.parts = parts;
    const [few, linear] = [0.02, (name: string, from: number, to: number) => parts.makeLinear(name, from, to, 0.02)];
    parts.makeNormal('words', [VOCABULARY, WIDTH], few);
    parts.makeNormal('places', [length, WIDTH], few);
    parts.makeNormal('kinds', [SEGMENTS, WIDTH], few);
    parts.makeNorm('embedded', WIDTH);
    for (let i = 0; i < LAYERS; i++) {
      for (const name of ['query', 'key', 'value', 'out']) linear(`${i}.${name}`, WIDTH, WIDTH);
      linear(`${i}.up`, WIDTH, 4 * WIDTH);
      linear(`${i}.down`, 4 * WIDTH, WIDTH);
      for (const name of ['between', 'after']) parts.makeNorm(`${i}.${name}`, WIDTH);
    }
    linear('pooler', WIDTH, WIDTH);
    linear('next', WIDTH, 2);
    linear('transform', WIDTH, WIDTH);
    parts.makeNorm('transform', WIDTH);
    parts.makeFilled('scores.bias', VOCABULARY, 0);
    linear('student0', WIDTH, WIDTH);
    linear('student1', WIDTH, ANSWER);
    linear('joiner0', WIDTH, WIDTH);
    parts.makeNormal('joinerContext', [ANSWER, WIDTH], few);
    linear('joiner1', WIDTH, WIDTH);
    linear('gate', WIDTH, 1);
  }

  get variables(): tf.Variable[] {
    return this.parts.variables;
  }

  /** The losses when the synapse calls itself. */
  loss(words: PlainWords): tf.Scalar {
    const { parts } = this;
    const state = this.encode(words);
    const student = parts.linear('student1', geluByTanh(parts.linear('student0', state)));
    const context = heardOf(student);
    const [rows, length] = words.ids.shape;
    const begins = tf.range(0, rows * length, length, 'int32');
    const losses = [student, context].flatMap(said => {
      const pick = (x: tf.Tensor, at: tf.Tensor1D) => tf.gather(x, at);
      const asked = this.join(pick(state, words.places), pick(said, words.places));
      const first = this.join(pick(state, begins), pick(said, begins));
      const scores = this.scores(asked, pick(state, words.places), pick(said, words.places));
      const follows = parts.linear('next', tf.tanh(parts.linear('pooler', first)));
      return [entropy(words.labels, scores, VOCABULARY), entropy(words.next, follows, 2)];
    });
    const visible = tf.reshape(words.visible, [-1, 1]);
    const apart = tf.squaredDifference(tf.mul(student, visible), tf.mul(constant(context), visible));
    return tf.addN([...losses, tf.mean(apart)]) as tf.Scalar;
  }

  dispose(): void {
    this.parts.dispose();
  }

  private join(state: tf.Tensor, said: tf.Tensor): tf.Tensor {
    const heard = tf.matMul(said as tf.Tensor2D, this.parts.variable('joinerContext') as tf.Tensor2D);
    const joined = geluByTanh(tf.add(this.parts.linear('joiner0', state), heard));
    return tf.add(state, this.parts.linear('joiner1', joined));
  }

  private scores(output: tf.Tensor, state: tf.Tensor, said: tf.Tensor): tf.Tensor {
    const { parts } = this;
    const transformed = parts.norm('transform', gelu(parts.linear('transform', output)), [1], EPSILON);
    const own = tf.matMul(transformed as tf.Tensor2D, parts.variable('words') as tf.Tensor2D, false, true);
    const gated = tf.mul(parts.linear('gate', state), tf.mul(said, 2));
    return tf.add(tf.add(own, parts.variable('scores.bias')), gated);
  }

  private encode({ ids, segments, visible }: PlainWords): tf.Tensor {
    const { parts } = this;
    const [rows, length] = ids.shape;
    const mask = tf.reshape(tf.mul(tf.sub(1, visible), -1e9), [rows, 1, 1, length]);
    const words = tf.add(tf.gather(parts.variable('words'), ids), tf.gather(parts.variable('kinds'), segments));
    const sum = tf.add(words, tf.slice(parts.variable('places'), 0, length));
    let x = parts.norm('embedded', tf.reshape(sum, [rows * length, WIDTH]), [1], EPSILON);
    for (let i = 0; i < LAYERS; i++) {
      const [query, key, value] = ['query', 'key', 'value'].map(name =>
        tf.transpose(tf.reshape(parts.linear(`${i}.${name}`, x), [rows, length, HEADS, WIDTH / HEADS]), [0, 2, 1, 3]),
      );
      const scores = tf.div(tf.matMul(query!, key!, false, true), Math.sqrt(WIDTH / HEADS));
      const mixed = tf.matMul(tf.softmax(tf.add(scores, mask)), value!);
      const attended = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [rows * length, WIDTH]);
      x = parts.norm(`${i}.between`, tf.add(x, parts.linear(`${i}.out`, attended)), [1], EPSILON);
      const inner = gelu(parts.linear(`${i}.up`, x));
      x = parts.norm(`${i}.after`, tf.add(x, parts.linear(`${i}.down`, inner)), [1], EPSILON);
    }
    return x;
  }
}

/** By the error function, as BERT has it. */
function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1));
}

/** By its approximation, as the student and the joiner have it. */
function geluByTanh(x: tf.Tensor): tf.Tensor {
  const bent = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(bent), 1));
}
