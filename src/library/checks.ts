import { libraryError } from './errors.js';

/** A whole number within these bounds. Error `bad_argument` names it. */
export function whole(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`;
  throw libraryError('bad_argument', `${name} is ${String(value)}, and has to be a whole number ${range}`);
}

/** The number of a subnet. Error `bad_argument`. */
export function checkedNetuid(netuid: number): number {
  return whole('netuid', netuid, 0, 65_535);
}
