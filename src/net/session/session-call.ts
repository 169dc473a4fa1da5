import { RequestError } from '../errors.js';
import type { ReplyHead, RequestHead } from '../gen/bittensor.js';
import type { Answer } from '../incoming.js';
import type { AbortSource } from '../lazy-abort.js';
import type { BodyIn } from './body-in.js';
import type { Deadline } from './deadlines.js';
import { NO_BYTES, requestFrame } from './frames.js';
import { BodyOut, type SmallFrame } from './outbox.js';

/** What to ask, and how long to wait. */
export interface SessionCall {
  readonly head: RequestHead;
  readonly body: Uint8Array;
  /** From now until the reply is whole, milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSource | undefined;
  /** Called when an inline body has left and its memory is not read any more; perhaps never. */
  readonly written?: () => void;
}

/** Why a call failed, and whether the peer may have begun it: only what never left may be asked again elsewhere. */
export class SessionError extends RequestError {
  constructor(
    error: RequestError,
    readonly sent: boolean,
  ) {
    super(error.returnCode, error.message, error.cause);
    this.name = 'SessionError';
  }
}

/** One request of a session, on the caller's side, from its wait for a turn to the last byte of its reply. */
export class Call implements SmallFrame {
  id = 0;
  started = false;
  settled = false;
  inline = true;
  deadline: Deadline | undefined;
  onAbort: (() => void) | undefined;
  reply: ReplyHead | undefined;
  bodyIn: BodyIn | undefined;
  bodyOut: BodyOut | undefined;
  stopTaking: (() => void) | undefined;
  heldBytes = 0;
  payload: Uint8Array;
  private readonly untilMs: number;

  constructor(
    readonly request: SessionCall,
    /** Gives its id, when its head leaves. */
    private readonly begin: (call: Call) => number,
    /** Who waits for it. */
    private readonly caller: { resolve(answer: Answer): void; reject(error: SessionError): void },
  ) {
    this.payload = request.body;
    this.untilMs = performance.now() + request.timeoutMs;
  }

  get body(): Uint8Array {
    return this.inline ? this.payload : NO_BYTES;
  }

  get written(): (() => void) | undefined {
    return this.inline ? this.request.written : undefined;
  }

  head(): Uint8Array | undefined {
    if (this.settled) return undefined;
    this.id = this.begin(this);
    const length = this.payload.length;
    if (!this.inline) this.bodyOut = new BodyOut(this.id, this.payload, () => {});
    // What is left of the caller's patience when the head leaves.
    const timeoutMs = Math.max(1, Math.ceil(this.untilMs - performance.now()));
    return requestFrame(this.id, { ...this.request.head, length, timeoutMs }, this.inline ? length : 0);
  }

  sent(): void {}

  /** Tells the caller. */
  end(outcome: RequestError | Answer): void {
    if (outcome instanceof RequestError) this.caller.reject(new SessionError(outcome, this.id !== 0));
    else this.caller.resolve(outcome);
  }
}
