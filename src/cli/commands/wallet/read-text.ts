import { isBittensorError, plainReason } from '../../../base/index.js';
import { cliError } from '../../errors.js';
import { readSecretFd, readSecretFile } from '../../secrets/secret-file.js';
import type { Ui } from '../../terminal/ui.js';

/** Words, a seed or an export, in a file that the user named; `-` is the standard input. Errors: `file_system`, `interrupted`. */
export async function readText(path: string, what: string, { signal }: Pick<Ui, 'signal'>): Promise<string> {
  const name = path === '-' ? 'the standard input' : path;
  const bytes = await readBytes(path, signal).catch(error => {
    if (!isBittensorError(error) || error.code !== 'needs_password') throw error;
    const why = error.cause === undefined ? 'it is empty, much too large, or a terminal' : plainReason(error.cause);
    throw cliError('file_system', `cannot read ${what} from ${name}: ${why}`, { path }, error);
  });
  const text = new TextDecoder().decode(bytes).trim();
  bytes.fill(0);
  if (text === '') throw cliError('file_system', `${name} is empty; it should have ${what}`, { path });
  return text;
}

async function readBytes(path: string, signal: AbortSignal): Promise<Uint8Array> {
  return path === '-' ? await readSecretFd(0, signal) : (await readSecretFile(path, signal)).secret;
}
