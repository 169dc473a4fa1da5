import { copyFileSync, existsSync, linkSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isBittensorError, messageOf } from '../../base/index.js';
import { openSafetensors } from './safetensors.js';

/**
 * The saves of one model: `mnist.safetensors` is the newest, `mnist.step-00000250.safetensors` are those before it,
 * `mnist.best.safetensors` is the one of the lowest test loss.
 */

/** How many saves are kept, the newest included, the best one not counted. */
export const DEFAULT_KEEP = 3;

const SUFFIX = '.safetensors';

/**
 * Gives the newest save, which is about to be replaced by that of `step`, the name of an older one; one of the same step is not kept. Never
 * throws: a new save matters more.
 */
export function keepOlder(path: string, keep: number, step: number): void {
  if (keep <= 1 || !existsSync(path)) return;
  attempt(() => {
    const older = stepIn(path);
    // Eight digits, so that names sort by step.
    if (older !== step) copyOf(path, `${stemOf(path)}.step-${String(older).padStart(8, '0')}${SUFFIX}`);
  });
}

/** Removes what saves of this model that were killed have left half done. */
export function removeUnfinished(path: string): void {
  const [folder, stem] = [dirname(path), basename(stemOf(path))];
  const isUnfinished = (name: string) =>
    name.startsWith(`${stem}.`) && /\.safetensors(\.[0-9a-f]{8})?\.tmp$/.test(name);
  attempt(() => {
    for (const name of readdirSync(folder).filter(isUnfinished)) rmSync(join(folder, name), { force: true });
  });
}

/** Removes what is too old. */
export function prune(path: string, keep: number): void {
  for (const { path: old } of olderSaves(path).slice(Math.max(0, keep - 1)))
    attempt(() => rmSync(old, { force: true }));
}

/** Names the newest save the best. */
export function markBest(path: string): void {
  attempt(() => copyOf(path, bestOf(path)));
}

export function bestOf(path: string): string {
  return `${stemOf(path)}.best${SUFFIX}`;
}

/** All saves that are there, newest first, the best one last. */
export function savesOf(path: string): string[] {
  const saves = [path, ...olderSaves(path).map(save => save.path), bestOf(path)];
  return saves.filter(save => existsSync(save));
}

export interface Skipped {
  readonly path: string;
  readonly reason: string;
}

/**
 * Loads the newest save that is whole, as after a crash or on a damaged disk; undefined when there is none at all. Those that were
 * passed over get the suffix `.damaged`. When none can be loaded, throws what was wrong with the newest.
 */
export function loadNewest<T>(
  path: string,
  load: (path: string) => T,
): { readonly path: string; readonly loaded: T; readonly skipped: readonly Skipped[] } | undefined {
  const failures: (Skipped & { readonly error: unknown })[] = [];
  for (const save of savesOf(path)) {
    try {
      const loaded = load(save);
      for (const { path: damaged } of failures) attempt(() => renameSync(damaged, `${damaged}.damaged`));
      return { path: save, loaded, skipped: failures.map(({ error, ...skipped }) => skipped) };
    } catch (error) {
      if (!isBittensorError(error) || error.code !== 'bad_checkpoint') throw error;
      const { reason } = error.data as { reason?: string };
      failures.push({ path: save, reason: reason ?? messageOf(error), error });
    }
  }
  if (failures.length > 0) throw failures[0]!.error;
  return undefined;
}

/** The older saves, the highest step first. */
function olderSaves(path: string): { path: string; step: number }[] {
  const [folder, stem] = [dirname(path), basename(stemOf(path))];
  if (!existsSync(folder)) return [];
  const saves = readdirSync(folder).flatMap(name => {
    const digits = name.startsWith(`${stem}.step-`) ? /\.step-(\d+)\.safetensors$/.exec(name)?.[1] : undefined;
    return digits === undefined ? [] : [{ path: join(folder, name), step: Number(digits) }];
  });
  return saves.sort((a, b) => b.step - a.step);
}

function stemOf(path: string): string {
  return path.endsWith(SUFFIX) ? path.slice(0, -SUFFIX.length) : path;
}

function stepIn(path: string): number {
  using file = openSafetensors(path);
  const step = Number(file.metadata.step);
  if (!Number.isSafeInteger(step) || step < 0) throw new Error('it names no step');
  return step;
}

/** A second name for the file, in place of what had it; a copy on a file system without links. */
function copyOf(path: string, name: string): void {
  const temporary = `${name}.tmp`;
  rmSync(temporary, { force: true });
  try {
    linkSync(path, temporary);
  } catch {
    copyFileSync(path, temporary);
  }
  renameSync(temporary, name);
  // A rename between two names of one file does nothing: after a save that was killed both are there already.
  rmSync(temporary, { force: true });
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // The save itself is in place; what is kept beside it is a comfort.
  }
}
