import * as tf from '@tensorflow/tfjs-core';
import { attention } from './attention.js';
import { dense } from './dense.js';
import { gelu } from './gelu.js';
import { layerNorm } from './layer-norm.js';

const EPSILON = 1e-12;

export interface BertParts {
  readonly layers: number;
  readonly heads: number;
  /** Rows of the batch. */
  readonly batch: number;
  /** See `paddingMask`. */
  readonly mask: tf.Tensor;
  /** A parameter by its name in Hugging Face's `BertModel`. */
  variable(name: string): tf.Tensor;
  /** Drops part of the numbers while training. */
  drop(x: tf.Tensor, site: string): tf.Tensor;
}

/** What becomes of summed embeddings: a layer norm, then blocks of attention to both sides. [batch * length, width], the same shape again */
export function bertBlocks(embedded: tf.Tensor, parts: BertParts): tf.Tensor2D {
  const { layers, variable, drop } = parts;
  const linear = (layer: string, x: tf.Tensor) =>
    dense(x, variable(`${layer}.weight`), variable(`${layer}.bias`), 'linear');
  let x: tf.Tensor = drop(bertNorm(parts, 'embeddings', embedded), 'embedding');
  for (let i = 0; i < layers; i++) {
    const layer = `encoder.layer.${i}`;
    const attended = drop(attend(parts, x, `${layer}.attention`), `${i}.attention`);
    x = bertNorm(parts, `${layer}.attention.output`, tf.add(x, attended));
    const inner = gelu(linear(`${layer}.intermediate.dense`, x), 'erf'); // [batch * length, 4 * width]
    const output = drop(linear(`${layer}.output.dense`, inner), `${i}.output`);
    x = bertNorm(parts, `${layer}.output`, tf.add(x, output));
  }
  return x as tf.Tensor2D;
}

/** The layer norm of a part of BERT. */
export function bertNorm({ variable }: Pick<BertParts, 'variable'>, layer: string, x: tf.Tensor): tf.Tensor2D {
  return layerNorm(x, variable(`${layer}.LayerNorm.weight`), variable(`${layer}.LayerNorm.bias`), EPSILON);
}

function attend({ heads, batch, mask, variable, drop }: BertParts, x: tf.Tensor, layer: string) {
  const linear = (part: string, input: tf.Tensor) =>
    dense(input, variable(`${layer}.${part}.weight`), variable(`${layer}.${part}.bias`), 'linear');
  const [query, key, value] = ['self.query', 'self.key', 'self.value'].map(part => linear(part, x));
  const dropShares = (shares: tf.Tensor) => drop(shares, `${layer}.shares`);
  return linear('output.dense', attention(query!, key!, value!, { batch, heads, mask, drop: dropShares }));
}
