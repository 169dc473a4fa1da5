import { X509Certificate } from 'node:crypto';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { messageOf } from '../../base/index.js';
import { RequestError } from '../errors.js';
import type { FrameStream } from './frame-stream.js';
import { openFrames } from './http2-frames.js';

export interface DialOptions {
  /** A literal address, or a name. */
  readonly host: string;
  readonly port: number;
  /** The gRPC method. */
  readonly path: string;
  /** The certificate to be met there, DER; undefined: plain text. */
  readonly certificate: Uint8Array | undefined;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface DialledFrames {
  readonly frames: FrameStream;
  /** Ends the connection: at once, or a second later where its peer does not read. */
  close(): void;
}

/** HTTP/2's own 64 KiB hold up every larger message for a round trip. */
const WINDOW_BYTES = 2 ** 21;
const PING_MS = 20_000;
const PONG_MS = 5_000;
/** How long what was sent last may take to leave when a connection is closed. */
const LAST_BYTES_MS = 1_000;

/** A connection of its own for one stream. `RequestError`s: `Unavailable`, `Timeout`, `Unauthenticated`, `Cancelled`. */
export async function dialFrames(options: DialOptions): Promise<DialledFrames> {
  const socket = await openSocket(options);
  const session = connectHttp2(options.certificate ? 'https://bittensor' : 'http://bittensor', {
    createConnection: () => socket,
    settings: { initialWindowSize: WINDOW_BYTES, enablePush: false },
  });
  session.setLocalWindowSize(WINDOW_BYTES);
  // Faults of a session close its stream, which says so.
  session.on('error', () => {});
  keepAlive(session, socket);
  const close = () => {
    session.destroy();
    // A session that ends waits until its peer has read everything.
    setTimeout(() => socket.destroy(), LAST_BYTES_MS).unref();
  };
  return { frames: openFrames(session, options.path), close };
}

function openSocket({ host, port, certificate, timeoutMs, signal }: DialOptions): Promise<Socket> {
  const where = `${host}:${port}`;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new RequestError('Cancelled', 'the caller gave up'));
    const socket = certificate ? connectPinned(host, port, certificate) : connectTcp({ host, port, noDelay: true });
    const settle = (error?: RequestError) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off('close', onClose);
      if (!error) return resolve(socket);
      socket.destroy();
      reject(error);
    };
    const onAbort = () => settle(new RequestError('Cancelled', 'the caller gave up'));
    const onClose = () => settle(new RequestError('Unavailable', `${where} closed the connection`));
    const timer = setTimeout(
      () => settle(new RequestError('Timeout', `${where} did not answer within ${Math.round(timeoutMs)} ms`)),
      timeoutMs,
    );
    socket.on('error', error => settle(new RequestError(codeOf(error), `${where}: ${messageOf(error)}`, error)));
    socket.once('close', onClose);
    socket.once(certificate ? 'secureConnect' : 'connect', () => settle());
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** TLS 1.3 to the holder of this very certificate, whatever its names and dates say. */
function connectPinned(host: string, port: number, certificate: Uint8Array): Socket {
  const socket = connectTls({
    host,
    port,
    ca: new X509Certificate(certificate).toString(),
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['h2'],
    // Called after the chain was verified, which a certificate that is not the pinned one does not pass either.
    checkServerIdentity: (_host, shown) =>
      Buffer.compare(shown.raw, certificate) === 0 ? undefined : new Error('the certificate is not the pinned one'),
  });
  socket.setNoDelay(true);
  return socket;
}

/** What a failed handshake says: somebody else's certificate, or nobody. */
function codeOf(error: Error): 'Unauthenticated' | 'Unavailable' {
  const code = String((error as NodeJS.ErrnoException).code ?? '');
  const isForeign = /CERT|SELF_SIGNED|UNABLE_TO|ISSUER/.test(code) || error.message.includes('not the pinned one');
  return isForeign ? 'Unauthenticated' : 'Unavailable';
}

function keepAlive(session: ClientHttp2Session, socket: Socket): void {
  let pong: NodeJS.Timeout | undefined;
  const timer = setInterval(() => {
    if (session.destroyed) return void socket.destroy();
    pong = setTimeout(() => session.destroy(), PONG_MS);
    pong.unref();
    session.ping(() => clearTimeout(pong));
  }, PING_MS);
  timer.unref();
  session.once('close', () => {
    clearInterval(timer);
    clearTimeout(pong);
  });
}
