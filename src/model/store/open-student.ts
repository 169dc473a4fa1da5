import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { messageOf } from '../../base/index.js';
import type { PlainBatch } from '../batch.js';
import { type Backend, type Device, startBackend } from '../compute/backend.js';
import { elementCount, type PlainTensor, toPlain, toTensor } from '../compute/tensor.js';
import { createModel, modelNames } from '../models.js';
import { type Synapse, withParameterLimit } from '../synapse.js';
import { openSafetensors, type Safetensors } from './safetensors.js';
import type { StudentConfig } from './student.js';
import { badStudent, CONFIG_BYTES, STUDENT_FORMAT } from './student-manifest.js';

/** A size that is not that of any tensor in the file may be this large. */
const LARGEST_SETTING = 4_096;

export interface StudentEvaluation {
  /** Predictions that have a target, and those that were right. */
  readonly count: number;
  readonly correct: number;
  /** Mean cross-entropy, nats. */
  readonly loss: number;
}

/** True for a folder that holds a student. */
export function isStudentFolder(folder: string): boolean {
  try {
    return studentConfigIn(folder).format === STUDENT_FORMAT;
  } catch {
    return false;
  }
}

/** Reads a student's `config.json`; code `bad_student` for what is none. */
export function studentConfigIn(folder: string): StudentConfig {
  const path = join(folder, 'config.json');
  if (!existsSync(path)) throw badStudent(`there is no ${path}`, { path });
  if (statSync(path).size > CONFIG_BYTES) throw badStudent(`${path} is too large`, { path });
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw badStudent(`${path} is no JSON: ${messageOf(error)}`, { path });
  }
  const { format, model, config } = (value ?? {}) as Record<string, unknown>;
  if (format !== STUDENT_FORMAT)
    throw badStudent(`${path} has the format ${JSON.stringify(format)?.slice(0, 40)}`, { path });
  if (!modelNames.some(name => name === model)) {
    throw badStudent(`its model ${JSON.stringify(model)?.slice(0, 40)} is not one of ${modelNames.join(', ')}`, {
      path,
    });
  }
  if (typeof config !== 'object' || config === null) throw badStudent(`${path} has no sizes`, { path });
  const wrong = Object.entries(FIELDS).find(([name, isFine]) => !isFine((value as Record<string, unknown>)[name]));
  if (wrong) throw badStudent(`${path} has something else than its ${wrong[0]}`, { path });
  return value as StudentConfig;
}

/** What a stranger wrote is shown and computed with: each field has to be what it is taken for. */
const FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  data: value => typeof value === 'string',
  step: isCount,
  epoch: isCount,
  input: value => {
    const { modality, dtype, shape } = (value ?? {}) as Record<string, unknown>;
    const isShape = Array.isArray(shape) && shape.every(size => Number.isSafeInteger(size));
    return typeof modality === 'string' && typeof dtype === 'string' && isShape;
  },
  metric: value => {
    if (value === null) return true;
    const { name, ...numbers } = (value ?? {}) as Record<string, unknown>;
    const areNumbers = ['value', 'count', 'correct', 'loss'].every(key => Number.isFinite(numbers[key]));
    return (name === 'accuracy' || name === 'perplexity') && areNumbers;
  },
  classes: value => value === undefined || (Array.isArray(value) && value.every(name => typeof name === 'string')),
};

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Opens a student from its folder. Code `bad_student` for files that are damaged, do not fit each other, or would fill the memory. */
export async function openStudent(folder: string, device: Device): Promise<Student> {
  const config = studentConfigIn(folder);
  const backend = await startBackend(device);
  let synapse: Synapse | undefined;
  try {
    using file = openSafetensors(join(folder, 'model.safetensors'));
    checkSizes(config, file);
    file.verifyChecksum();
    const limit = SPARE_PARAMETERS + 2 * countOf(file);
    synapse = withParameterLimit(limit, () => createModel(config.model, { ...config.config, seed: 0 }));
    fill(synapse, file);
    return new Student(backend, synapse, config);
  } catch (error) {
    synapse?.dispose();
    throw badStudent(`${folder}: ${messageOf(error)}`, { path: folder });
  }
}

/** A student that runs on its own: no peers, no network. */
export class Student {
  constructor(
    readonly backend: Backend,
    private readonly synapse: Synapse,
    readonly config: StudentConfig,
  ) {}

  /** Scores of the classes for inputs as the model takes them; code `shape` for others. */
  async scores(inputs: PlainTensor): Promise<PlainTensor> {
    this.synapse.checkInputs(inputs);
    const scores = tf.tidy(() => this.synapse.studentForward(toTensor(inputs)));
    try {
      return await toPlain(scores);
    } finally {
      scores.dispose();
    }
  }

  /** How good it is on batches with `labels`; -1 is not judged. */
  async evaluate(batches: Iterable<PlainBatch>): Promise<StudentEvaluation> {
    const total = { count: 0, correct: 0, loss: 0 };
    for (const { inputs, targets } of batches) {
      const { data, shape } = await this.scores(inputs);
      const classes = shape.at(-1)!;
      targets.labels!.data.forEach((label, row) => {
        if (label < 0) return;
        const scores = data.subarray(row * classes, (row + 1) * classes) as Float32Array;
        const { best, log } = logSoftmaxOf(scores);
        total.count += 1;
        total.correct += best === label ? 1 : 0;
        total.loss -= log(label);
      });
    }
    return { ...total, loss: total.loss / total.count };
  }

  dispose(): void {
    this.synapse.dispose();
  }
}

/** The best class of a row of scores (the first of equal ones), and the log probability of each. */
export function logSoftmaxOf(scores: ArrayLike<number>): { best: number; log(index: number): number } {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i;
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += Math.exp(scores[i]! - scores[best]!);
  const logSum = Math.log(sum);
  return { best, log: index => scores[index]! - scores[best]! - logSum };
}

/** Sizes come from a stranger, and memory is taken by them: what is large has to be there in the file, too. */
function checkSizes({ config }: StudentConfig, file: Safetensors): void {
  const sizes = new Set(file.names().flatMap(name => [...file.entry(name)!.shape]));
  for (const [key, value] of Object.entries(config)) {
    if (typeof value !== 'number') continue;
    const isFine =
      Number.isFinite(value) && (Math.abs(value) <= LARGEST_SETTING || sizes.has(value) || HARMLESS.has(key));
    if (!isFine) throw new Error(`its setting ${key} is ${value}, which no tensor of the file has`);
  }
}

/** Puts a student's parameters into a model of its sizes, which keeps the rest of its own. Code `bad_student`. */
export function fillStudent(folder: string, synapse: Synapse): void {
  try {
    using file = openSafetensors(join(folder, 'model.safetensors'));
    file.verifyChecksum();
    assign(synapse, file, new Set(synapse.studentParameters()));
  } catch (error) {
    throw badStudent(`${folder}: ${messageOf(error)}`, { path: folder });
  }
}

/** A model is made with what its student does not need, too: at most as much again as the file has, and this. */
const SPARE_PARAMETERS = 2 ** 23;

function countOf(file: Safetensors): number {
  return file.names().reduce((sum, name) => sum + elementCount(file.entry(name)!.shape), 0);
}

/** Numbers of a model that no memory is taken by. */
const HARMLESS = new Set(['seed', 'maxRows', 'maxTokens']);

/** Puts the file's numbers into the model; what the student does not need is given up. */
function fill(synapse: Synapse, file: Safetensors): void {
  const wanted = new Set(synapse.studentParameters());
  for (const variables of [synapse.variables, synapse.averages]) {
    for (const [name, variable] of variables) {
      if (wanted.has(name)) continue;
      variable.dispose();
      variables.delete(name);
    }
  }
  assign(synapse, file, wanted);
}

/** All of the file or nothing. */
function assign(synapse: Synapse, file: Safetensors, wanted: ReadonlySet<string>): void {
  const variables = [...synapse.variables, ...synapse.averages].filter(([name]) => wanted.has(name));
  for (const [name, variable] of variables) {
    const entry = file.entry(name);
    if (!entry) throw new Error(`its file lacks ${name}`);
    if (entry.shape.join() !== variable.shape.join()) {
      throw new Error(`its ${name} has the shape [${entry.shape}] where [${variable.shape}] is needed`);
    }
  }
  const unknown = file.names().find(name => !wanted.has(name));
  if (unknown !== undefined) throw new Error(`its file has a tensor of no use: ${unknown.slice(0, 80)}`);
  for (const [name, variable] of variables) {
    tf.tidy(() => variable.assign(tf.tensor(file.floats(name).data, variable.shape)));
  }
}
