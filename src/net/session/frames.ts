import { RequestError } from '../errors.js';
import { Frame, type ReplyHead, type RequestHead } from '../gen/bittensor.js';
import { decodeFrame } from '../wire/exchange-frame.js';

/** Frames as bytes. What is sent is a head and a body, so that the body need not be copied to be framed. */

export const NO_BYTES = new Uint8Array(0);
/** Field 15, length-delimited: the last field of a frame. */
const BODY_TAG = (15 << 3) | 2;
/** Everything of a frame but its body. */
const LARGEST_HEAD_BYTES = 6 * 1024;

const empty = Frame.create();

export function requestFrame(id: number, request: RequestHead, bodyBytes: number): Uint8Array {
  return withBody(Frame.encode({ ...empty, id, request }).finish(), bodyBytes);
}

export function replyFrame(id: number, reply: ReplyHead, bodyBytes: number): Uint8Array {
  return withBody(Frame.encode({ ...empty, id, reply }).finish(), bodyBytes);
}

export function partFrame(id: number, bodyBytes: number): Uint8Array {
  return withBody(Frame.encode({ ...empty, id }).finish(), bodyBytes);
}

/** A frame without a body. */
export function controlFrame(frame: Partial<Frame>): Uint8Array {
  return Frame.encode({ ...empty, ...frame }).finish();
}

/** The frame in these bytes; its body is a view of them. Throws a `RequestError` for what is none. */
export function readFrame(bytes: Buffer): Frame {
  const frame = decodeFrame(bytes);
  const headBytes = bytes.length - frame.body.length;
  if (headBytes > LARGEST_HEAD_BYTES) throw new RequestError('InvalidRequest', `a frame's head has ${headBytes} bytes`);
  return frame;
}

function withBody(head: Uint8Array, bodyBytes: number): Uint8Array {
  if (bodyBytes === 0) return head;
  const tail = [BODY_TAG];
  let rest = bodyBytes;
  for (; rest > 127; rest >>>= 7) tail.push((rest & 127) | 128);
  tail.push(rest);
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}
