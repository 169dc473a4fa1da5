import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ServerLimits } from '../../localnet/engine/rpc/server/limits.js';
import type { Backend } from '../../localnet/engine/rpc/server/responder.js';
import { RpcServer } from '../../localnet/engine/rpc/server/server.js';
import { pollUntil } from '../../src/base/index.js';

const servers: RpcServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.stop()));
});

const answering: Backend = { request: async (_, method) => `"result":"${method}"`, closed: () => {} };

async function serve(backend: Backend = answering, host = '127.0.0.1'): Promise<number> {
  const server = new RpcServer(backend);
  servers.push(server);
  return server.start(host, 0);
}

async function post(port: number, headers: OutgoingHttpHeaders, body = asking('x')) {
  const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', headers }).end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const text = (await response.toArray()).join('');
  return { status: response.statusCode!, headers: response.headers, text };
}

/** 101, or the status that the upgrade was refused with. */
async function upgrade(port: number, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { headers });
  socket.on('error', () => {});
  const status = await new Promise<number>(resolve => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (_, response) => resolve(response.statusCode!));
  });
  socket.terminate();
  return status;
}

function asking(method: string, id = 1): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method });
}

describe('who may ask', () => {
  it.each([
    [{}, true],
    [{ origin: 'http://127.0.0.1:9944' }, true],
    [{ origin: 'http://localhost:3000' }, true],
    [{ origin: 'https://app.localhost' }, true],
    [{ origin: 'http://[::1]:8080' }, true],
    [{ origin: 'https://polkadot.js.org' }, true],
    [{ host: 'localhost' }, true],
    [{ host: 'LOCALHOST.:9944' }, true],
    [{ host: '[::1]:9944' }, true],
    [{ origin: 'https://evil.example' }, false],
    [{ origin: 'null' }, false],
    [{ origin: 'http://polkadot.js.org' }, false],
    [{ origin: 'https://polkadot.js.org.evil.example' }, false],
    [{ origin: 'http://127.0.0.1.evil.example' }, false],
    [{ origin: 'http://localhost@evil.example' }, false],
    [{ origin: 'file://localhost' }, false],
    [{ origin: 'nonsense' }, false],
    [{ host: 'evil.example' }, false],
    [{ host: 'evil.example:9944', origin: 'http://evil.example:9944' }, false],
    [{ host: '127.0.0.1.evil.example' }, false],
    [{ host: '10.0.0.1' }, false],
    [{ host: '%' }, false],
  ] as [Record<string, string>, boolean][])('on a loopback port: %j is %s', async (headers, allowed) => {
    const port = await serve();
    const answer = await post(port, headers);
    expect(answer.status).toBe(allowed ? 200 : 403);
    expect(answer.text.includes('result')).toBe(allowed);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(await upgrade(port, headers)).toBe(allowed ? 101 : 403);
  });

  it.each([
    [{ host: 'node.example:9944' }, true],
    [{ host: '10.0.0.1:9944', origin: 'http://10.0.0.1:9944' }, true],
    [{ host: 'localnet:9944', origin: 'http://localnet:9944' }, true],
    [{ origin: 'http://localhost:3000' }, true],
    // Whoever owns the name may have pointed it here.
    [{ host: 'evil.example:9944', origin: 'http://evil.example:9944' }, false],
    [{ host: '10.0.0.1:9944', origin: 'http://10.0.0.2:9944' }, false],
    [{ origin: 'https://evil.example' }, false],
  ] as [Record<string, string>, boolean][])('on an open port: %j is %s', async (headers, allowed) => {
    const port = await serve(answering, '0.0.0.0');
    expect((await post(port, headers)).status).toBe(allowed ? 200 : 403);
    expect(await upgrade(port, headers)).toBe(allowed ? 101 : 403);
  });
});

describe('answers that nobody reads', () => {
  const LARGE = 2 ** 20;
  /** Held by the sockets of the system at both ends, of which a test cannot know much. */
  const IN_BETWEEN = 16 * LARGE;

  /** Counts what was asked, and gives large answers to `large`. */
  function counting() {
    const asked = new Map<string, number>();
    const text = 'x'.repeat(LARGE);
    const request: Backend['request'] = async (_, method) => {
      asked.set(method, (asked.get(method) ?? 0) + 1);
      return `"result":"${method === 'large' ? text : ''}"`;
    };
    return { asked, backend: { request, closed: () => {} } };
  }

  /** All that can happen now has happened when others were answered for a while. */
  async function untilQuiet(port: number): Promise<void> {
    for (let i = 0; i < 200; i++) await post(port, {});
  }

  it('stop a websocket from being read, and all come in the end', async () => {
    const { asked, backend } = counting();
    const port = await serve(backend);
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(socket, 'open');
    socket.pause();
    for (let id = 0; id < 100; id++) socket.send(asking('large', id));
    await untilQuiet(port);
    expect(asked.get('large')).toBeLessThan((16 * LARGE + IN_BETWEEN) / LARGE + 8);
    const ids: number[] = [];
    socket.on('message', data => ids.push((JSON.parse(String(data)) as { id: number }).id));
    socket.resume();
    await pollUntil('all answers', { withinMs: 50_000 }, () => (ids.length === 100 ? true : undefined));
    expect(ids).toEqual(Array.from({ length: 100 }, (_, i) => i));
    socket.terminate();
  });

  it('stop a connection with many posts', async () => {
    const { asked, backend } = counting();
    const port = await serve(backend);
    const socket = connect(port, '127.0.0.1').pause();
    socket.on('error', () => {});
    const body = asking('large');
    const one = `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    socket.write(one.repeat(60));
    await untilQuiet(port);
    expect(asked.get('large')).toBeLessThan(IN_BETWEEN / LARGE + 2);
    let bytes = 0;
    socket.on('data', data => {
      bytes += data.length;
    });
    socket.resume();
    await pollUntil('all answers', { withinMs: 50_000 }, () => (bytes > 60 * LARGE ? true : undefined));
    // More than anybody pipelines.
    const closed = new Promise(resolve => socket.once('close', resolve));
    socket.write(one.repeat(2000));
    await closed;
    expect(asked.get('large')).toBeLessThan(60 + 64);
  });

  it('are not made in full when a batch asks for too many', async () => {
    const { asked, backend } = counting();
    const port = await serve(backend);
    const batch = JSON.stringify(Array.from({ length: 1000 }, (_, id) => JSON.parse(asking('large', id)) as unknown));
    const { text } = await post(port, {}, batch);
    expect(JSON.parse(text)).toMatchObject({ id: null, error: { code: -32011 } });
    expect(asked.get('large')).toBeLessThan(80);
  });

  /** A websocket whose number on the server is known. */
  async function subscriber(server: RpcServer, port: number, ids: number[]) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(socket, 'open');
    socket.send(asking('subscribe'));
    await once(socket, 'message');
    socket.pause();
    const id = ids.at(-1)!;
    const closed = new Promise<{ code: number; reason: string }>(resolve => {
      socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
    return { socket, closed, notify: (text: string) => server.notify(id, text) };
  }

  async function subscribable(limits: Partial<ServerLimits> = {}) {
    const ids: number[] = [];
    const request: Backend['request'] = async id => {
      ids.push(id!);
      return '"result":null';
    };
    const server = new RpcServer({ request, closed: () => {} }, limits);
    servers.push(server);
    const port = await server.start('127.0.0.1', 0);
    return { server, port, ids };
  }

  it('disconnect who leaves too many notifications unread, with code 4002', async () => {
    const { server, port, ids } = await subscribable();
    const { socket, closed, notify } = await subscriber(server, port, ids);
    for (let i = 0; i < 200; i++) notify('x'.repeat(LARGE));
    expect(server.heldBytes).toBeLessThan(17 * LARGE);
    socket.resume();
    expect(await closed).toEqual({ code: 4002, reason: 'too many notifications unread' });
  });

  it('end the connection of one who never reads again', async () => {
    const { server, port, ids } = await subscribable();
    const { notify } = await subscriber(server, port, ids);
    for (let i = 0; i < 200; i++) notify('x'.repeat(LARGE));
    await pollUntil('its end', { withinMs: 30_000 }, () => (server.heldBytes === 0 ? true : undefined));
  });

  it('make room for others when all clients together leave too much', async () => {
    const { server, port, ids } = await subscribable({ totalBytes: 40 * LARGE });
    const greedy = [];
    for (let i = 0; i < 10; i++) greedy.push(await subscriber(server, port, ids));
    const modest = await subscriber(server, port, ids);
    modest.socket.resume();
    const heard: number[] = [];
    modest.socket.on('message', data => heard.push(String(data).length));
    for (let i = 0; i < 15; i++) {
      for (const { notify } of greedy) notify('x'.repeat(LARGE));
      modest.notify('y'.repeat(1000));
      expect(server.heldBytes).toBeLessThanOrEqual(40 * LARGE);
    }
    await pollUntil('the notifications', { withinMs: 30_000 }, () => (heard.length === 15 ? true : undefined));
    let ended = 0;
    for (const { closed, socket } of greedy) {
      void closed.then(() => ended++);
      socket.resume();
    }
    await pollUntil('the end of most', { withinMs: 30_000 }, () => (ended >= 5 ? true : undefined));
    expect(modest.socket.readyState).toBe(WebSocket.OPEN);
    modest.socket.terminate();
    for (const { socket } of greedy) socket.terminate();
  });

  it('do not hold up a request that waiting ones need', async () => {
    const waiting: (() => void)[] = [];
    const request: Backend['request'] = async (_, method) => {
      if (method === 'wait') await new Promise<void>(resolve => waiting.push(resolve));
      else for (const go of waiting.splice(0)) go();
      return '"result":null';
    };
    const port = await serve({ request, closed: () => {} });
    const methods = [...new Array<string>(20).fill('wait'), 'go'];
    const batch = JSON.stringify(methods.map((method, id) => JSON.parse(asking(method, id)) as unknown));
    expect(JSON.parse((await post(port, {}, batch)).text)).toHaveLength(21);
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(socket, 'open');
    let answers = 0;
    socket.on('message', () => answers++);
    for (const method of methods) socket.send(asking(method));
    await pollUntil('all answers', { withinMs: 30_000 }, () => (answers === 21 ? true : undefined));
    socket.terminate();
  });
});

describe('the sum of what clients send', () => {
  const MEBIBYTE = 2 ** 20;

  it('is bounded: who holds most of it gives way with code 4003, and others are served', async () => {
    const server = new RpcServer(answering, { totalBytes: 20 * MEBIBYTE });
    servers.push(server);
    const port = await server.start('127.0.0.1', 0);
    const closings: Promise<{ code: number; reason: string }>[] = [];
    const halves = [];
    for (let i = 0; i < 4; i++) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`);
      await once(socket, 'open');
      socket.on('error', () => {});
      closings.push(
        new Promise(resolve => socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }))),
      );
      // A frame that says 14 MiB, and of which 13 come.
      const raw = (socket as unknown as { _socket: Socket })._socket;
      const head = Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
      head.writeUInt32BE(14 * MEBIBYTE, 6);
      raw.write(head);
      raw.write(Buffer.alloc(13 * MEBIBYTE));
      halves.push(socket);
      await pollUntil('all to be taken', { withinMs: 30_000, everyMs: 5 }, () =>
        raw.writableLength === 0 ? true : undefined,
      );
      expect(server.heldBytes).toBeLessThanOrEqual(20 * MEBIBYTE);
    }
    expect(await closings[0]).toEqual({
      code: 4003,
      reason: 'the node holds too much for its clients, for this one most',
    });
    expect((await post(port, {})).status).toBe(200);
    for (const socket of halves) socket.terminate();
    await pollUntil('nothing held', { withinMs: 30_000 }, () => (server.heldBytes === 0 ? true : undefined));
  });

  it('counts posts too', async () => {
    const server = new RpcServer(answering, { totalBytes: 2 * MEBIBYTE });
    servers.push(server);
    const port = await server.start('127.0.0.1', 0);
    const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', headers: { 'content-length': 9e6 } });
    request.on('error', () => {});
    request.write(Buffer.alloc(3 * MEBIBYTE, 32));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(503);
    response.resume();
    expect((await post(port, {})).status).toBe(200);
    expect(server.heldBytes).toBeLessThan(MEBIBYTE);
  });

  it('comes back to nothing after much talk', async () => {
    const server = new RpcServer(answering);
    servers.push(server);
    const port = await server.start('127.0.0.1', 0);
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(socket, 'open');
    let answers = 0;
    socket.on('message', () => answers++);
    for (let i = 0; i < 3000; i++) socket.send(asking('x'.repeat(i % 7 === 0 ? 70_000 : i), i));
    await pollUntil('all answers', { withinMs: 30_000 }, () => (answers === 3000 ? true : undefined));
    expect(server.heldBytes).toBe(0);
    socket.terminate();
  });
});

describe('limits', () => {
  async function limited(limits: Partial<ServerLimits>): Promise<number> {
    const server = new RpcServer(answering, limits);
    servers.push(server);
    return server.start('127.0.0.1', 0);
  }

  it.each([
    [
      `[${Array.from({ length: 11 }, (_, id) => asking('x', id)).join()}]`,
      200,
      -32010,
      'The batch request was too large',
    ],
    [JSON.stringify({ id: 1, method: 'x', params: new Array(300).fill(0) }), 200, -32600, 'Invalid request'],
    [`{"id":1,"method":"x","params":${'['.repeat(70)}${']'.repeat(70)}}`, 200, -32600, 'Invalid request'],
    ['x'.repeat(9000), 413, -32007, 'Request is too big'],
  ])('of requests have codes: %#', async (body, status, code, message) => {
    const port = await limited({ batch: 10, values: 200, requestBytes: 8000 });
    const answer = await post(port, {}, body);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ id: null, error: { code, message } });
  });

  it('of messages on a websocket close it with 1009', async () => {
    const port = await limited({ requestBytes: 1000 });
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    socket.send('x'.repeat(50_000));
    expect((await closed)[0]).toBe(1009);
  });

  it('of connections answer with 429, and end when others leave', async () => {
    const port = await limited({ connections: 3 });
    const open = await Promise.all(
      [1, 2, 3].map(async () => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}`);
        await once(socket, 'open');
        return socket;
      }),
    );
    expect(await upgrade(port, {})).toBe(429);
    const answer = await post(port, {});
    expect([answer.status, answer.text]).toEqual([429, 'Too many connections. Please try again later.\n']);
    open[0]!.terminate();
    await pollUntil('room', { withinMs: 30_000 }, async () =>
      (await post(port, {})).status === 200 ? true : undefined,
    );
    for (const socket of open) socket.terminate();
  });
});

describe('the server', () => {
  it('says that it stops, with code 1001, and does not wait for who does not listen', async () => {
    const server = new RpcServer(answering);
    const port = await server.start('127.0.0.1', 0);
    const [listening, deaf] = [1, 2].map(() => new WebSocket(`ws://127.0.0.1:${port}`));
    await Promise.all([once(listening!, 'open'), once(deaf!, 'open')]);
    deaf!.pause();
    const closed = once(listening!, 'close') as Promise<[number, Buffer]>;
    await Promise.all([server.stop(), server.stop()]);
    const [code, reason] = await closed;
    expect([code, String(reason)]).toEqual([1001, 'the node is stopping']);
    deaf!.terminate();
  });

  it('keeps a connection for many posts', async () => {
    const port = await serve();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number>();
    for (let i = 0; i < 20; i++) {
      const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', agent }).end(asking('x', i));
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      ports.add(response.socket.localPort!);
      expect(JSON.parse((await response.toArray()).join(''))).toMatchObject({ id: i, result: 'x' });
    }
    expect(ports.size).toBe(1);
    agent.destroy();
  });

  it('answers GET /health with what system_health says', async () => {
    const port = await serve();
    const response = await fetch(`http://127.0.0.1:${port}/health`);
    expect([response.status, await response.json()]).toEqual([200, 'system_health']);
    expect((await fetch(`http://127.0.0.1:${port}/other`)).status).toBe(405);
  });
});
