import { RequestError } from '../errors.js';
import type { Frame, ReplyHead, RequestHead } from '../gen/bittensor.js';
import { decodeFrame, encodeFrameHead } from '../wire/exchange-frame.js';

/** Frames as bytes. What is sent is a head and a body, so that the body need not be copied to be framed. */

export { NO_BYTES } from '../wire/blank.js';

/** Everything of a frame but its body. */
const LARGEST_HEAD_BYTES = 6 * 1024;

export function requestFrame(id: number, request: RequestHead, bodyBytes: number): Uint8Array {
  return encodeFrameHead({ id, request }, bodyBytes);
}

export function replyFrame(id: number, reply: ReplyHead, bodyBytes: number): Uint8Array {
  return encodeFrameHead({ id, reply }, bodyBytes);
}

export function partFrame(id: number, bodyBytes: number): Uint8Array {
  return encodeFrameHead({ id }, bodyBytes);
}

/** A frame without a body. */
export function controlFrame(frame: Partial<Frame>): Uint8Array {
  return encodeFrameHead(frame, 0);
}

/** The frame in these bytes; its body is a view of them. Throws a `RequestError` for what is none. */
export function readFrame(bytes: Buffer): Frame {
  const frame = decodeFrame(bytes);
  const headBytes = bytes.length - frame.body.length;
  if (headBytes > LARGEST_HEAD_BYTES) throw new RequestError('InvalidRequest', `a frame's head has ${headBytes} bytes`);
  return frame;
}
