import { readFileSync } from 'node:fs';
import { messageOf } from '../../../base/index.js';
import { cliError } from '../../errors.js';

/** Words, seeds and exports are far smaller. */
const LARGEST = 64 * 1024;

/** A small text file that the user named, `-` for the standard input. Error `file_system`. */
export function readText(path: string, what: string): string {
  const name = path === '-' ? 'the standard input' : path;
  let bytes: Buffer;
  try {
    bytes = readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    throw cliError('file_system', `cannot read ${what} from ${name}: ${messageOf(error)}`, { path }, error);
  }
  if (bytes.length > LARGEST)
    throw cliError('file_system', `${name} has ${bytes.length} bytes, that is no ${what}`, { path });
  const text = bytes.toString('utf8').trim();
  bytes.fill(0);
  if (text === '') throw cliError('file_system', `${name} is empty; it should have ${what}`, { path });
  return text;
}
