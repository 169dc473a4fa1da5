import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Listening } from './engine-process.js';

/** Changes the answer of the true leader, or throws; undefined when nothing is to be answered, as something else was sent. */
export type Trick = (request: {
  method: string;
  params: unknown[];
  socket: WebSocket;
  truth(): Promise<unknown>;
}) => unknown;

export interface FalseLeader extends AsyncDisposable {
  url: string;
  /** What it does from now on; undefined is the truth. */
  trick: Trick | undefined;
  /** Cuts all connections. */
  cut(): void;
}

/** A WebSocket server that passes requests on to a true leader, and lies where it is told to. */
export async function startFalseLeader(truth: Pick<Listening, 'rpc'>): Promise<FalseLeader> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  let subscriptions = 0;
  const leader: FalseLeader = {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    trick: undefined,
    cut() {
      for (const socket of server.clients) socket.terminate();
    },
    async [Symbol.asyncDispose]() {
      leader.cut();
      await new Promise(resolve => server.close(resolve));
    },
  };
  server.on('connection', socket => {
    socket.on('error', () => {});
    socket.on('message', async data => {
      const { id, method, params } = JSON.parse(String(data)) as { id: number; method: string; params: unknown[] };
      // The real one would have to be asked over a socket; the follower looks by itself as well.
      const ask = () =>
        /subscribe/i.test(method) ? Promise.resolve(`s${++subscriptions}`) : truth.rpc(method, ...params);
      try {
        const result = leader.trick ? await leader.trick({ method, params, socket, truth: ask }) : await ask();
        if (result !== undefined) socket.send(JSON.stringify({ jsonrpc: '2.0', id, result }));
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message } }));
      }
    });
  });
  return leader;
}
