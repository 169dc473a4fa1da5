import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

interface Message {
  id?: number;
  method?: string;
  params?: unknown;
}

type Verdict = 'pass' | 'lose' | { answer: unknown };

/** What becomes of a message: it goes on, or it is lost; or this is told in the node's place, as an answer or as news. */
export type Judge = (message: Message, from: 'client' | 'node') => Verdict | Promise<Verdict>;

interface GoBetween extends AsyncDisposable {
  url: string;
  /** Ends the connections that there are. */
  cut(): void;
}

/** A node between a client and a chain, which may lose what it pleases. */
export async function goBetween(target: string, judge: Judge): Promise<GoBetween> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  server.on('connection', client => {
    const node = new WebSocket(target);
    const opened = once(node, 'open');
    for (const socket of [client, node]) socket.on('error', () => {});
    client.on('message', async data => {
      const message = JSON.parse(String(data)) as Message;
      const verdict = await judge(message, 'client');
      await opened.catch(() => {});
      if (verdict === 'pass') node.send(String(data));
      else if (verdict !== 'lose')
        client.send(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: verdict.answer }));
    });
    node.on('message', async data => {
      const message = JSON.parse(String(data)) as Message;
      const verdict = await judge(message, 'node');
      if (verdict === 'pass') client.send(String(data));
      else if (verdict !== 'lose')
        client.send(JSON.stringify({ ...message, params: { ...(message.params as object), result: verdict.answer } }));
    });
    client.on('close', () => node.close());
    node.on('close', () => client.close());
  });
  const cut = () => {
    for (const client of server.clients) client.terminate();
  };
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
