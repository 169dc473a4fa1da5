import { join } from 'node:path';
import { messageOf, systemCodeOf } from '../../../src/base/errors.js';
import { takeLock } from '../../../src/base/lock-file.js';
import { engineError } from '../errors.js';

/**
 * Makes this process the only one that uses the folder, and returns what gives it back. A lock whose process has gone is
 * taken over; `folder_busy` names the process that lives.
 */
export function lockFolder(folder: string): () => void {
  const outcome = take(folder);
  if ('release' in outcome) return outcome.release;
  const { holder } = outcome;
  if (!holder) throw engineError('folder_busy', `${folder} is being taken by other processes`);
  throw engineError('folder_busy', `${folder} is in use by process ${holder.pid}`, { data: { folder, ...holder } });
}

function take(folder: string): ReturnType<typeof takeLock> {
  try {
    return takeLock(join(folder, 'lock'));
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error;
    throw engineError('disk', `cannot use the data folder ${folder}: ${messageOf(error)}`, { cause: error });
  }
}
