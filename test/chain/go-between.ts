import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

interface Message {
  id?: number;
  method?: string;
  params?: unknown;
}

/** What becomes of a message: it goes on, or it is lost; or, of a request, this is answered in the node's place. */
export type Judge = (message: Message, from: 'client' | 'node') => 'pass' | 'lose' | { answer: unknown };

/** A node between a client and a chain, which may lose what it pleases. */
export async function goBetween(target: string, judge: Judge): Promise<{ url: string } & AsyncDisposable> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  server.on('connection', client => {
    const node = new WebSocket(target);
    const opened = once(node, 'open');
    for (const socket of [client, node]) socket.on('error', () => {});
    client.on('message', async data => {
      const message = JSON.parse(String(data)) as Message;
      const verdict = judge(message, 'client');
      await opened.catch(() => {});
      if (verdict === 'pass') node.send(String(data));
      else if (verdict !== 'lose')
        client.send(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: verdict.answer }));
    });
    node.on('message', data => {
      if (judge(JSON.parse(String(data)) as Message, 'node') === 'pass') client.send(String(data));
    });
    client.on('close', () => node.close());
    node.on('close', () => client.close());
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
