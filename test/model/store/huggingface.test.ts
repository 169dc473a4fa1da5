import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BertSynapse, GPT2LMSynapse, type NamedArray, startBackend } from '../../../src/model/index.js';
import { huggingFaceAt, isHuggingFace, loadHuggingFace } from '../../../src/model/store/huggingface.js';
import { encodeSafetensors } from '../../../src/model/store/safetensors.js';

const root = mkdtempSync(join(tmpdir(), 'huggingface-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeAll(() => startBackend('wasm'));

const GPT2 = { vocabSize: 1024, width: 16, layers: 2, heads: 2, positions: 8 };
const BERT = { vocabSize: 1024, width: 16, layers: 2, heads: 2, positions: 8 };
const gpt2Config = {
  model_type: 'gpt2',
  vocab_size: 1024,
  n_embd: 16,
  n_layer: 2,
  n_head: 2,
  n_positions: 8,
  activation_function: 'gelu_new',
  layer_norm_epsilon: 1e-5,
  n_inner: null,
};
const bertConfig = {
  model_type: 'bert',
  vocab_size: 1024,
  hidden_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 64,
  max_position_embeddings: 8,
  hidden_act: 'gelu',
  layer_norm_eps: 1e-12,
  type_vocab_size: 2,
};

/** What PyTorch calls [outputs, inputs]. */
function turned({ name, shape, data }: NamedArray): NamedArray {
  const [rows, columns] = shape as [number, number];
  return {
    name,
    shape: [columns, rows],
    data: Float32Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!),
  };
}

const isOurs = ({ name }: NamedArray) => !/^(student|joiner|answer)\./.test(name);
const ones = (name: string, shape: number[]): NamedArray => ({
  name,
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1),
});

/** The weights as `GPT2LMHeadModel.save_pretrained` names and lays them out. */
function gpt2File(state: readonly NamedArray[], prefix: string): NamedArray[] {
  const weights = state.filter(isOurs).map(array => ({ ...array, name: prefix + array.name }));
  const buffers = [0, 1].flatMap(i => [
    ones(`${prefix}h.${i}.attn.bias`, [1, 1, 8, 8]),
    ones(`${prefix}h.${i}.attn.masked_bias`, []),
  ]);
  return [...weights, ...buffers, ...(prefix === '' ? [] : [ones('lm_head.weight', [1024, 16])])];
}

/** As `BertForPreTraining.save_pretrained` does; with the old names of the layer norms when `old`. */
function bertFile(state: readonly NamedArray[], prefix: string, old = false): NamedArray[] {
  const weights = state.filter(isOurs).map(array => {
    const isLinear = array.shape.length === 2 && !array.name.startsWith('embeddings.');
    const name = array.name.startsWith('cls.') ? array.name : prefix + array.name;
    const past = name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta');
    return { ...(isLinear ? turned(array) : array), name: old ? past : name };
  });
  const tied = [ones('cls.predictions.decoder.weight', [1024, 16]), ones('cls.predictions.decoder.bias', [1024])];
  return [...weights, ones(`${prefix}embeddings.position_ids`, [1, 8]), ...tied];
}

function write(name: string, arrays: readonly NamedArray[], config?: object): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.safetensors'), encodeSafetensors(arrays, { format: 'pt' }));
  if (config) writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
}

const scoresOf = (synapse: GPT2LMSynapse | BertSynapse) =>
  tf.tidy(() => [...synapse.studentForward(tf.tensor2d([[5, 101, 103, 200, 102]], [1, 5], 'int32')).dataSync()]);

describe.each([
  [
    'GPT-2',
    'gpt2',
    () => new GPT2LMSynapse({ ...GPT2, seed: 1 }),
    (config: object) => new GPT2LMSynapse({ ...config, seed: 2 }),
    gpt2File,
    gpt2Config,
    'transformer.',
  ],
  [
    'BERT',
    'bert',
    () => new BertSynapse({ ...BERT, seed: 1 }),
    (config: object) => new BertSynapse({ ...config, seed: 2 }),
    bertFile,
    bertConfig,
    'bert.',
  ],
] as const)('a %s of Hugging Face', (_, model, original, fresh, fileOf, config, prefix) => {
  it.each([prefix, ''])('is loaded by name, with the prefix "%s", and scores as it did', where => {
    const source = original();
    const folder = write(`${model}-${where || 'bare'}`, fileOf(source.state(), where), config);
    expect(isHuggingFace(folder)).toBe(true);
    const found = huggingFaceAt(folder, model);
    const synapse = fresh(found.config);
    const before = scoresOf(synapse);
    loadHuggingFace(found, synapse);
    for (const array of source.state().filter(isOurs)) {
      expect(
        synapse.state().find(({ name }) => name === array.name),
        array.name,
      ).toEqual(array);
    }
    // The joiner begins as nothing, whatever the student says: the published model's own scores come out.
    expect(scoresOf(synapse)).toEqual(scoresOf(source));
    expect(scoresOf(synapse)).not.toEqual(before);
    source.dispose();
    synapse.dispose();
  });

  it('of another size or with parts missing is refused by the first names, and nothing is changed', () => {
    const source = original();
    const synapse = fresh({ ...GPT2, layers: 3 });
    const before = synapse.state();
    const path = join(write(`${model}-other`, fileOf(source.state(), prefix), config), 'model.safetensors');
    expect(() => loadHuggingFace({ path }, synapse)).toThrow(
      /model\.safetensors: its weights do not fit: .*2\..* is missing/,
    );
    const odd = fileOf(source.state(), prefix).map((array, i) => (i === 0 ? ones(array.name, [7, 16]) : array));
    const wrong = join(write(`${model}-odd`, odd, config), 'model.safetensors');
    expect(() => loadHuggingFace({ path: wrong }, synapse)).toThrow(/has \[7, ?16\] where \[1024, ?16\] is needed/);
    const more = join(
      write(`${model}-more`, [...fileOf(source.state(), prefix), ones('classifier.weight', [2, 2])], config),
      'model.safetensors',
    );
    expect(() => loadHuggingFace({ path: more }, synapse)).toThrow(/classifier\.weight is of no use/);
    expect(synapse.state()).toEqual(before);
    source.dispose();
    synapse.dispose();
  });

  it('that is computed otherwise, or is another model, is refused', () => {
    const refusal = (changed: object) => {
      const folder = write(`${model}-changed`, [], { ...config, ...changed });
      return () => huggingFaceAt(folder, model);
    };
    expect(refusal({ model_type: 'llama' })).toThrow(/its config\.json is of 'llama', not of/);
    expect(refusal({ hidden_act: 'relu', activation_function: 'relu' })).toThrow(/is "relu"; only "gelu/);
    expect(refusal({ intermediate_size: 60, n_inner: 60 })).toThrow(/is 60; only 64/);
    expect(refusal({ hidden_size: 0, n_embd: 0 })).toThrow(/has no (hidden_size|n_embd)/);
    expect(() => huggingFaceAt(write(`${model}-bare-file`, []), model)).toThrow(/no config\.json beside/);
    expect(isHuggingFace(join(root, 'nowhere'))).toBe(false);
  });
});

describe('old files of BERT', () => {
  it('call the numbers of a layer norm gamma and beta', () => {
    const source = new BertSynapse({ ...BERT, seed: 1 });
    const synapse = new BertSynapse({ ...BERT, seed: 2 });
    loadHuggingFace(
      { path: join(write('old', bertFile(source.state(), 'bert.', true), bertConfig), 'model.safetensors') },
      synapse,
    );
    expect(scoresOf(synapse)).toEqual(scoresOf(source));
    source.dispose();
    synapse.dispose();
  });

  it('may be of the encoder alone', () => {
    const source = new BertSynapse({ ...BERT, seed: 1 });
    const synapse = new BertSynapse({ ...BERT, seed: 2 });
    const encoder = bertFile(source.state(), '').filter(
      ({ name }) => !name.startsWith('cls.') && !name.startsWith('pooler.'),
    );
    loadHuggingFace({ path: join(write('encoder', encoder, bertConfig), 'model.safetensors') }, synapse);
    const table = (model: BertSynapse) =>
      model.state().find(({ name }) => name === 'embeddings.word_embeddings.weight');
    expect(table(synapse)).toEqual(table(source));
    source.dispose();
    synapse.dispose();
  });
});
