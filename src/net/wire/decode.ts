import { messageOf } from '../../base/index.js';
import { RequestError } from '../errors.js';
import { checkEnvelope, type MessageRule } from './envelope.js';
import { clean } from './status.js';

/** Decodes a message within its rule. Throws a `RequestError` with `code` that names the message. */
export function decodeWithin<T>(
  name: string,
  message: { decode(bytes: Uint8Array): T },
  bytes: Uint8Array,
  rule: MessageRule,
  code: 'InvalidRequest' | 'InvalidResponse' = 'InvalidRequest',
): T {
  try {
    checkEnvelope(bytes, rule);
    return message.decode(bytes);
  } catch (error) {
    throw new RequestError(code, `not a ${name}: ${clean(messageOf(error))}`, error);
  }
}
