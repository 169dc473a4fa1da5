import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Closing, type Log, pollUntil, silentLog, sleep } from '../../../src/base/index.js';
import { CERTIFICATE_NAME, makeCertificate } from '../../../src/net/auth/certificate.js';
import { keyText } from '../../../src/net/auth/signed.js';
import { RequestHead } from '../../../src/net/gen/bittensor.js';
import { HealthCheckResponse } from '../../../src/net/gen/health.js';
import { ServerReflectionRequest, ServerReflectionResponse } from '../../../src/net/gen/reflection.js';
import type { Incoming, IncomingHandler } from '../../../src/net/incoming.js';
import { RequestError } from '../../../src/net/index.js';
import { http2Holes } from '../../../src/net/server/node-version.js';
import {
  defaultServerLimits,
  RpcServer,
  type RpcServerOptions,
  type ServerLimits,
} from '../../../src/net/server/rpc-server.js';
import { ClientSession } from '../../../src/net/session/client-session.js';
import { dialFrames } from '../../../src/net/session/http2-dial.js';
import { MemoryBudget } from '../../../src/net/session/memory.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';
import { answerOf, bytes, callOf, echo } from '../session/helpers.js';

beforeAll(() => ready());

let closing = new Closing();
afterEach(async () => {
  await closing.close();
  closing = new Closing();
});

const MIB = 2 ** 20;
const network = new Uint8Array(32).fill(7);

async function serve(
  handler: IncomingHandler,
  limits: Partial<ServerLimits> = {},
  options: Partial<RpcServerOptions> = {},
  log: Log = silentLog,
) {
  const certificate = makeCertificate(key(1));
  const server = new RpcServer({}, { ...defaultServerLimits, ...limits }, log, {
    certificate,
    incoming: { handler, hotkey: key(1).publicKey, network, authorize: () => undefined },
    ...options,
  });
  const port = await server.listen('127.0.0.1', 0);
  closing.add(() => server.stop(0));
  const der = new X509Certificate(certificate.certPem).raw;
  const session = async (tls: boolean, other?: Uint8Array) => {
    const dialled = await dialFrames({
      host: '127.0.0.1',
      port,
      path: '/Bittensor/Exchange',
      certificate: tls ? (other ?? der) : undefined,
      timeoutMs: 5_000,
    });
    closing.add(() => dialled.close());
    const client = new ClientSession(dialled.frames, {
      signer: key(2),
      expect: { hotkey: key(1).publicKey },
      network,
      serverKeyHash: tls ? certificate.publicKeyHash : undefined,
      memory: new MemoryBudget(64 * MIB),
    });
    return client;
  };
  return { server, port, session, certificate };
}

/** A caller's HTTP/2 session, over TLS or plain text. */
async function http2(port: number, tls: boolean): Promise<ClientHttp2Session> {
  const session = connectHttp2(`${tls ? 'https' : 'http'}://127.0.0.1:${port}`, {
    rejectUnauthorized: false,
    // An IP address is no server name (RFC 6066).
    servername: CERTIFICATE_NAME,
  });
  session.on('error', () => {});
  closing.add(() => session.destroy());
  await once(session, 'remoteSettings');
  return session;
}

interface Ended {
  readonly status: number;
  readonly code: string | undefined;
  readonly messages: Buffer[];
}

/** One call: sends these messages and resolves with what came of it. */
function call(session: ClientHttp2Session, path: string, messages: Uint8Array[], headers = {}, end = true) {
  const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', ...headers });
  stream.on('error', () => {});
  const ended = new Promise<Ended>(resolve => {
    let all = Buffer.alloc(0);
    let trailers: Record<string, unknown> = {};
    stream.on('response', head => {
      if (head['grpc-status'] !== undefined) trailers = head;
    });
    stream.on('trailers', tail => {
      trailers = tail;
    });
    stream.on('data', (chunk: Buffer) => {
      all = Buffer.concat([all, chunk]);
    });
    stream.on('close', () => {
      const found: Buffer[] = [];
      for (let at = 0; at + 5 <= all.length; at += 5 + all.readUInt32BE(at + 1)) {
        found.push(all.subarray(at + 5, at + 5 + all.readUInt32BE(at + 1)));
      }
      const code = trailers['bittensor-return-code'];
      resolve({ status: Number(trailers['grpc-status'] ?? -1), code: code as string, messages: found });
    });
  });
  for (const message of messages) stream.write(framed(message));
  if (end) stream.end();
  return { stream, ended };
}

function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

const announced = (length: number) => ({
  'bittensor-request-bin': Buffer.from(
    RequestHead.encode({ ...RequestHead.create(), version: '2.0.0', method: 1, length }).finish(),
  ).toString('base64'),
});

describe('one port', () => {
  it('carries sessions over TLS whose caller is proven, small and large', async () => {
    const seen: Incoming[] = [];
    const { session } = await serve(async incoming => {
      seen.push(incoming);
      return answerOf(await incoming.body());
    });
    const client = await session(true);
    await client.opened;
    for (const size of [0, 1_024, 36_864, MIB, 9 * MIB]) {
      const reply = await client.call(callOf(bytes(size)));
      expect(Buffer.compare(reply.body, bytes(size))).toBe(0);
    }
    expect(seen[0]).toMatchObject({ transport: 'session', caller: keyText(key(2).publicKey), address: '127.0.0.1' });
  });

  it('carries signed sessions in plain text for this machine, and for nobody where that is switched off', async () => {
    const open = await serve(echo);
    const client = await open.session(false);
    expect((await client.opened).version).toBe('2.0.0');
    expect(Buffer.compare((await client.call(callOf(bytes(MIB)))).body, bytes(MIB))).toBe(0);
    const closed = await serve(echo, {}, { plainText: 'never' });
    await expect(closed.session(false).then(other => other.opened)).rejects.toBeInstanceOf(RequestError);
    expect((await (await closed.session(true)).opened).version).toBe('2.0.0');
    expect(closed.server.drops).toEqual({ 'plain text from afar': 1 });
  });

  it('shows its own certificate: whoever expects another does not come in', async () => {
    const { session } = await serve(echo);
    const other = new X509Certificate(makeCertificate(key(1)).certPem).raw;
    await expect(session(true, other)).rejects.toMatchObject({ returnCode: 'Unauthenticated' });
  });

  it('speaks TLS 1.3 and HTTP/2 only', async () => {
    const { port } = await serve(echo);
    const attempt = (options: object) =>
      new Promise<string>(resolve => {
        const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
        socket.once('secureConnect', () => {
          socket.once('close', () => resolve('closed'));
          resolve(`${socket.getProtocol()} ${socket.alpnProtocol}`);
          socket.destroy();
        });
        socket.once('error', () => resolve('refused'));
      });
    expect(await attempt({ ALPNProtocols: ['h2'] })).toBe('TLSv1.3 h2');
    expect(await attempt({ ALPNProtocols: ['h2'], maxVersion: 'TLSv1.2' })).toBe('refused');
    expect(await attempt({ ALPNProtocols: ['http/1.1'] })).toBe('refused');
  });

  it('has no TLS without a certificate', async () => {
    const { port } = await serve(echo, {}, { certificate: undefined });
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    const outcome = await new Promise(resolve => {
      socket.once('secureConnect', () => resolve('open'));
      socket.once('error', () => resolve('refused'));
    });
    expect(outcome).toBe('refused');
  });
});

describe('the windows of HTTP/2', () => {
  it('are 64 KiB and 32 streams for strangers, 2 MiB and 128 streams once a key was shown', async () => {
    const { port } = await serve(async incoming => {
      incoming.trust();
      return answerOf(new Uint8Array(0));
    });
    const session = await http2(port, true);
    expect(session.remoteSettings).toMatchObject({ initialWindowSize: 65_536, maxConcurrentStreams: 32 });
    const changed = once(session, 'remoteSettings');
    await call(session, '/Bittensor/Forward', [], announced(1)).ended;
    await changed;
    expect(session.remoteSettings).toMatchObject({ initialWindowSize: 2 * MIB, maxConcurrentStreams: 128 });
    // What the other side lets through is measured too: a stream nobody reads takes exactly its window.
    await pollUntil('the window of the connection grew', { withinMs: 30_000, everyMs: 10 }, () =>
      (session.state.remoteWindowSize ?? 0) >= 2 * MIB ? true : undefined,
    );
  });

  it('let a body that nobody asks for take no more than one window', async () => {
    const released: (() => void)[] = [];
    const { port } = await serve(async () => {
      await new Promise<void>(resolve => released.push(resolve));
      throw new RequestError('SenderUnknown', 'not on the list');
    });
    const session = await http2(port, false);
    const before = session.socket.bytesWritten;
    const { stream, ended } = call(session, '/Bittensor/Forward', [], announced(MIB), false);
    stream.write(framed(bytes(MIB)));
    await pollUntil('the handler runs', { withinMs: 30_000, everyMs: 10 }, () => (released[0] ? true : undefined));
    const sent = () => session.socket.bytesWritten - before;
    await pollUntil('the window is full', { withinMs: 30_000, everyMs: 10 }, () =>
      sent() >= 65_536 ? true : undefined,
    );
    await sleep(200);
    expect(sent()).toBeLessThan(65_536 + 2_048);
    released[0]!();
    expect(await ended).toMatchObject({ status: 7, code: 'SenderUnknown' });
  });
});

describe('a unary request', () => {
  it('is admitted by its header before a byte of its body is read, and then comes whole', async () => {
    const { port } = await serve(async incoming => {
      expect(incoming).toMatchObject({ transport: 'unary', caller: undefined });
      expect(incoming.head?.length).toBe(9 * MIB);
      return answerOf(await incoming.body());
    });
    const session = await http2(port, true);
    const { ended } = call(session, '/Bittensor/Forward', [bytes(9 * MIB)], announced(9 * MIB));
    const { status, messages } = await ended;
    expect(status).toBe(0);
    expect(Buffer.compare(messages[0]!, bytes(9 * MIB))).toBe(0);
  });

  it('without the header has at most 64 KiB', async () => {
    const { port } = await serve(echo);
    const session = await http2(port, false);
    expect(await call(session, '/Bittensor/Forward', [bytes(65_536)]).ended).toMatchObject({ status: 0 });
    expect(await call(session, '/Bittensor/Forward', [bytes(65_537)]).ended).toMatchObject({ code: 'TooLarge' });
  });

  it.each([
    ['a header that is no base64', [bytes(1)], { 'bittensor-request-bin': '!!' }, 'InvalidRequest'],
    ['a header that is no head', [bytes(1)], { 'bittensor-request-bin': 'AAAA' }, 'InvalidRequest'],
    ['more than was announced', [bytes(20_000)], announced(10), 'TooLarge'],
    ['more than the server takes', [bytes(1)], announced(17 * MIB), 'TooLarge'],
    ['no message', [], announced(10), 'InvalidRequest'],
    ['two messages', [bytes(1), bytes(1)], announced(1), 'InvalidRequest'],
  ])('with %s is refused', async (_what, messages, headers, code) => {
    const { port } = await serve(echo);
    const session = await http2(port, false);
    expect(await call(session, '/Bittensor/Forward', messages, headers).ended).toMatchObject({ code });
    expect(await call(session, '/Bittensor/Forward', [bytes(1)], announced(1)).ended).toMatchObject({ status: 0 });
  });

  it('aborts when its caller goes away, and at its deadline', async () => {
    const reasons: unknown[] = [];
    const { port } = await serve(
      incoming =>
        new Promise((_resolve, reject) => {
          incoming.signal.addEventListener('abort', () => {
            reasons.push((incoming.signal.reason as RequestError).returnCode);
            reject(incoming.signal.reason);
          });
        }),
    );
    const session = await http2(port, false);
    const late = call(session, '/Bittensor/Forward', [], { ...announced(1), 'grpc-timeout': '100m' }, false);
    expect(await late.ended).toMatchObject({ status: 4, code: 'Timeout' });
    const { stream } = call(session, '/Bittensor/Forward', [], announced(1), false);
    await sleep(100);
    stream.close(8);
    await pollUntil('both were told', { withinMs: 30_000, everyMs: 10 }, () =>
      reasons.length === 2 ? true : undefined,
    );
    expect(reasons).toEqual(['Timeout', 'Cancelled']);
  });

  it('to no method, and what is no gRPC, is told so', async () => {
    const { port } = await serve(echo);
    const session = await http2(port, false);
    expect(await call(session, '/Bittensor/Nothing', [bytes(1)]).ended).toMatchObject({ code: 'NotImplemented' });
    const stream = session.request({ ':path': '/' });
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    expect(headers[':status']).toBe(415);
  });
});

describe('a server that stops', () => {
  it('lets what runs end, in sessions and unary, and takes no more', async () => {
    let release = () => {};
    const gate = new Promise<void>(resolve => {
      release = resolve;
    });
    let running = 0;
    const { server, port, session } = await serve(async incoming => {
      running++;
      const body = await incoming.body();
      await gate;
      return answerOf(body);
    });
    const client = await session(true);
    await client.opened;
    const streamed = client.call(callOf(bytes(100)));
    const unary = call(await http2(port, true), '/Bittensor/Forward', [bytes(10)], announced(10)).ended;
    await pollUntil('both run', { withinMs: 30_000, everyMs: 10 }, () => (running === 2 ? true : undefined));
    expect(server.active).toBe(2);
    const stopped = server.stop(10_000);
    // What the server gets before its client hears of the stop is answered so; the rest does not leave.
    const refusal = await pollUntil('a call refused on this side', { withinMs: 8_000, everyMs: 5 }, () =>
      client.call(callOf(bytes(1))).then(
        ({ head }) => void expect(head).toMatchObject({ returnCode: 4, message: 'the neuron is stopping' }),
        (error: unknown) => error,
      ),
    );
    expect(refusal).toMatchObject({ returnCode: 'Unavailable' });
    release();
    expect((await streamed).body.length).toBe(100);
    expect((await unary).status).toBe(0);
    await stopped;
    expect([server.active, server.connections, server.sessions]).toEqual([0, 0, 0]);
    const late = connectTcp(port, '127.0.0.1');
    await expect(once(late, 'connect')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('answers Unavailable to what hangs', async () => {
    const { server, port } = await serve(
      ({ signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const { ended } = call(await http2(port, true), '/Bittensor/Forward', [bytes(10)], announced(10));
    await pollUntil('it runs', { withinMs: 30_000, everyMs: 10 }, () => (server.active === 1 ? true : undefined));
    await server.stop(50);
    expect(await ended).toMatchObject({ status: 14, code: 'Unavailable' });
  });
});

describe('health checking and reflection', () => {
  it('tell the state of the server and of its services, and its end', async () => {
    const { server, port } = await serve(echo);
    const session = await http2(port, false);
    const check = async (request: Uint8Array) => {
      const { status, messages } = await call(session, '/grpc.health.v1.Health/Check', [request]).ended;
      return status === 0 ? HealthCheckResponse.decode(messages[0]!).status : status;
    };
    const named = (name: string) => Buffer.concat([Buffer.of(10, name.length), Buffer.from(name)]);
    expect(await check(new Uint8Array(0))).toBe(1);
    expect(await check(named('Bittensor'))).toBe(1);
    expect(await check(named('Nobody'))).toBe(5);
    const watch = call(session, '/grpc.health.v1.Health/Watch', [named('Bittensor')], {}, false);
    await once(watch.stream, 'data');
    await server.stop(500);
    const { messages } = await watch.ended;
    expect(messages.map(message => HealthCheckResponse.decode(message).status)).toEqual([1, 2]);
  });

  it.each(['v1', 'v1alpha'])('name the services, and describe them (%s)', async version => {
    const { port } = await serve(echo);
    const session = await http2(port, false);
    const ask = async (request: Partial<ServerReflectionRequest>) => {
      const bytes = ServerReflectionRequest.encode({ ...ServerReflectionRequest.create(), ...request }).finish();
      const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
      const { messages } = await call(session, path, [bytes]).ended;
      return ServerReflectionResponse.decode(messages[0]!);
    };
    const names = (await ask({ listServices: '' })).listServicesResponse?.service.map(({ name }) => name);
    expect(names).toEqual(['Bittensor', 'grpc.health.v1.Health']);
    const found = await ask({ fileContainingSymbol: 'Bittensor' });
    expect(found.fileDescriptorResponse?.fileDescriptorProto[0]?.length).toBeGreaterThan(1_000);
    expect((await ask({ fileContainingSymbol: 'Nothing' })).errorResponse?.errorCode).toBe(5);
  });
});

describe('a version of Node.js', () => {
  it.each([
    ['v18.20.8', 'known holes'],
    ['v20.20.1', '20.20.2 or later'],
    ['v22.22.1', '22.22.2 or later'],
    ['v23.11.0', 'known holes'],
    ['v24.14.0', '24.14.1 or later'],
  ])('%s is warned of', (version, text) => {
    expect(http2Holes(version)).toContain(text);
  });

  it.each(['v20.20.2', 'v20.21.0', 'v22.22.2', 'v24.14.1', 'v24.15.0', 'v25.0.0'])('%s is not', version => {
    expect(http2Holes(version)).toBeUndefined();
  });
});
