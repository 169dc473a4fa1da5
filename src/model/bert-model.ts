import * as tf from '@tensorflow/tfjs-core';
import { type Device, startBackend } from './compute/backend.js';
import { type Random, random } from './compute/random.js';
import { shapeError } from './compute/tensor.js';
import { DEVIATION } from './language.js';
import { paddingMask } from './layers/attention.js';
import { bertBlocks } from './layers/bert-blocks.js';
import { embed, embedPositions } from './layers/embedding.js';
import { Parameters } from './train/parameters.js';

/** Sizes of an encoder, and where its parameters come from. */
export interface BertModelConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  /** Blocks; default 2. */
  readonly layers: number;
  /** Must divide `hiddenSize`; default: parts of 64 numbers, or one head. */
  readonly heads: number;
  /** Longest sequence; default 512. */
  readonly positions: number;
  /** More tokens in one call are refused; default 16,384. */
  readonly maxTokens: number;
  /** Of the first parameters; default 0. */
  readonly seed: number;
  readonly device: Device;
}

/**
 * The encoder of BERT (Devlin et al. 2018) alone, over any vocabulary: every place sees every other. Parameters are named as in Hugging
 * Face's `BertModel`, matrices as [inputs, outputs].
 */
export class BertModel {
  readonly parameters: Parameters;

  constructor(readonly config: Readonly<Omit<BertModelConfig, 'device'>>) {
    const { vocabSize, hiddenSize: width, layers, heads, positions, seed } = config;
    if (width % heads !== 0) throw new RangeError(`${heads} heads do not divide a width of ${width}`);
    const variables = new Map<string, tf.Variable>();
    const make = (name: string, shape: number[], values: (size: number) => Float32Array) => {
      const size = shape.reduce((product, length) => product * length, 1);
      variables.set(
        name,
        tf.tidy(() => tf.variable(tf.tensor(values(size), shape))),
      );
    };
    const weight = (name: string, shape: number[]) =>
      make(name, shape, size => uniforms(size, DEVIATION, random(seed, 'bert-model', name)));
    const linear = (layer: string, inputs: number, outputs: number) => {
      weight(`${layer}.weight`, [inputs, outputs]);
      make(`${layer}.bias`, [outputs], size => new Float32Array(size));
    };
    const norm = (layer: string) => {
      make(`${layer}.LayerNorm.weight`, [width], size => new Float32Array(size).fill(1));
      make(`${layer}.LayerNorm.bias`, [width], size => new Float32Array(size));
    };
    weight('embeddings.word_embeddings.weight', [vocabSize, width]);
    weight('embeddings.position_embeddings.weight', [positions, width]);
    weight('embeddings.token_type_embeddings.weight', [2, width]);
    norm('embeddings');
    for (let i = 0; i < layers; i++) {
      const layer = `encoder.layer.${i}`;
      for (const part of ['query', 'key', 'value']) linear(`${layer}.attention.self.${part}`, width, width);
      linear(`${layer}.attention.output.dense`, width, width);
      norm(`${layer}.attention.output`);
      linear(`${layer}.intermediate.dense`, width, 4 * width);
      linear(`${layer}.output.dense`, 4 * width, width);
      norm(`${layer}.output`);
    }
    this.parameters = new Parameters(variables);
  }

  /** The last hidden state. ids [rows, length] -> [rows, length, hiddenSize]. Code `shape` for ids that it cannot take. */
  forward(ids: tf.Tensor): tf.Tensor3D {
    this.check(ids);
    return tf.tidy(() => {
      const [batch, length] = ids.shape as [number, number];
      const { hiddenSize: width, layers, heads } = this.config;
      const words = embed(this.variable('embeddings.word_embeddings.weight'), ids); // [batch * length, width]
      const places = embedPositions(this.variable('embeddings.position_embeddings.weight'), length); // [length, width]
      const kind = tf.slice(this.variable('embeddings.token_type_embeddings.weight'), 0, 1); // [1, width]
      const sum = tf.add(tf.reshape(words, [batch, length, width]), tf.add(places, kind));
      const state = bertBlocks(tf.reshape(sum, [batch * length, width]), {
        layers,
        heads,
        batch,
        mask: paddingMask(tf.ones([batch, length])),
        variable: name => this.variable(name),
        drop: x => x,
      });
      return tf.reshape(state, [batch, length, width]) as tf.Tensor3D;
    });
  }

  /** Adds the gradients of `<forward(ids), gradient>` to those of the parameters. */
  backward(ids: tf.Tensor, gradient: tf.Tensor): void {
    this.parameters.backward(() => this.forward(ids), gradient);
  }

  /** Frees parameters and gradients. */
  dispose(): void {
    this.parameters.dispose();
  }

  private variable(name: string): tf.Variable {
    return this.parameters.variables.get(name)!;
  }

  private check(ids: tf.Tensor): void {
    const { positions, maxTokens, vocabSize } = this.config;
    const [rows, length] = ids.shape as [number, number];
    const fits = ids.rank === 2 && rows >= 1 && length >= 1 && length <= positions && rows * length <= maxTokens;
    if (!fits || ids.dtype !== 'int32') {
      const expected = `ids [1 or more, 1 to ${positions}], at most ${maxTokens} of them`;
      throw shapeError(`an input of ${ids.dtype}`, expected, ids.shape);
    }
    const wrong = (ids.dataSync() as Int32Array).find(id => !(id >= 0 && id < vocabSize));
    if (wrong !== undefined) {
      throw shapeError(`an input with the id ${wrong}`, `ids from 0 to ${vocabSize - 1}`, ids.shape);
    }
  }
}

/** Numbers of this deviation around 0. Normal ones, as BERT has, would take ten seconds for a table of 50,000 words. */
function uniforms(size: number, deviation: number, source: Random): Float32Array {
  const values = new Float32Array(size);
  const width = deviation * Math.sqrt(12);
  for (let i = 0; i < size; i++) values[i] = width * (source.uniform() - 0.5);
  return values;
}

/** An encoder with fresh parameters, on a backend that is started for it. */
export async function bertModel({
  device = 'auto',
  ...config
}: Pick<BertModelConfig, 'vocabSize' | 'hiddenSize'> & Partial<BertModelConfig>): Promise<BertModel> {
  await startBackend(device);
  const heads = config.hiddenSize % 64 === 0 ? config.hiddenSize / 64 : 1;
  return new BertModel({ layers: 2, heads, positions: 512, maxTokens: 16_384, seed: 0, ...config });
}
