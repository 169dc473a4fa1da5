import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { encodeAddress, fromHex, isAddress, publicKeyOf } from '../../../base/index.js';
import {
  badStudent,
  isStudentFolder,
  manifestIn,
  readManifest,
  STUDENT_FILES,
  type StudentConfig,
  studentConfigIn,
  studentId,
} from '../../../model/index.js';
import { cliError } from '../../errors.js';

/** A student on this disk. */
export interface KnownStudent {
  readonly path: string;
  /** Of its manifest; null where it has none. */
  readonly id: string | null;
  readonly hotkey: string | null;
  readonly bytes: number;
  readonly config: StudentConfig;
}

/** Code `bad_student` for a folder that is none. */
export function studentAt(path: string): KnownStudent {
  const config = studentConfigIn(path);
  const signed = manifestIn(path);
  const hotkey = signed && encodeAddress(fromHex(readManifest(signed.text).hotkey));
  const bytes = STUDENT_FILES.reduce((sum, name) => sum + (statOf(join(path, name))?.size ?? 0), 0);
  return { path, id: signed ? studentId(signed.text) : null, hotkey: hotkey ?? null, bytes, config };
}

/** The students below the folder of models, those of a hotkey together, the newest first. */
export function studentsIn(models: string): KnownStudent[] {
  return foldersIn(models).flatMap(hotkey =>
    foldersIn(hotkey)
      .filter(path => !path.endsWith('.part') && isStudentFolder(path))
      .sort((a, b) => (statOf(b)?.mtimeMs ?? 0) - (statOf(a)?.mtimeMs ?? 0))
      .flatMap(path => {
        try {
          return [studentAt(path)];
        } catch {
          // One damaged manifest does not hide the others; `show` says what is wrong with it.
          return [];
        }
      }),
  );
}

/** What the user means: a folder, the id of a student or its beginning, or a hotkey. */
export function findStudent(given: string, models: string): KnownStudent {
  if (existsSync(given)) return studentAt(resolve(given));
  const known = studentsIn(models);
  if (isAddress(given) || /^0x[0-9a-f]{64}$/i.test(given)) {
    const address = encodeAddress(publicKeyOf(given));
    const newest = known.find(({ hotkey }) => hotkey === address);
    if (newest) return newest;
    throw badStudent(`none of ${address} was pulled; bittensor-cli model pull ${address} fetches it`);
  }
  const matching = /^[0-9a-f]{6,64}$/.test(given) ? known.filter(({ id }) => id?.startsWith(given)) : [];
  if (matching.length > 1) throw cliError('usage', `several students begin with ${given}: give more of the id`);
  if (matching[0]) return matching[0];
  throw badStudent(`there is no folder ${given}, and no student of that name in ${models}`);
}

/** As the commands' JSON has it. */
export function studentJson({ path, id, hotkey, bytes, config }: KnownStudent) {
  const { model, step, epoch, data, metric } = config;
  return { path, id, hotkey, model, step, epoch, bytes, data, metric };
}

/** `accuracy 94.35 % of 2000` */
export function metricText(metric: StudentConfig['metric']): string {
  if (!metric) return 'not tested';
  const { name, value, count } = metric;
  return name === 'accuracy' ? `accuracy ${(100 * value).toFixed(2)} % of ${count}` : `${name} ${value.toFixed(2)}`;
}

export function sizeText(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function foldersIn(path: string): string[] {
  if (!existsSync(path)) return [];
  const names = readdirSync(path, { withFileTypes: true });
  return names.filter(entry => entry.isDirectory()).map(({ name }) => join(path, name));
}

function statOf(path: string) {
  return statSync(path, { throwIfNoEntry: false });
}
