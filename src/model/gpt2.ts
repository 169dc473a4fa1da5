import * as tf from '@tensorflow/tfjs-core';
import { gpt2Tokenizer } from './data/tokenizer.js';
import { GPT2_VOCABULARY } from './data/vocabularies.js';
import {
  type Attending,
  DEVIATION,
  type Encoded,
  type LanguageConfig,
  LanguageSynapse,
  languageDefaults,
} from './language.js';
import { attention, causalMask } from './layers/attention.js';
import { embed, embedPositions, scoreByTable } from './layers/embedding.js';
import { gelu } from './layers/gelu.js';
import { layerNorm } from './layers/layer-norm.js';
import type { TrainingStep } from './synapse.js';

export type Gpt2Config = LanguageConfig;

/** A small one that learns on two cores. */
export const gpt2Defaults: Gpt2Config = { ...languageDefaults, width: 128, layers: 2, heads: 4, positions: 64 };

/** The published GPT-2 small, 124 million parameters without student and joiner. */
export const gpt2Small: Partial<Gpt2Config> = {
  vocabSize: GPT2_VOCABULARY,
  width: 768,
  layers: 12,
  heads: 12,
  positions: 1024,
  dropout: 0.1,
};

const EPSILON = 1e-5;

/**
 * Causal language model (Radford et al. 2019): blocks of masked attention and a network of two layers, each after a layer norm, scores by
 * the tied embedding. Parameters are named and laid out as Hugging Face's `GPT2Model` has them. Nothing sees what comes after it: the
 * router, too, weighs the answers of each place by what that place has seen.
 */
export class GPT2LMSynapse extends LanguageSynapse<Gpt2Config> {
  constructor(config: Partial<Gpt2Config> = {}) {
    const whole = { ...gpt2Defaults, ...config };
    super('gpt2', whole, GPT2_VOCABULARY, gpt2Tokenizer(whole.vocabSize));
    const { vocabSize, width, layers, positions } = this.config;
    this.weight('wte.weight', [vocabSize, width]);
    this.weight('wpe.weight', [positions, width], DEVIATION / 2);
    for (let i = 0; i < layers; i++) {
      const intoSum = DEVIATION / Math.sqrt(2 * layers);
      this.norm(`h.${i}.ln_1`);
      this.linear(`h.${i}.attn.c_attn`, width, 3 * width);
      this.linear(`h.${i}.attn.c_proj`, width, width, intoSum);
      this.norm(`h.${i}.ln_2`);
      this.linear(`h.${i}.mlp.c_fc`, width, 4 * width);
      this.linear(`h.${i}.mlp.c_proj`, 4 * width, width, intoSum);
    }
    this.norm('ln_f');
    this.addPaths();
  }

  /** The student's guess at each place, which has seen that place and those before it. [rows, length] -> [rows * length, 1024] */
  override routerContext(ids: tf.Tensor): tf.Tensor2D {
    return this.student(this.encode(ids).state);
  }

  /** Every place of a text without targets has a next token. */
  protected override isAsked(): boolean {
    return true;
  }

  protected override encode(ids: tf.Tensor, training?: TrainingStep): Encoded {
    const drop = this.dropping(training);
    const [batch, length] = ids.shape as [number, number];
    const { width, layers } = this.config;
    const tokens = embed(this.variable('wte.weight'), this.classesOf(ids)); // [batch * length, width]
    const places = embedPositions(this.variable('wpe.weight'), length); // [length, width]
    const sum = tf.add(tf.reshape(tokens, [batch, length, width]), places);
    let x = drop(tf.reshape(sum, [batch * length, width]), 'embedding');
    const mask = causalMask(length);
    for (let i = 0; i < layers; i++) {
      const attended = this.attend(this.normalise(`h.${i}.ln_1`, x), `h.${i}.attn`, { batch, mask, drop });
      x = tf.add(x, drop(attended, `${i}.attention`));
      const inner = gelu(this.dense(`h.${i}.mlp.c_fc`, this.normalise(`h.${i}.ln_2`, x)), 'tanh'); // [batch * length, 4 * width]
      x = tf.add(x, drop(this.dense(`h.${i}.mlp.c_proj`, inner), `${i}.mlp`));
    }
    return { state: this.normalise('ln_f', x) };
  }

  protected override score(output: tf.Tensor2D): tf.Tensor2D {
    return scoreByTable(output, this.variable('wte.weight'));
  }

  private attend(x: tf.Tensor, layer: string, { batch, mask, drop }: Attending): tf.Tensor2D {
    const { heads } = this.config;
    const [query, key, value] = tf.split(this.dense(`${layer}.c_attn`, x), 3, 1); // [batch * length, width] each
    const dropShares = (shares: tf.Tensor) => drop(shares, `${layer}.shares`);
    return this.dense(`${layer}.c_proj`, attention(query!, key!, value!, { batch, heads, mask, drop: dropShares }));
  }

  private normalise(layer: string, x: tf.Tensor): tf.Tensor2D {
    return layerNorm(x, this.variable(`${layer}.weight`), this.variable(`${layer}.bias`), EPSILON);
  }
}
