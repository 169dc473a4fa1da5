import { BittensorError, messageOf } from '../../base/index.js';
import type { NamedArray } from '../compute/tensor.js';
import type { ModelErrorCode } from '../errors.js';
import { DEFAULT_KEEP, keepOlder, markBest, prune, removeUnfinished, savesOf } from './kept.js';
import { openSafetensors, writeSafetensors } from './safetensors.js';

/** A model on disk: tensors by group, and everything else as JSON. */
export interface Checkpoint {
  /** Name of the model, as `mnist`. */
  model: string;
  /** Steps made so far. */
  step: number;
  /** `model`, `momentum`, `router`: each tensor once per group. */
  groups: Record<string, readonly NamedArray[]>;
  /** Epoch, best loss, schedule, data position, keys of peers and the like. Plain JSON. */
  about: Record<string, unknown>;
}

/** Raised when what is stored changes its meaning; a file with another number is refused with a hint. */
export const CHECKPOINT_FORMAT = 'bittensor-node/1';

export interface KeepOptions {
  /** Saves kept, this one included. Default 3. */
  keep?: number | undefined;
  /** This one has the lowest test loss so far: it is kept beside the others. */
  isBest?: boolean | undefined;
}

/**
 * Saves a model (`model_toolbox.save_model` of the documents) as one `.safetensors` file, which other programs can read too; the JSON is
 * in its metadata, so that both are replaced as one. Saves before it stay beside it, as `src/model/store/kept.ts` names them.
 * Error code `disk` when it cannot be written; what was there is then untouched.
 */
export function saveModel(
  path: string,
  { model, step, groups, about }: Checkpoint,
  { keep = DEFAULT_KEEP, isBest = false }: KeepOptions = {},
): void {
  const tensors = Object.entries(groups).flatMap(([group, arrays]) =>
    arrays.map(array => ({ ...array, name: `${group}/${array.name}` })),
  );
  removeUnfinished(path);
  keepOlder(path, keep, step);
  const metadata = { format: CHECKPOINT_FORMAT, model, step: String(step), about: JSON.stringify(about) };
  writeSafetensors(path, tensors, metadata);
  if (isBest) markBest(path);
  prune(path, keep);
}

/** Loads what `saveModel` saved. Code `bad_checkpoint` names the file and what to do when it is missing, damaged or of another model. */
export function loadModel(path: string, model: string): Checkpoint {
  try {
    return read(path, model);
  } catch (error) {
    throw refused(path, messageOf(error), error);
  }
}

/** The error for a checkpoint that does not fit. */
export function refused(path: string, reason: string, cause?: unknown): BittensorError<ModelErrorCode> {
  const others = savesOf(path).filter(save => save !== path);
  const way = others[0] ? `the save before it is ${others[0]}: move it over this one` : 'move it away to start anew';
  const text = `cannot load the checkpoint ${path}: ${reason}; ${way}`;
  return new BittensorError('bad_checkpoint', text, { cause, data: { path, reason } });
}

function read(path: string, model: string): Checkpoint {
  using file = openSafetensors(path);
  const { metadata } = file;
  if (metadata.format !== CHECKPOINT_FORMAT) {
    throw new Error(`it has the format '${metadata.format?.slice(0, 40)}', not ${CHECKPOINT_FORMAT}`);
  }
  file.verifyChecksum();
  if (metadata.model !== model) {
    throw new Error(`it holds the model '${metadata.model?.slice(0, 40)}', not '${model}'`);
  }
  const groups: Record<string, NamedArray[]> = {};
  for (const name of file.names()) {
    const slash = name.indexOf('/');
    const group = name.slice(0, slash);
    groups[group] ??= [];
    groups[group].push({ ...file.floats(name), name: name.slice(slash + 1) });
  }
  const about = JSON.parse(metadata.about ?? '{}') as Record<string, unknown>;
  return { model, step: Number(metadata.step ?? 0), groups, about };
}
