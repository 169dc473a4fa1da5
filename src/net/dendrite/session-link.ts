import { abortable } from '../../base/index.js';
import { RequestError } from '../errors.js';
import type { Answer } from '../incoming.js';
import { ClientSession } from '../session/client-session.js';
import type { SessionLimits } from '../session/limits.js';
import type { MemoryBudget } from '../session/memory.js';
import { SessionError } from '../session/session-call.js';
import { recycleBody } from '../wire/body-memory.js';
import { type ReturnCode, returnCodeOf } from '../wire/codes.js';
import { encodeTensors, openAnswer, readTensors, requestDigest, sessionHead } from '../wire/messages.js';
import { clean } from '../wire/status.js';
import type { Dialer } from './dialer.js';
import { type Link, type LinkContext, type Question, type Told, timeLeft } from './links.js';
import { Shared } from './shared.js';
import { signRequest } from './sign-request.js';
import { UnaryLink } from './unary-link.js';

const EXCHANGE = '/Bittensor/Exchange';
const GOODBYE_MS = 100;

export interface SessionContext extends LinkContext {
  readonly session: Partial<SessionLimits>;
  /** What all sessions of this side may hold of replies. */
  readonly memory: MemoryBudget;
}

interface OpenSession {
  readonly session: ClientSession;
  /** Ends its connection at once. */
  close(): void;
  /** On plain text nobody showed a key: each request is signed, and so is each reply. */
  readonly isSigned: boolean;
}

/** Many requests at a time over one long-lived stream, which has a connection of its own. */
export class SessionLink implements Link {
  private readonly opened: Shared<OpenSession>;
  /** The one in use, and those that drain. */
  private readonly sessions = new Set<OpenSession>();
  /** The way to a peer that has no Exchange. */
  private unary: UnaryLink | undefined;
  private calls = 0;

  constructor(
    private readonly dialer: Dialer,
    private readonly context: SessionContext,
  ) {
    this.opened = new Shared(() => this.open(), hangUp);
  }

  get active(): number {
    return this.calls;
  }

  async ask(question: Question): Promise<Told> {
    this.calls++;
    try {
      return await this.askOnce(question, false);
    } finally {
      this.calls--;
    }
  }

  close(): void {
    this.opened.drop();
    for (const open of this.sessions) hangUp(open);
    this.unary?.close();
  }

  private async askOnce(question: Question, isSecond: boolean): Promise<Told> {
    if (this.unary) return this.unary.ask(question);
    let open: OpenSession;
    try {
      open = this.opened.value ?? (await abortable(this.opened.get(), question.given.signal));
    } catch (error) {
      if (codeOf(error) !== 'NotImplemented') throw error;
      this.unary ??= new UnaryLink(this.dialer, this.context);
      return this.unary.ask(question);
    }
    try {
      return await this.exchange(open, question);
    } catch (error) {
      if (open.session.usable) throw error;
      this.opened.release(open);
      // The session had ended, or drained, before anything of this request left: it is as good as never made.
      const isUnsent = error instanceof SessionError && !error.sent;
      if (!isUnsent || isSecond || question.given.aborted) throw error;
      return this.askOnce(question, true);
    }
  }

  private async exchange({ session, isSigned }: OpenSession, question: Question): Promise<Told> {
    const { tensors: limits } = this.context;
    const { given, traffic } = question;
    const encoded = encodeTensors(question.tensors, limits, question.format);
    const timeoutMs = timeLeft(question);
    const { kind, synapseKey, parameterVersion, format: reply } = question;
    const content = { kind, synapseKey, parameterVersion, length: encoded.body.length, timeoutMs, reply };
    const head = isSigned ? signRequest(this.context, this.dialer, content, encoded) : sessionHead(content);
    traffic.bytesOut += encoded.body.length;
    const answer = await session.call({
      head,
      body: encoded.body,
      timeoutMs,
      signal: given,
      written: () => recycleBody(encoded.body),
    });
    traffic.bytesIn += answer.body.length;
    if (isSigned) refuseUnsigned(answer);
    const body = readTensors(answer.body, limits, 'ResponseDeserializationException');
    const proof = isSigned ? { request: requestDigest(head), responder: this.dialer.hotkey } : undefined;
    return openAnswer(answer.head, body, proof);
  }

  private async open(): Promise<OpenSession> {
    const { signer, network, memory, clock, log, connectMs, session: limits } = this.context;
    const { frames, close, pin } = await this.dialer.stream(EXCHANGE, connectMs);
    const session = new ClientSession(frames, {
      signer,
      expect: { hotkey: this.dialer.hotkey },
      network,
      serverKeyHash: pin?.publicKeyHash,
      memory,
      limits,
      clock,
      log,
    });
    const open = { session, close, isSigned: pin === undefined };
    this.sessions.add(open);
    session.onClosed(() => {
      this.sessions.delete(open);
      this.opened.release(open);
      // What was written last may still leave.
      setTimeout(close, GOODBYE_MS).unref();
    });
    try {
      await session.opened;
    } catch (error) {
      close();
      throw error;
    }
    return open;
  }
}

function hangUp({ session, close }: OpenSession): void {
  session.close();
  close();
}

/** Where every reply is to be signed, one that is not can only be a refusal. */
function refuseUnsigned({ head, body }: Answer): void {
  if (head.signature.length > 0) return;
  const code = returnCodeOf(head.returnCode);
  if (body.length > 0 || code === 'Success' || code === 'NoReturn') {
    throw new RequestError('InvalidResponse', 'the reply is not signed');
  }
  throw new RequestError(code, clean(head.message));
}

function codeOf(error: unknown): ReturnCode | undefined {
  return error instanceof RequestError ? error.returnCode : undefined;
}
