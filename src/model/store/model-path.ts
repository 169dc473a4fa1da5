import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { BittensorError, plainReason } from '../../base/index.js';
import type { ModelErrorCode } from '../errors.js';
import { type ModelName, modelNames } from '../models.js';
import type { Synapse } from '../synapse.js';
import { CHECKPOINT_FORMAT } from './checkpoint.js';
import { huggingFaceAt, huggingFaceName, isHuggingFace, loadHuggingFace } from './huggingface.js';
import { savesOf } from './kept.js';
import { fillStudent, isStudentFolder, studentConfigIn } from './open-student.js';
import { openSafetensors } from './safetensors.js';

/** What `--model_path` names. `config`: settings that the model has to be made with. */
export type ModelSource =
  | { readonly kind: 'checkpoint'; readonly path: string; readonly config: Record<string, unknown> }
  /** A model to begin with: its parameters, but no optimizer, router or place in the data. */
  | {
      readonly kind: 'student' | 'huggingface';
      readonly path: string;
      readonly config: Record<string, unknown>;
      fill(synapse: Synapse): void;
    };

/**
 * Finds out what is there: a checkpoint, a student that was downloaded (its folder), or a BERT or GPT-2 of Hugging Face (a folder, or a
 * `.safetensors` file with `config.json` beside it). Code `bad_checkpoint`.
 */
export function modelSourceAt(path: string, model: string): ModelSource {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw bad(path, `no checkpoint at ${path}`);
  const folder = found.isDirectory() ? path : dirname(path);
  if (!found.isDirectory() && isCheckpoint(path))
    return { kind: 'checkpoint', path, config: savedAbout(path)?.config ?? {} };
  if (isStudentFolder(folder)) {
    const student = studentConfigIn(folder);
    if (student.model !== model) throw bad(path, `${folder} holds a student of '${student.model}', not of '${model}'`);
    const { seed: _, ...config } = student.config;
    return { kind: 'student', path: folder, config, fill: synapse => fillStudent(folder, synapse) };
  }
  if (isHuggingFace(path)) {
    const published = huggingFaceAt(path, model);
    return { kind: 'huggingface', ...published, fill: synapse => loadHuggingFace(published, synapse) };
  }
  if (!found.isDirectory()) return { kind: 'checkpoint', path, config: {} };
  throw bad(path, `${path} holds neither a student nor a model with its config.json`);
}

/** Which model lies there, for who has only a path. Code `bad_checkpoint` where it is none of ours. */
export function modelNameAt(path: string): ModelName {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw bad(path, `no checkpoint at ${path}`);
  const folder = found.isDirectory() ? path : dirname(path);
  const name = nameAt(path, folder, found.isDirectory());
  if (name === undefined) {
    const why = found.isDirectory() ? '' : whyUnreadable(path);
    throw bad(path, `${path} is neither a checkpoint, nor a student, nor a model with its config.json${why}`);
  }
  const known = modelNames.find(model => model === name);
  if (!known) throw bad(path, `${path} holds a '${name}'; there is ${modelNames.join(', ')}`);
  return known;
}

function nameAt(path: string, folder: string, isFolder: boolean): string | undefined {
  if (!isFolder && isCheckpoint(path)) {
    using file = openSafetensors(path);
    return String(file.metadata.model).slice(0, 40);
  }
  if (isStudentFolder(folder)) return studentConfigIn(folder).model;
  return isHuggingFace(path) ? huggingFaceName(path) : undefined;
}

/** Tells what is given by a path from what is there at another time, without reading it. Code `bad_checkpoint`. */
export function modelSourceId(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw bad(path, `no checkpoint at ${path}`);
  // A folder's time is not that of its files.
  const files = found.isDirectory() ? readdirSync(path).sort() : [''];
  const hash = createHash('sha256');
  for (const file of files.map(name => resolve(path, name))) {
    const stat = statSync(file, { throwIfNoEntry: false });
    hash.update(`${file} ${stat?.size} ${stat?.mtimeMs}`);
  }
  return hash.digest('hex').slice(0, 16);
}

/** What a save says of itself. */
export interface SavedAbout {
  /** Settings that the model was made with. */
  readonly config?: Record<string, unknown>;
  /** The `modelSourceId` of what it began with. */
  readonly beganWith?: string;
}

/** Of the newest readable save of a model; undefined where there is none. */
export function savedAbout(checkpoint: string): SavedAbout | undefined {
  for (const save of savesOf(checkpoint)) {
    try {
      using file = openSafetensors(save);
      return JSON.parse(file.metadata.about ?? '{}') as SavedAbout;
    } catch {
      // Loading says what is wrong with it.
    }
  }
  return undefined;
}

function isCheckpoint(path: string): boolean {
  try {
    using file = openSafetensors(path);
    return file.metadata.format === CHECKPOINT_FORMAT;
  } catch {
    // Whoever reads it says what is wrong with it.
    return false;
  }
}

function whyUnreadable(path: string): string {
  try {
    openSafetensors(path)[Symbol.dispose]();
    return '';
  } catch (error) {
    return ` (${plainReason(error)})`;
  }
}

function bad(path: string, text: string): BittensorError<ModelErrorCode> {
  return new BittensorError('bad_checkpoint', text, { data: { path, reason: text } });
}
