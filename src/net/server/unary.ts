import { type Log, messageOf } from '../../base/index.js';
import { RequestError } from '../errors.js';
import type { GrpcCall } from './grpc-call.js';

const NO_BYTES = Buffer.alloc(0);

export interface RawCall {
  readonly bytes: Buffer;
  /** Aborts when the caller gives up and when the server stops; a `RequestError` as reason says what to answer. */
  readonly signal: AbortSignal;
  /** What the caller's deadline leaves, milliseconds; infinite when it stated none. */
  readonly timeLeftMs: number;
  readonly address: string;
  /** Says that the caller showed its key, so that its connection outlives strangers'. */
  trust(): void;
}

/** Answers with bytes, or throws a `RequestError` for a refusal as status. Must end soon after `signal` aborts. */
export type RawHandler = (call: RawCall) => Promise<Uint8Array>;

/** Reads the one message of a call and what ends it. Rejects with the `RequestError` that ended the call instead. */
export function receiveOne(call: GrpcCall, maxBytes: number, reserved = false): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let message: Buffer | undefined;
    const onAbort = () => reject(call.signal.reason);
    call.signal.addEventListener('abort', onAbort, { once: true });
    if (call.signal.aborted) return void onAbort();
    call.receive({
      maxBytes,
      reserved,
      onMessage: next => {
        if (message) throw new RequestError('InvalidRequest', 'more than one message in a unary call');
        message = next;
      },
      onEnd: () => {
        call.signal.removeEventListener('abort', onAbort);
        if (message) resolve(message);
        else reject(new RequestError('InvalidRequest', 'a unary call without a message'));
      },
    });
  });
}

/** Sends what the work resolves with, or its refusal as the call's status. */
export async function answerOnce(call: GrpcCall, work: () => Promise<Uint8Array>, log: Log): Promise<void> {
  try {
    const answer = await work();
    call.send(NO_BYTES, answer);
    call.finish();
  } catch (error) {
    if (error instanceof RequestError) return void call.refuse(error.returnCode, error.message);
    log.error(`a handler failed: ${messageOf(error)}`);
    call.refuse('UnknownException', 'internal error');
  }
}
