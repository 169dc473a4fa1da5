import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Backend, RpcServer } from '../../localnet/engine/rpc/server.js';

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
