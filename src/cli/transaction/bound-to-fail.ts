import { BittensorError } from '../../base/index.js';

/** What the chain would refuse, seen before anything is signed. `name` is the chain's own for it, which `explain` knows. */
export function boundToFail(name: string, message: string, data: Record<string, unknown> = {}): BittensorError {
  return new BittensorError('rejected', `${message}; nothing was signed`, { data: { ...data, name } });
}
