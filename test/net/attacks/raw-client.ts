import { connect as connectTls } from 'node:tls';
import { Client, type ClientDuplexStream, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { pollUntil } from '../../../src/base/index.js';
import { CERTIFICATE_NAME, readCertificate } from '../../../src/net/auth/certificate.js';
import { Frame, type RequestHead, TensorMessage } from '../../../src/net/gen/bittensor.js';
import type { ReturnCode } from '../../../src/net/index.js';
import { returnCodeOf } from '../../../src/net/wire/codes.js';
import { encodeRequestHead } from '../../../src/net/wire/head-bytes.js';
import { fromServiceError } from '../../../src/net/wire/status.js';

const same = (bytes: Buffer) => bytes;

/** A caller that sends whatever it is told, over TLS or plain text. */
export class RawClient implements Disposable {
  private readonly client: Client;

  constructor(
    private readonly port: number,
    readonly tls: boolean,
  ) {
    const secure = () => credentials.createSsl(null, null, null, { rejectUnauthorized: false });
    this.client = new Client(`127.0.0.1:${port}`, tls ? secure() : credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc.use_local_subchannel_pool': 1,
      // An IP address is no server name (RFC 6066).
      'grpc.ssl_target_name_override': CERTIFICATE_NAME,
    });
  }

  /** The code that the call was answered with, by a status or by a reply. */
  unary(kind: 'Forward' | 'Backward', bytes: Uint8Array, head?: RequestHead): Promise<ReturnCode> {
    const metadata = new Metadata();
    if (head) metadata.set('bittensor-request-bin', Buffer.from(encodeRequestHead(head)));
    return new Promise(resolve => {
      const done = (error: ServiceError | null, reply?: Buffer) =>
        resolve(error ? fromServiceError(error).code : returnCodeOf(TensorMessage.decode(reply!).returnCode));
      const options = { deadline: Date.now() + 20_000 };
      this.client.makeUnaryRequest(`/Bittensor/${kind}`, same, same, Buffer.from(bytes), metadata, options, done);
    });
  }

  exchange(): RawExchange {
    return new RawExchange(this.client.makeBidiStreamRequest('/Bittensor/Exchange', same, same));
  }

  /** What a hello is to sign of the server's certificate. */
  async serverKeyHash(): Promise<Uint8Array> {
    const socket = connectTls({ port: this.port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    try {
      const certificate = await new Promise<Uint8Array>((resolve, reject) => {
        socket.once('secureConnect', () => resolve(socket.getPeerCertificate(true).raw));
        socket.once('error', reject);
      });
      return readCertificate(certificate).publicKeyHash;
    } finally {
      socket.destroy();
    }
  }

  [Symbol.dispose](): void {
    this.client.close();
  }
}

/** One Exchange, frame by frame. */
export class RawExchange {
  readonly frames: Frame[] = [];
  closed = false;

  constructor(private readonly stream: ClientDuplexStream<Buffer, Buffer>) {
    stream.on('data', (bytes: Buffer) => void this.frames.push(Frame.decode(Uint8Array.from(bytes))));
    stream.on('error', () => {
      this.closed = true;
    });
    stream.on('end', () => {
      this.closed = true;
    });
  }

  send(frame: Partial<Frame>): void {
    this.stream.write(Buffer.from(Frame.encode({ ...Frame.create(), ...frame }).finish()));
  }

  /** The first frame like this, or `closed`. */
  next(what: string, like: (frame: Frame) => boolean): Promise<Frame | 'closed'> {
    return pollUntil(what, { withinMs: 30_000, everyMs: 2 }, () => {
      return this.frames.find(like) ?? (this.closed ? 'closed' : undefined);
    });
  }

  close(): void {
    this.stream.cancel();
  }
}
