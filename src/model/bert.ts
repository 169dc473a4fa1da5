import * as tf from '@tensorflow/tfjs-core';
import { type Batch, checkedLabels, type PlainBatch } from './batch.js';
import { bertTokenizer } from './data/tokenizer.js';
import { BERT_SPECIAL, BERT_VOCABULARY } from './data/vocabularies.js';
import { type Encoded, type LanguageConfig, LanguageSynapse, languageDefaults } from './language.js';
import { paddingMask } from './layers/attention.js';
import { bertBlocks, bertNorm } from './layers/bert-blocks.js';
import { embed, embedPositions, scoreByTable } from './layers/embedding.js';
import { gelu } from './layers/gelu.js';
import { crossEntropyOf } from './layers/losses.js';
import { NETWORK_DIM, type TrainingStep } from './synapse.js';

export type BertConfig = LanguageConfig;

/** A small one that learns on two cores. */
export const bertDefaults: BertConfig = { ...languageDefaults, width: 128, layers: 2, heads: 4, positions: 64 };

/** The published BERT base, uncased: 110 million parameters without student and joiner. */
export const bertBase: Partial<BertConfig> = {
  vocabSize: BERT_VOCABULARY,
  width: 768,
  layers: 12,
  heads: 12,
  positions: 512,
  dropout: 0.1,
};

const SEGMENTS = 2;

/**
 * Masked words and next sentences (Devlin et al. 2018): blocks of attention to both sides and a network of two layers, each followed by a
 * layer norm. Parameters are named as in Hugging Face's `BertForPreTraining`, without `bert.`, matrices as [inputs, outputs]. Segments
 * and padding follow from the ids: the second segment begins after the first [SEP].
 */
export class BertSynapse extends LanguageSynapse<BertConfig> {
  constructor(config: Partial<BertConfig> = {}) {
    const whole = { ...bertDefaults, ...config };
    super('bert', whole, BERT_VOCABULARY, bertTokenizer(whole.vocabSize));
    const { vocabSize, width, layers, positions } = this.config;
    this.weight('embeddings.word_embeddings.weight', [vocabSize, width]);
    this.weight('embeddings.position_embeddings.weight', [positions, width]);
    this.weight('embeddings.token_type_embeddings.weight', [SEGMENTS, width]);
    this.norm('embeddings.LayerNorm');
    for (let i = 0; i < layers; i++) {
      const layer = `encoder.layer.${i}`;
      for (const part of ['query', 'key', 'value']) this.linear(`${layer}.attention.self.${part}`, width, width);
      this.linear(`${layer}.attention.output.dense`, width, width);
      this.norm(`${layer}.attention.output.LayerNorm`);
      this.linear(`${layer}.intermediate.dense`, width, 4 * width);
      this.linear(`${layer}.output.dense`, 4 * width, width);
      this.norm(`${layer}.output.LayerNorm`);
    }
    this.linear('pooler.dense', width, width);
    this.linear('cls.predictions.transform.dense', width, width);
    this.norm('cls.predictions.transform.LayerNorm');
    this.weight('cls.predictions.bias', [vocabSize], 0);
    this.linear('cls.seq_relationship', width, 2);
    this.addPaths();
  }

  /** The mean over a sequence of the student's guesses. [rows, length] -> [rows, 1024] */
  override routerContext(ids: tf.Tensor): tf.Tensor2D {
    const { state, visible } = this.encode(ids);
    const shape = [ids.shape[0]!, ids.shape[1]!];
    const guesses = tf.reshape(tf.mul(this.student(state), visible!), [...shape, NETWORK_DIM]);
    const counts = tf.maximum(tf.sum(tf.reshape(visible!, shape), 1, true), 1); // [rows, 1]
    return tf.div(tf.sum(guesses, 1), counts);
  }

  override checkTargets(batch: PlainBatch): void {
    super.checkTargets(batch);
    checkedLabels(batch, 'nextSentence', { classes: 2, from: -1, shape: batch.inputs.shape.slice(0, 1) });
  }

  /** Words are wanted at [MASK]. */
  protected override isAsked(id: number): boolean {
    return id === BERT_SPECIAL.mask;
  }

  protected override encode(ids: tf.Tensor, training?: TrainingStep): Encoded {
    const drop = this.dropping(training);
    const [batch, length] = ids.shape as [number, number];
    const { width, layers, heads } = this.config;
    const visible = tf.cast(tf.notEqual(ids, BERT_SPECIAL.pad), 'float32'); // [batch, length]
    const words = embed(this.variable('embeddings.word_embeddings.weight'), this.classesOf(ids)); // [batch * length, width]
    const places = embedPositions(this.variable('embeddings.position_embeddings.weight'), length); // [length, width]
    const kinds = embed(this.variable('embeddings.token_type_embeddings.weight'), segmentsOf(ids)); // [batch * length, width]
    const sum = tf.add(tf.reshape(tf.add(words, kinds), [batch, length, width]), places);
    const x = bertBlocks(tf.reshape(sum, [batch * length, width]), {
      layers,
      heads,
      batch,
      mask: paddingMask(visible),
      variable: name => this.variable(name),
      drop,
    });
    return { state: x, visible: tf.reshape(visible, [batch * length, 1]) };
  }

  protected override score(output: tf.Tensor2D): tf.Tensor2D {
    const transformed = gelu(this.dense('cls.predictions.transform.dense', output), 'erf');
    const x = bertNorm({ variable: name => this.variable(name) }, 'cls.predictions.transform', transformed); // [count, width]
    const table = this.variable('embeddings.word_embeddings.weight');
    return tf.add(scoreByTable(x, table), this.variable('cls.predictions.bias'));
  }

  /** [CLS] at the beginning of each row. */
  protected override extraPlaces(ids: tf.Tensor): number[] {
    return Array.from({ length: ids.shape[0]! }, (_, row) => row * ids.shape[1]!);
  }

  /** Whether the second segment follows the first. */
  protected override extraLosses(
    outputs: tf.Tensor2D[],
    { nextSentence }: Batch['targets'],
  ): Record<string, tf.Tensor> {
    // The published head has "it follows" as class 0.
    const follows = nextSentence!.dataSync() as Int32Array;
    const labelled = [...follows.keys()].filter(row => follows[row]! >= 0);
    const classes = Int32Array.from(labelled, row => 1 - follows[row]!);
    const [local, network] = outputs.map(output => {
      const rows = embed(output, tf.tensor1d(labelled, 'int32'));
      return crossEntropyOf(classes, this.dense('cls.seq_relationship', tf.tanh(this.dense('pooler.dense', rows))));
    });
    return { localSentenceLoss: local!, networkSentenceLoss: network! };
  }
}

/** 1 after the first [SEP], 0 up to it. [batch, length] */
function segmentsOf(ids: tf.Tensor): tf.Tensor {
  const ends = tf.cast(tf.equal(ids, BERT_SPECIAL.separate), 'int32');
  return tf.minimum(tf.cumsum(ends, 1, true), tf.scalar(1, 'int32'));
}
