import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Backend, RpcServer } from '../../localnet/engine/rpc/server.js';
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
    for (let id = 0; id < 400; id++) socket.send(asking('large', id));
    await untilQuiet(port);
    expect(asked.get('large')).toBeLessThan((16 * LARGE + IN_BETWEEN) / LARGE + 8);
    const ids: number[] = [];
    socket.on('message', data => ids.push((JSON.parse(String(data)) as { id: number }).id));
    socket.resume();
    await pollUntil('all answers', { withinMs: 20_000 }, () => (ids.length === 400 ? true : undefined));
    expect(ids).toEqual(Array.from({ length: 400 }, (_, i) => i));
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
    await pollUntil('all answers', { withinMs: 20_000 }, () => (bytes > 60 * LARGE ? true : undefined));
    // More than anybody pipelines.
    socket.write(one.repeat(2000));
    await once(socket, 'close');
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

  it('disconnect who leaves too many notifications unread', async () => {
    let connection = 0;
    const request: Backend['request'] = async id => {
      connection = id!;
      return '"result":null';
    };
    const server = new RpcServer({ request, closed: () => {} });
    servers.push(server);
    const port = await server.start('127.0.0.1', 0);
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(socket, 'open');
    socket.send(asking('subscribe'));
    await once(socket, 'message');
    socket.pause();
    const closed = once(socket, 'close');
    for (let i = 0; i < 200; i++) server.notify(connection, 'x'.repeat(LARGE));
    socket.resume();
    expect((await closed)[0]).toBe(1006);
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
    await pollUntil('all answers', { withinMs: 10_000 }, () => (answers === 21 ? true : undefined));
    socket.terminate();
  });
});
