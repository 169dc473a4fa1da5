import { Input, malformed } from '../../../base/scale.js';
import { chainError } from '../../errors.js';

/** Reads all of the bytes. Error `unsupported` names what was read, and says what is wrong with it. */
export function decodeAll<T>(what: string, bytes: Uint8Array, read: (input: Input) => T): T {
  const input = new Input(bytes);
  try {
    const value = read(input);
    if (input.left > 0) throw malformed(`${input.left} bytes follow after its end`);
    return value;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw chainError('unsupported', `${what}: ${why}`, { what, bytes: bytes.length }, error);
  }
}
