import { copyFileSync, existsSync, linkSync, readFileSync, rmSync } from 'node:fs';
import { BittensorError, messageOf, writeFileAtomic } from '../../base/index.js';
import type { NamedArray } from '../compute/tensor.js';
import type { ModelErrorCode } from '../errors.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';

/** A model on disk: tensors by group, and everything else as JSON. */
export interface Checkpoint {
  /** Name of the model, as `mnist`. */
  model: string;
  /** `model`, `momentum`, `router`: each tensor once per group. */
  groups: Record<string, readonly NamedArray[]>;
  /** Epoch, step, best loss, keys of peers and the like. Plain JSON. */
  about: Record<string, unknown>;
}

/** Raised when what is stored changes its meaning; a file with another number is refused with a hint. */
const FORMAT = 'bittensor-node/1';

/**
 * Saves a model (`model_toolbox.save_model` of the documents) as one `.safetensors` file, which other programs can read too. The file is
 * replaced as a whole; what was there before stays beside it as `<path>.previous`. Error code `disk` when it cannot be written.
 */
export function saveModel(path: string, { model, groups, about }: Checkpoint): void {
  const tensors = Object.entries(groups).flatMap(([group, arrays]) =>
    arrays.map(array => ({ ...array, name: `${group}/${array.name}` })),
  );
  const file = encodeSafetensors(tensors, { format: FORMAT, model, about: JSON.stringify(about) });
  keepPrevious(path);
  writeFileAtomic(path, file);
}

/** Loads what `saveModel` saved. Code `bad_checkpoint` names the file and what to do when it is missing, damaged or of another model. */
export function loadModel(path: string, model: string): Checkpoint {
  const { tensors, metadata } = read(path);
  if (metadata.format !== FORMAT)
    throw refused(path, `it has the format '${metadata.format?.slice(0, 40)}', not ${FORMAT}`);
  if (metadata.model !== model)
    throw refused(path, `it holds the model '${metadata.model?.slice(0, 40)}', not '${model}'`);
  const groups: Record<string, NamedArray[]> = {};
  for (const tensor of tensors) {
    const slash = tensor.name.indexOf('/');
    const group = tensor.name.slice(0, slash);
    groups[group] ??= [];
    groups[group].push({ ...tensor, name: tensor.name.slice(slash + 1) });
  }
  return { model, groups, about: JSON.parse(metadata.about ?? '{}') as Record<string, unknown> };
}

/** The error for a checkpoint that does not fit. */
export function refused(path: string, reason: string, cause?: unknown): BittensorError<ModelErrorCode> {
  const way = existsSync(previousOf(path))
    ? `the save before it is ${previousOf(path)}: move it over this one, or move both away to start anew`
    : 'move it away to start anew';
  return new BittensorError('bad_checkpoint', `cannot load the checkpoint ${path}: ${reason}; ${way}`, {
    cause,
    data: { path, reason },
  });
}

/** Where the save before the last one lies. */
export function previousOf(path: string): string {
  return `${path}.previous`;
}

function read(path: string): ReturnType<typeof decodeSafetensors> {
  try {
    return decodeSafetensors(readFileSync(path));
  } catch (error) {
    throw refused(path, messageOf(error), error);
  }
}

function keepPrevious(path: string): void {
  if (!existsSync(path)) return;
  const previous = previousOf(path);
  try {
    rmSync(previous, { force: true });
    linkSync(path, previous);
  } catch {
    // A file system without links; failing that, too, is not worth losing the new save.
    try {
      copyFileSync(path, previous);
    } catch {}
  }
}
