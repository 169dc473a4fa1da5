import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { messageOf, systemCodeOf } from '../../../src/base/errors.js';
import { engineError } from '../errors.js';
import { refusalOf } from './access.js';
import { Client, type ClientLimits } from './client.js';
import { overOrWaiting } from './patience.js';
import { batchTooLarge, invalidRequest, parseError, type RpcError, tooMany } from './rpc-error.js';

/** Answers requests; the body is `"result":...` or `"error":...`. */
export interface Backend {
  request(connection: number | undefined, method: string, params: unknown): Promise<string>;
  closed(connection: number): void;
}

export interface ServerLimits extends ClientLimits {
  /** Bytes of one request or batch. */
  requestBytes: number;
  connections: number;
  batch: number;
  /** Bytes of all answers to one batch. */
  batchBytes: number;
  /** Posts of one connection that wait for those before them. */
  pipelined: number;
  /** Levels of lists and objects in a request. */
  depth: number;
}

const LIMITS: ServerLimits = {
  requestBytes: 15 * 2 ** 20,
  unreadBytes: 64 * 2 ** 20,
  answerBytes: 16 * 2 ** 20,
  atOnce: 64,
  pending: 4096,
  connections: 500,
  batch: 1000,
  batchBytes: 64 * 2 ** 20,
  pipelined: 64,
  depth: 64,
};
const CHECK_EVERY_MS = 30_000;
const ANSWER_HEADERS = { 'content-type': 'application/json; charset=utf-8' };

/** A client of a post has that long to take some of its answer. */
const STALLED_MS = 60_000;
/** Requests of a batch in work at a time. */
const BATCH_AT_ONCE = 8;

/** JSON-RPC 2.0 over WebSocket and HTTP POST on one port. Noise costs a connection, never the server. */
export class RpcServer {
  private readonly http: Server;
  private readonly sockets: WebSocketServer;
  private readonly clients = new Map<number, Client>();
  private readonly limits: ServerLimits;
  /** Per connection, the posts that are not over. */
  private readonly turns = new WeakMap<Socket, { waiting: number; last: Promise<void> }>();
  private host = '127.0.0.1';
  private count = 0;
  private posts = 0;
  private checking: NodeJS.Timeout | undefined;
  private readonly listeners = new Set<(clients: number) => void>();

  constructor(
    private readonly backend: Backend,
    limits: Partial<ServerLimits> = {},
  ) {
    this.limits = { ...LIMITS, ...limits };
    this.http = createServer((request, response) => void this.serve(request, response));
    this.http.headersTimeout = 10_000;
    this.http.requestTimeout = 60_000;
    this.http.maxConnections = this.limits.connections;
    this.http.on('clientError', (_, socket: Socket) => socket.destroy());
    this.sockets = new WebSocketServer({
      server: this.http,
      maxPayload: this.limits.requestBytes,
      perMessageDeflate: false,
      verifyClient: ({ req }, done) => {
        const refusal = refusalOf(req, this.host);
        if (refusal === undefined) done(true);
        else done(false, 403, refusal);
      },
    });
    this.sockets.on('connection', socket => this.accept(socket));
    // Reported by `start`; later errors of single connections end those.
    this.sockets.on('error', () => {});
  }

  /** Binds the port and returns it; `port_busy` when somebody has it. */
  async start(host: string, port: number): Promise<number> {
    this.host = host;
    await new Promise<void>((resolve, reject) => {
      this.http.once('error', error => {
        const busy = systemCodeOf(error) === 'EADDRINUSE';
        const text = busy
          ? `port ${port} on ${host} is in use`
          : `cannot listen on ${host}:${port}: ${messageOf(error)}`;
        reject(engineError(busy ? 'port_busy' : 'bad_setting', text, { cause: error, data: { host, port } }));
      });
      this.http.listen(port, host, resolve);
    });
    this.checking = setInterval(() => {
      for (const client of this.clients.values()) client.check();
    }, CHECK_EVERY_MS);
    return (this.http.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    clearInterval(this.checking);
    for (const client of this.clients.values()) client.terminate();
    this.http.closeAllConnections();
    await new Promise<void>(resolve => this.http.close(() => resolve()));
  }

  /** Calls back with the number of clients (connections and running posts) whenever it changes. */
  onClients(listener: (clients: number) => void): void {
    this.listeners.add(listener);
    listener(this.clients.size + this.posts);
  }

  notify(connection: number, text: string): void {
    this.clients.get(connection)?.notify(text);
  }

  /** Ends all websockets with a code, behind what was sent to them before. */
  cut(code: number, reason: string): void {
    for (const client of this.clients.values()) client.close(code, reason);
  }

  private changed(): void {
    for (const listener of this.listeners) listener(this.clients.size + this.posts);
  }

  private accept(socket: WebSocket): void {
    const id = ++this.count;
    this.clients.set(id, new Client(socket, this.limits, text => this.respond(text, id)));
    this.changed();
    socket.on('close', () => {
      this.clients.delete(id);
      this.backend.closed(id);
      this.changed();
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refusalOf(request, this.host);
    if (refusal !== undefined) {
      response.writeHead(403, { connection: 'close' }).end(`${refusal}\n`);
      return;
    }
    const { socket } = request;
    const turns = this.turns.get(socket) ?? { waiting: 0, last: Promise.resolve() };
    this.turns.set(socket, turns);
    if (turns.waiting >= this.limits.pipelined) {
      socket.destroy();
      return;
    }
    // Two for each response that is not over; their number is bounded.
    socket.setMaxListeners(0);
    const { last } = turns;
    turns.last = over(socket, response);
    turns.waiting++;
    this.posts++;
    this.changed();
    void turns.last.then(() => {
      turns.waiting--;
      this.posts--;
      this.changed();
    });
    // One after the other, each when the answer before it was taken.
    await last;
    if (socket.destroyed) return;
    if (request.method !== 'POST') {
      response.writeHead(405, { allow: 'POST' }).end('This is a JSON-RPC server: use POST or a WebSocket.\n');
      return;
    }
    try {
      const text = await this.body(request);
      if (text === undefined) {
        response.writeHead(413, { connection: 'close' }).end(errorText(null, tooMany('the request is too large')));
        return;
      }
      const answer = (await this.respond(text, undefined)) ?? '';
      response.setTimeout(STALLED_MS);
      response.writeHead(200, ANSWER_HEADERS).end(answer);
    } catch {
      // The client went away while sending.
      response.destroy();
    }
  }

  private async body(request: IncomingMessage): Promise<string | undefined> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request) {
      bytes += (chunk as Buffer).length;
      if (bytes > this.limits.requestBytes) return undefined;
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  /** The text of the answer; undefined when only notifications came. */
  private async respond(text: string, connection: number | undefined): Promise<string | undefined> {
    let request: unknown;
    if (nesting(text) > this.limits.depth)
      return errorText(null, invalidRequest(`nested deeper than ${this.limits.depth}`));
    try {
      request = JSON.parse(text);
    } catch (error) {
      return errorText(null, parseError(messageOf(error).slice(0, 200)));
    }
    if (!Array.isArray(request)) return this.one(request, connection);
    if (request.length === 0) return errorText(null, invalidRequest('an empty batch'));
    if (request.length > this.limits.batch)
      return errorText(null, tooMany(`a batch has at most ${this.limits.batch} requests`));
    return this.batch(request, connection);
  }

  private async batch(requests: readonly unknown[], connection: number | undefined): Promise<string | undefined> {
    const answers = new Array<string | undefined>(requests.length);
    const { batchBytes } = this.limits;
    const working: Promise<void>[] = [];
    let bytes = 0;
    const answer = async (i: number) => {
      const text = await this.one(requests[i], connection);
      answers[i] = text;
      bytes += text?.length ?? 0;
    };
    while (working.length < requests.length && bytes <= batchBytes) {
      const some = requests
        .slice(working.length, working.length + BATCH_AT_ONCE)
        .map((_, j) => answer(working.length + j));
      working.push(...some);
      await overOrWaiting(Promise.all(some));
    }
    if (bytes <= batchBytes) await Promise.all(working);
    if (bytes > batchBytes) return errorText(null, batchTooLarge(`more than ${batchBytes} bytes`));
    const given = answers.filter(text => text !== undefined);
    return given.length > 0 ? `[${given.join(',')}]` : undefined;
  }

  private async one(request: unknown, connection: number | undefined): Promise<string | undefined> {
    if (typeof request !== 'object' || request === null) return errorText(null, invalidRequest('no object'));
    const { id, method, params } = request as { id?: unknown; method?: unknown; params?: unknown };
    const hasId = typeof id === 'string' || typeof id === 'number' || id === null;
    if (typeof method !== 'string') return errorText(hasId ? id : null, invalidRequest('no method'));
    // A notification: nobody would hear the answer.
    if (id === undefined) return undefined;
    if (!hasId) return errorText(null, invalidRequest('the id has to be a string or a number'));
    return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},${await this.backend.request(connection, method, params)}}`;
  }
}

/** Resolves when a response was taken or its connection ended; one that waits in a queue does not tell the latter. */
function over(socket: Socket, response: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    const finish = () => {
      socket.off('close', finish);
      response.off('close', finish);
      resolve();
    };
    socket.on('close', finish);
    response.on('close', finish);
  });
}

function errorText(id: unknown, { code, message, data }: RpcError): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id: id ?? null,
    error: { code, message, ...(data !== undefined && { data }) },
  });
}

/** How deep lists and objects are nested, without parsing. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x5b || c === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (c === 0x5d || c === 0x7d) depth--;
  }
  return deepest;
}
