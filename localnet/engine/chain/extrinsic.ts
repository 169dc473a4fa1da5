import { messageOf } from '../../../src/base/errors.js';
import { Reader } from '../codec.js';
import { poolError } from '../rpc-error.js';

/**
 * A transaction from outside, without what follows behind it; error 1001 unless it begins with its own length. What is inside
 * is for the runtime to judge.
 */
export function asExtrinsic(bytes: Uint8Array): Uint8Array {
  const reader = new Reader(bytes);
  try {
    reader.vec();
  } catch (error) {
    throw poolError('badFormat', undefined, `: ${messageOf(error)}`);
  }
  return bytes.subarray(0, reader.offset);
}
