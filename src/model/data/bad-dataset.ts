import { BittensorError, messageOf } from '../../base/index.js';
import type { ModelErrorCode } from '../errors.js';

/** Says what is wrong with a data set and what to do. */
export function badDataset(
  path: string,
  problem: string,
  todo: string,
  cause?: unknown,
): BittensorError<ModelErrorCode> {
  return new BittensorError('bad_dataset', `cannot use the data of ${path}: ${problem}; ${todo}`, {
    ...(cause === undefined ? {} : { cause }),
    data: { path },
  });
}

/** The same of whatever went wrong while reading. */
export function unreadable(path: string, cause: unknown): BittensorError<ModelErrorCode> {
  if (cause instanceof BittensorError && cause.code === 'bad_dataset') return cause as BittensorError<ModelErrorCode>;
  return badDataset(path, messageOf(cause), 'it is damaged or of another kind than its name says', cause);
}
