import { X509Certificate } from 'node:crypto';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pollUntil, silentLog, sleep } from '../../../src/base/index.js';
import { type Certificate, makeCertificate } from '../../../src/net/auth/certificate.js';
import { RequestError } from '../../../src/net/errors.js';
import { defaultServerLimits, RpcServer } from '../../../src/net/server/rpc-server.js';
import { ClientSession } from '../../../src/net/session/client-session.js';
import { dialFrames } from '../../../src/net/session/http2-dial.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';
import { answerOf, bytes, callOf, clientOptions, echo, MIB, network, serveOptions } from './helpers.js';

const open: (() => unknown)[] = [];
beforeAll(() => ready());
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const path = '/Bittensor/Exchange';
const host = '127.0.0.1';

type Incoming = NonNullable<ConstructorParameters<typeof RpcServer>[3]>['incoming'];

async function serve(certificate: Certificate, options: Partial<NonNullable<Incoming>> = {}): Promise<number> {
  const { hotkey, authorize, handler } = serveOptions();
  const incoming = { hotkey, network, authorize, handler, ...options };
  const server = new RpcServer({}, defaultServerLimits, silentLog, { certificate, incoming });
  open.push(() => server.stop(100));
  return server.listen(host, 0);
}

const derOf = (certificate: Certificate) => new X509Certificate(certificate.certPem).raw;

async function connect(port: number, certificate: Certificate | undefined): Promise<ClientSession> {
  const der = certificate && derOf(certificate);
  const dialled = await dialFrames({ host, port, path, certificate: der, timeoutMs: 5_000 });
  open.push(dialled.close);
  return new ClientSession(dialled.frames, clientOptions({ serverKeyHash: certificate?.publicKeyHash }));
}

describe('a session over HTTP/2', () => {
  it.each(['TLS', 'plain text'])('carries small and large bodies both ways over %s', async kind => {
    const certificate = makeCertificate(key(1));
    const port = await serve(certificate);
    const session = await connect(port, kind === 'TLS' ? certificate : undefined);
    const sizes = [0, 1, 1_000, 36 * 1024, 256 * 1024, 256 * 1024 + 1, MIB, 9 * MIB];
    const answers = await Promise.all(sizes.map(size => session.call(callOf(bytes(size)))));
    for (const [i, { body }] of answers.entries()) expect(Buffer.compare(body, bytes(sizes[i]!))).toBe(0);
    session.close();
  });

  it('carries a body of the largest size', async () => {
    const certificate = makeCertificate(key(1));
    const port = await serve(certificate, {
      handler: async incoming => answerOf(Uint8Array.of((await incoming.body()).length / MIB - 1)),
    });
    const session = await connect(port, certificate);
    const answer = await session.call(callOf(new Uint8Array(256 * MIB), { timeoutMs: 60_000 }));
    expect([...answer.body]).toEqual([255]);
    const refusal = session.call(callOf(new Uint8Array(256 * MIB + 1)));
    await expect(refusal).rejects.toMatchObject({ returnCode: 'TooLarge' });
    session.close();
  });

  it('is not begun with the holder of another certificate, though its hotkey be the same', async () => {
    const port = await serve(makeCertificate(key(1)));
    await expect(connect(port, makeCertificate(key(1)))).rejects.toMatchObject({ returnCode: 'Unauthenticated' });
  });

  it('is refused with the words of the server', async () => {
    const certificate = makeCertificate(key(1));
    const port = await serve(certificate, {
      authorize: () => new RequestError('SenderUnknown', 'not registered at netuid 1 (100 %)'),
    });
    const session = await connect(port, certificate);
    const refusal = { returnCode: 'SenderUnknown', message: 'not registered at netuid 1 (100 %)' };
    await expect(session.opened).rejects.toMatchObject(refusal);
    await expect(session.call(callOf(bytes(3)))).rejects.toMatchObject({ ...refusal, sent: false });
  });

  it('ends with its connection, every call with one outcome', async () => {
    const certificate = makeCertificate(key(1));
    const port = await serve(certificate, { handler: () => new Promise(() => {}) });
    const session = await connect(port, certificate);
    await session.opened;
    const calls = Promise.allSettled([1, 2, 3].map(size => session.call(callOf(bytes(size)))));
    // Those three have arrived when a fourth, which is cancelled, has gone its way.
    await expect(session.call(callOf(bytes(4), { timeoutMs: 1_000 }))).rejects.toMatchObject({ returnCode: 'Timeout' });
    open.pop()!();
    for (const outcome of await calls)
      expect(outcome).toMatchObject({ reason: { returnCode: 'Unavailable', sent: true } });
    expect(session.usable).toBe(false);
  });

  it('drains when the server stops', async () => {
    const certificate = makeCertificate(key(1));
    const { hotkey, authorize } = serveOptions();
    let begun = () => {};
    const isBegun = new Promise<void>(resolve => {
      begun = resolve;
    });
    const incoming: Incoming = {
      hotkey,
      network,
      authorize,
      handler: async request => {
        begun();
        await new Promise(resolve => setTimeout(resolve, 100));
        return echo(request);
      },
    };
    const server = new RpcServer({}, defaultServerLimits, silentLog, { certificate, incoming });
    const session = await connect(await server.listen(host, 0), certificate);
    const call = session.call(callOf(bytes(500)));
    await isBegun;
    const stopped = server.stop();
    expect((await call).body.length).toBe(500);
    await stopped;
    expect(session.usable).toBe(false);
  });
});

describe('a caller that meets another server', () => {
  async function fake(answer: (stream: ServerHttp2Stream) => void): Promise<ClientSession> {
    const server = createServer();
    server.on('stream', stream => {
      stream.on('error', () => {});
      answer(stream);
    });
    await new Promise<void>(resolve => server.listen(0, host, resolve));
    open.push(() => server.close());
    return connect((server.address() as AddressInfo).port, undefined);
  }

  it.each<[string, (stream: ServerHttp2Stream) => void, string]>([
    [
      'has no such method',
      s => s.respond({ ':status': 200, 'grpc-status': '12' }, { endStream: true }),
      'NotImplemented',
    ],
    [
      'has an odd status',
      s => s.respond({ ':status': 200, 'grpc-status': 'x' }, { endStream: true }),
      'UnknownException',
    ],
    [
      'has odd trailers',
      s => {
        const odd = { 'grpc-status': '7', 'grpc-message': '%zz%', 'bittensor-return-code': 'toString' };
        s.respond({ ':status': 200, ...odd }, { endStream: true });
      },
      'SenderUnknown',
    ],
    ['speaks no gRPC', s => s.respond({ ':status': 404 }, { endStream: true }), 'Unavailable'],
    ['resets the stream', s => s.close(2), 'Unavailable'],
    [
      'sends a compressed message',
      s => {
        s.respond({ ':status': 200 });
        s.write(Uint8Array.of(1, 0, 0, 0, 1, 0));
      },
      'InvalidResponse',
    ],
    [
      'announces a message larger than any frame',
      s => {
        s.respond({ ':status': 200 });
        s.write(Uint8Array.of(0, 255, 255, 255, 255, 0));
      },
      'InvalidResponse',
    ],
    [
      'sends noise in small pieces',
      s => {
        s.respond({ ':status': 200 });
        for (const byte of [0, 0, 0, 0, 3, 255, 255, 255]) s.write(Uint8Array.of(byte));
      },
      'InvalidResponse',
    ],
  ])('that %s says so', async (_what, answer, code) => {
    const session = await fake(answer);
    await expect(session.opened).rejects.toMatchObject({ returnCode: code });
  });

  it('waits for nobody longer than it was told', async () => {
    const dialled = dialFrames({ host: '192.0.2.1', port: 9, path, certificate: undefined, timeoutMs: 30 });
    await expect(dialled).rejects.toMatchObject({ returnCode: expect.stringMatching(/Timeout|Unavailable/) });
  });

  it('is closed, and its socket with it, though the other side has stopped reading', async () => {
    const sockets = () => process.getActiveResourcesInfo().filter(kind => kind === 'TCPSocketWrap').length;
    // A window of 2 GiB for the stream, and for the connection.
    const windows = Buffer.from('00000604000000000000047fffffff0000040800000000007fff0000', 'hex');
    let taken = 0;
    const port = await new Promise<number>(resolve => {
      const server = createTcp(socket => {
        socket.on('error', () => {});
        socket.on('data', part => {
          taken += part.length;
          if (taken > MIB) socket.pause();
        });
        open.push(() => socket.destroy());
        socket.write(windows);
      });
      open.push(() => server.close());
      server.listen(0, host, () => resolve((server.address() as AddressInfo).port));
    });
    // Those of the tests before this one are on their way out.
    await pollUntil('no other socket', { withinMs: 30_000 }, () => sockets() === 0 || undefined);
    const { frames, close } = await dialFrames({ host, port, path, certificate: undefined, timeoutMs: 5_000 });
    // More than the kernel holds for both ends.
    for (let i = 0; i < 32; i++) frames.write(new Uint8Array(4), new Uint8Array(MIB - 4));
    await pollUntil('the other side has enough', { withinMs: 30_000, everyMs: 5 }, () => taken > MIB || undefined);
    // Then nothing moves any more; where it does still, there is only less to be seen.
    await sleep(300);
    expect(sockets()).toBe(2);
    close();
    // That of the other side stays.
    await pollUntil('the socket is closed', { withinMs: 30_000 }, () => sockets() === 1 || undefined);
  });
});
