import { abortable, abortingWith } from '../../base/index.js';
import { keyText } from '../auth/signed.js';
import { RequestError } from '../errors.js';
import type { Incoming, IncomingHandler } from '../incoming.js';
import { encodeTensors, openAnswer, readTensors, sessionHead } from '../wire/messages.js';
import { type Link, type LinkContext, type Question, type Told, timeLeft } from './links.js';

/** The way to this node's own axon, without a socket: what is asked is encoded and decoded all the same. */
export class LoopbackLink implements Link {
  private calls = 0;
  private readonly closing = new AbortController();

  constructor(
    private readonly handler: IncomingHandler,
    private readonly context: LinkContext,
  ) {}

  get active(): number {
    return this.calls;
  }

  async ask(question: Question): Promise<Told> {
    const { signer, tensors } = this.context;
    const { kind, traffic, format } = question;
    this.closing.signal.throwIfAborted();
    const { body } = encodeTensors(question.tensors, tensors, format);
    const timeoutMs = timeLeft(question);
    const stop = abortingWith(question.given.signal, this.closing.signal);
    const incoming: Incoming = {
      kind,
      transport: 'loopback',
      head: sessionHead({ ...question, length: body.length, timeoutMs, reply: format }),
      caller: keyText(signer.publicKey),
      address: 'loopback',
      timeLeftMs: timeoutMs,
      signal: stop.signal,
      body: async (maxBytes = Number.POSITIVE_INFINITY) => {
        if (body.length > maxBytes)
          throw new RequestError('TooLarge', `${body.length} bytes are more than ${maxBytes}`);
        return body;
      },
      trust: () => {},
    };
    this.calls++;
    traffic.bytesOut += body.length;
    try {
      const answer = await abortable(this.handler(incoming), stop.signal);
      traffic.bytesIn += answer.body.length;
      return openAnswer(answer.head, readTensors(answer.body, tensors, 'ResponseDeserializationException'));
    } finally {
      this.calls--;
      stop.abort();
    }
  }

  close(): void {
    this.closing.abort(new RequestError('Unavailable', 'this link is closed'));
  }
}
