import { PROTOCOL_VERSION } from '../wire/version.js';

/** Whether the other side speaks a version that this one understands. */
export function sameMajor(version: string): boolean {
  return version.split('.', 1)[0] === PROTOCOL_VERSION.split('.', 1)[0];
}
