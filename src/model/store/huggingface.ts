import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { BittensorError, messageOf } from '../../base/index.js';
import type { NamedArray } from '../compute/tensor.js';
import type { ModelErrorCode } from '../errors.js';
import type { Synapse } from '../synapse.js';
import { openSafetensors, type Safetensors } from './safetensors.js';

/** How BERT and GPT-2 lie in the files of Hugging Face (`BertForPreTraining`, `BertModel`, `GPT2LMHeadModel`, `GPT2Model`). */
interface Layout {
  /** Before every name in files of models with heads. */
  readonly prefix: string;
  /** Parameters that no file may lack. */
  readonly needed: RegExp;
  /** Tensors that are no parameters, or the same as others. */
  readonly ignored: RegExp;
  /** Matrices that lie as [outputs, inputs] (PyTorch's `Linear`). */
  readonly turned: RegExp;
  /** The model's sizes from `config.json`. */
  sizes(config: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

const layouts: Readonly<Record<string, Layout>> = {
  gpt2: {
    prefix: 'transformer.',
    needed: /^(wte|wpe|h\.\d+|ln_f)\./,
    ignored: /(\.attn\.(bias|masked_bias)|^lm_head\.weight)$/,
    turned: /^$/,
    sizes: config => ({
      vocabSize: sizeIn(config, 'vocab_size'),
      width: sizeIn(config, 'n_embd'),
      layers: sizeIn(config, 'n_layer'),
      heads: sizeIn(config, 'n_head'),
      positions: sizeIn(config, config['n_positions'] === undefined ? 'n_ctx' : 'n_positions'),
      ...only(config, { activation_function: 'gelu_new', layer_norm_epsilon: 1e-5 }),
      ...inner(config, 'n_inner', 'n_embd'),
    }),
  },
  bert: {
    prefix: 'bert.',
    needed: /^(embeddings|encoder)\./,
    ignored: /(^embeddings\.position_ids|^cls\.predictions\.decoder\.(weight|bias))$/,
    turned: /^(encoder|pooler|cls)\..*\.weight$/,
    sizes: config => ({
      vocabSize: sizeIn(config, 'vocab_size'),
      width: sizeIn(config, 'hidden_size'),
      layers: sizeIn(config, 'num_hidden_layers'),
      heads: sizeIn(config, 'num_attention_heads'),
      positions: sizeIn(config, 'max_position_embeddings'),
      ...only(config, { hidden_act: 'gelu', layer_norm_eps: 1e-12, type_vocab_size: 2 }),
      ...inner(config, 'intermediate_size', 'hidden_size'),
    }),
  },
};

/** A model of Hugging Face on disk. */
export interface HuggingFaceModel {
  /** The `.safetensors` file. */
  readonly path: string;
  /** Settings of the model that it loads into. */
  readonly config: Record<string, unknown>;
}

/** True for a folder with the two files, or such a file with its `config.json` beside it. */
export function isHuggingFace(path: string): boolean {
  try {
    return typeof configBeside(fileAt(path)).model_type === 'string';
  } catch {
    return false;
  }
}

/** What `config.json` says the model is: `bert`, `gpt2`, or something that is not known here. Code `bad_checkpoint`: its weights are not there. */
export function huggingFaceName(path: string): string {
  return String(configBeside(weightsAt(path)).model_type).slice(0, 40);
}

/** Reads `config.json` of a BERT or GPT-2; code `bad_checkpoint` where it is another model, or one that is computed otherwise. */
export function huggingFaceAt(path: string, model: string): HuggingFaceModel {
  const file = weightsAt(path);
  try {
    const config = configBeside(file);
    const layout = layouts[model];
    if (!layout || config.model_type !== model) {
      throw new Error(`its config.json is of '${String(config.model_type).slice(0, 40)}', not of '${model}'`);
    }
    return { path: file, config: layout.sizes(config) };
  } catch (error) {
    throw unfit(file, error);
  }
}

/**
 * Puts a file's weights into a model by name: with or without the prefix of models with heads, buffers and tied copies left out. What the
 * file does not have besides (student, joiner; BERT's heads in a file of the encoder alone) stays as it was. Code `bad_checkpoint` names
 * the first parameters that do not fit, and then nothing is changed.
 */
export function loadHuggingFace({ path }: Pick<HuggingFaceModel, 'path'>, synapse: Synapse): void {
  try {
    using file = openSafetensors(path);
    const layout = layouts[synapse.name];
    if (!layout) throw new Error(`there is no such file of '${synapse.name}'`);
    const places = placesIn(file, layout, synapse);
    for (const [name, variable] of synapse.variables) {
      const place = places.get(name);
      if (place === undefined) continue;
      const values = file.floats(place);
      const data = isTurned(layout, name, values) ? transposed(values) : values.data;
      tf.tidy(() => variable.assign(tf.tensor(data, variable.shape)));
    }
  } catch (error) {
    throw unfit(path, error);
  }
}

/** Which tensor of the file each parameter is. Throws an `Error` unless all of them fit. */
function placesIn(file: Safetensors, layout: Layout, synapse: Synapse): Map<string, string> {
  const places = new Map<string, string>();
  const problems: string[] = [];
  for (const place of file.names()) {
    const name = ownName(place, layout);
    if (layout.ignored.test(name)) continue;
    const variable = synapse.variables.get(name);
    if (!variable) {
      problems.push(`${place} is of no use`);
      continue;
    }
    const shape = [...file.entry(place)!.shape];
    const here = isTurned(layout, name, { shape }) ? shape.reverse() : shape;
    if (here.join() !== variable.shape.join())
      problems.push(`${place} has [${here}] where [${variable.shape}] is needed`);
    if (places.has(name)) problems.push(`${place} is there twice`);
    places.set(name, place);
  }
  for (const name of synapse.variables.keys()) {
    if (layout.needed.test(name) && !places.has(name)) problems.push(`${name} is missing`);
  }
  if (problems.length === 0) return places;
  const more = problems.length > 3 ? ` and ${problems.length - 3} more` : '';
  throw new Error(`its weights do not fit: ${problems.slice(0, 3).join('; ')}${more}`);
}

/** Without the prefix, and with the present names of what old files of BERT call gamma and beta. */
function ownName(place: string, { prefix }: Layout): string {
  const name = place.startsWith(prefix) ? place.slice(prefix.length) : place;
  return name.replace(/LayerNorm\.gamma$/, 'LayerNorm.weight').replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
}

function isTurned({ turned }: Layout, name: string, { shape }: Pick<NamedArray, 'shape'>): boolean {
  return shape.length === 2 && turned.test(name);
}

/** [rows, columns] -> [columns, rows] */
function transposed({ shape, data }: NamedArray): Float32Array {
  const [rows, columns] = shape as [number, number];
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c]!;
  return out;
}

function fileAt(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, 'model.safetensors') : path;
}

function weightsAt(path: string): string {
  const file = fileAt(path);
  if (existsSync(file)) return file;
  throw unfit(file, new Error('it is not there; weights in other files have to be saved as this one first'));
}

function configBeside(file: string): Record<string, unknown> {
  const path = join(dirname(file), 'config.json');
  if (!existsSync(path)) throw new Error(`there is no config.json beside ${basename(file)}, which tells the sizes`);
  const value = JSON.parse(readFileSync(path, 'utf8')) as unknown;
  if (typeof value !== 'object' || value === null) throw new Error('its config.json is no object');
  return value as Record<string, unknown>;
}

function sizeIn(config: Readonly<Record<string, unknown>>, key: string): number {
  const value = config[key];
  if (!Number.isSafeInteger(value) || (value as number) < 1) throw new Error(`its config.json has no ${key}`);
  return value as number;
}

/** These settings may be absent, and otherwise have these values: nothing else is computed here. */
function only(config: Readonly<Record<string, unknown>>, wanted: Readonly<Record<string, unknown>>): object {
  for (const [key, value] of Object.entries(wanted)) {
    const given = config[key];
    if (given !== undefined && given !== value) {
      throw new Error(`its ${key} is ${JSON.stringify(given)}; only ${JSON.stringify(value)} is computed here`);
    }
  }
  return {};
}

/** The inner layers are four times as wide as the others. */
function inner(config: Readonly<Record<string, unknown>>, key: string, width: string): object {
  const given = config[key];
  return given === undefined || given === null ? {} : only(config, { [key]: 4 * sizeIn(config, width) });
}

function unfit(path: string, error: unknown): BittensorError<ModelErrorCode> {
  const text = `cannot load ${path}: ${messageOf(error)}`;
  return new BittensorError('bad_checkpoint', text, { cause: error, data: { path, reason: messageOf(error) } });
}
