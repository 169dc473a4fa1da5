import { abortable } from '../../base/index.js';
import type { RequestKind } from '../auth/signed.js';
import { RequestError } from '../errors.js';
import { encodeRequestHead, HEAD_HEADER } from '../wire/head-bytes.js';
import { type EncodedTensors, encodeTensors, openUnaryReply, requestDigest, sealUnary } from '../wire/messages.js';
import type { Connection } from './connection.js';
import type { Dialer } from './dialer.js';
import { type Link, type LinkContext, type Question, type Told, timeLeft } from './links.js';
import { Shared } from './shared.js';
import { signRequest } from './sign-request.js';

const paths: Record<RequestKind, string> = { forward: '/Bittensor/Forward', backward: '/Bittensor/Backward' };

/** Each request is a gRPC call of its own, signed. */
export class UnaryLink implements Link {
  private readonly connection: Shared<Connection>;
  private calls = 0;

  constructor(
    private readonly dialer: Dialer,
    private readonly context: LinkContext,
  ) {
    this.connection = new Shared(
      () => dialer.dial(context.connectMs),
      connection => connection.close(),
    );
  }

  get active(): number {
    return this.calls;
  }

  async ask(question: Question): Promise<Told> {
    this.calls++;
    try {
      const encoded = encodeTensors(question.tensors, this.context.tensors, question.format);
      const connection = await abortable(this.connected(), question.given.signal);
      return await this.send(connection, question, encoded);
    } finally {
      this.calls--;
    }
  }

  close(): void {
    this.connection.drop();
  }

  private async send(connection: Connection, question: Question, encoded: EncodedTensors): Promise<Told> {
    const { kind, given, traffic } = question;
    const timeoutMs = timeLeft(question);
    const content = { ...question, length: encoded.body.length, timeoutMs, reply: question.format };
    const head = signRequest(this.context, this.dialer, content, encoded);
    const bytes = sealUnary(head, encoded.body);
    traffic.bytesOut += bytes.length;
    // It announces the message as a whole.
    const headers = { [HEAD_HEADER]: encodeRequestHead({ ...head, length: bytes.length }) };
    const reply = await connection.unary({ path: paths[kind], bytes, timeoutMs, signal: given.signal, headers });
    traffic.bytesIn += reply.length;
    const expected = { digest: requestDigest(head), nonce: head.nonce, responder: this.dialer.hotkey };
    return openUnaryReply(reply, expected, this.context.tensors);
  }

  /** Over TLS a connection that cannot be made may be one to a certificate that is gone: looked at anew, once. */
  private async connected(): Promise<Connection> {
    for (let again = false; ; again = true) {
      const connection = this.connection.value ?? (await this.connection.get());
      if (!this.dialer.tls || (await connection.connects(this.context.connectMs))) return connection;
      this.connection.drop(connection);
      this.dialer.forget();
      if (again) throw new RequestError('Unavailable', `no connection to ${this.dialer.where}`);
    }
  }
}
