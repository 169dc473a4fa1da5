import { messageOf } from '../../base/index.js';
import { RequestError } from '../errors.js';
import type { Reader } from './protobuf.js';
import { clean } from './status.js';

/** What the parts of a frame have in common. Lengths are bytes. */

export const KEY = 32;
export const SIGNATURE = 64;
export const VERSION = 32;
export const SYNAPSE_KEY = 256;
export const MESSAGE = 4096;
/** More than the numbers, tags and lengths of a frame or of one head take. */
export const NUMBERS = 128;

/** Error `InvalidRequest`: it is no such message. */
export function checked<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new RequestError('InvalidRequest', `not a ${name}: ${clean(messageOf(error))}`, error);
  }
}

/** A known field of another wire type is no newer version: it is an error. */
export function unknown(reader: Reader, tag: number, known: number): void {
  const field = tag >>> 3;
  if (field <= known && !(known === 15 && field > 9 && field < 15)) {
    throw new RangeError(`field ${field} has wire type ${tag % 8}`);
  }
  reader.skip(tag);
}
