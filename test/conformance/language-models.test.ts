import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  BERT_SPECIAL,
  BERT_VOCABULARY,
  BertSynapse,
  GPT2LMSynapse,
  random,
  startBackend,
  vjp,
} from '../../src/model/index.js';
import { type Numbers, reference, worstShare } from './reference-model.js';

interface Sizes extends Record<string, number> {
  vocabSize: number;
  width: number;
  layers: number;
  heads: number;
  positions: number;
}

/** Two of GPT-2 small's twelve blocks. Its vocabulary is the small one: only the size of the table differs. */
const GPT2: Sizes = { vocabSize: 1024, width: 768, layers: 2, heads: 12, positions: 64 };
/** BERT-tiny as it is published. */
const BERT: Sizes = { vocabSize: BERT_VOCABULARY, width: 128, layers: 2, heads: 2, positions: 512 };

function whole(name: string, shape: number[], at: (i: number) => number): Numbers {
  return { name, shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => at(i)) };
}

function gpt2Data(): Numbers[] {
  const source = random(3, 'text');
  const token = () => Math.floor(source.uniform() * GPT2.vocabSize);
  return [whole('ids', [2, 48], token), whole('labels', [2, 48], i => (i % 7 === 0 ? -1 : token()))];
}

function bertData(): Numbers[] {
  const source = random(4, 'text');
  const length = 40;
  const word = () => 1000 + Math.floor(source.uniform() * 29_000);
  const special = new Map([
    [0, BERT_SPECIAL.classify],
    [14, BERT_SPECIAL.separate],
    [30, BERT_SPECIAL.separate],
    [5, BERT_SPECIAL.mask],
    [20, BERT_SPECIAL.mask],
  ]);
  const id = (i: number) => special.get(i % length) ?? (i % length > 30 && i >= length ? BERT_SPECIAL.pad : word());
  return [
    whole('ids', [3, length], id),
    whole('labels', [3, length], i => (i % length === 5 || i % length === 20 ? word() : -1)),
    whole('nextSentence', [3], i => i % 2),
  ];
}

const models = [
  { name: 'gpt2', about: 'blocks of GPT-2 small', sizes: GPT2, data: gpt2Data(), losses: ['localTargetLoss'] },
  { name: 'bert', about: 'BERT-tiny', sizes: BERT, data: bertData(), losses: ['localTargetLoss', 'localSentenceLoss'] },
] as const;

function create(name: 'gpt2' | 'bert', sizes: Sizes): GPT2LMSynapse | BertSynapse {
  const config = { ...sizes, seed: 1 };
  return name === 'gpt2' ? new GPT2LMSynapse(config) : new BertSynapse(config);
}

/** The parameters that the published model has too, also those that begin as zeros or ones moved away from there. */
function parametersOf(name: 'gpt2' | 'bert', sizes: Sizes): Numbers[] {
  const model = create(name, sizes);
  const ours = model.state().filter(({ name: key }) => !/^(student|joiner|answer)\./.test(key));
  model.dispose();
  return ours.map(({ name: key, shape, data }) => {
    const source = random(5, key);
    return { name: key, shape, data: data.map(x => x + 0.05 * source.normal()) };
  });
}

function sizeOf(values: Float32Array): number {
  return values.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
}

describe.each(models)('$about and that of transformers', ({ name, sizes, data, losses }) => {
  let parameters: Numbers[];
  let expected: Map<string, Numbers>;

  beforeAll(async () => {
    await startBackend('wasm');
    parameters = parametersOf(name, sizes);
    expected = await reference(name, sizes, [...parameters, ...data]);
  }, 600_000);

  it('agree in scores, losses and every gradient', async () => {
    await startBackend('wasm');
    const model = create(name, sizes);
    const given = new Map(parameters.map(array => [array.name, array]));
    model.load(model.state().map(array => given.get(array.name) ?? array));
    const [ids, ...targets] = data.map(array => tf.tensor(array.data, [...array.shape], 'int32'));
    const byName = Object.fromEntries(targets.map((tensor, i) => [data[i + 1]!.name, tensor]));
    const one = tf.scalar(1);
    const product = vjp({
      of: () => {
        const tensors = model.head(ids!, byName, undefined);
        return { outputs: losses.map(loss => tensors[loss]!) };
      },
      variables: [...model.variables.values()],
      inputs: [],
      cotangents: losses.map(() => one),
    });
    const scores = tf.tidy(() => model.studentForward(ids!));
    const read = (tensor: tf.Tensor) => tensor.dataSync() as Float32Array;
    expect(worstShare(read(scores), expected.get('scores')!.data)).toBeLessThan(1e-4);
    ['loss', 'sentenceLoss'].slice(0, losses.length).forEach((key, i) => {
      expect(worstShare(read(product.outputs[i]!), expected.get(key)!.data)).toBeLessThan(1e-4);
    });
    // The bias of BERT's keys moves all scores of a place alike: its gradient is 0, and rounding in both.
    const floor = 1e-4 * Math.max(...[...given.keys()].map(key => sizeOf(expected.get(key)!.data)));
    for (const key of given.keys()) {
      const gradient = product.variables.get(model.variables.get(key)!)!;
      expect(worstShare(read(gradient), expected.get(key)!.data, floor), key).toBeLessThan(1e-3);
    }
    tf.dispose([scores, one, ids!, ...targets, ...product.outputs, ...product.variables.values()]);
    model.dispose();
  });
});
