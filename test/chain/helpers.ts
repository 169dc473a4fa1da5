import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';

export function temporaryFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'bittensor-chain-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createTcpServer();
  const port = await new Promise<number>(resolve => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  await new Promise(resolve => server.close(resolve));
  return port;
}

export type Handler = (method: string, params: unknown[], socket: WebSocket) => unknown;

/** What a handler returns to stay silent. */
export const NO_ANSWER = Symbol('no answer');

export interface FakeNode extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly calls: string[];
  /** Cuts all connections without closing them properly. */
  cut(): void;
  send(message: unknown): void;
}

/** A JSON-RPC server whose answers are `answer`'s results; a thrown `{ code, message, data }` is an error answer. */
export async function fakeNode(answer: Handler, port = 0): Promise<FakeNode> {
  const server = new WebSocketServer({ host: '127.0.0.1', port });
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
  const calls: string[] = [];
  server.on('connection', socket => {
    socket.on('error', () => {});
    socket.on('message', data => {
      const { id, method, params } = JSON.parse(String(data)) as { id: number; method: string; params: unknown[] };
      calls.push(method);
      try {
        const result = answer(method, params, socket);
        if (result !== NO_ANSWER) socket.send(JSON.stringify({ jsonrpc: '2.0', id, result }));
      } catch (error) {
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, error }));
      }
    });
  });
  const { port: bound } = server.address() as AddressInfo;
  const cut = () => {
    for (const client of server.clients) client.terminate();
  };
  return {
    url: `ws://127.0.0.1:${bound}`,
    port: bound,
    calls,
    cut,
    send: message => {
      const text = typeof message === 'string' ? message : JSON.stringify(message);
      for (const client of server.clients) client.send(text);
    },
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

/** A plain web server. */
export async function webServer(status = 200, text = 'hello'): Promise<{ url: string } & AsyncDisposable> {
  const server: Server = createServer((_, response) => response.writeHead(status).end(text));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
