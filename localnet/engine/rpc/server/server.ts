import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { messageOf, systemCodeOf } from '../../../../src/base/errors.js';
import { engineError } from '../../errors.js';
import { refusalOf } from './access.js';
import { Client } from './client.js';
import { CLOSING, type Closing } from './close-codes.js';
import { FaultDice, type Faults } from './faults.js';
import { LIMITS, type ServerLimits } from './limits.js';
import { Memory } from './memory.js';
import { Posts } from './posts.js';
import { type Backend, Responder } from './responder.js';
import { Sites } from './sites.js';

const CHECK_EVERY_MS = 30_000;
/** Clients that stop to listen at the end do not hold it up. */
const STOP_WITHIN_MS = 400;
/** Beyond the limit so many get an answer that says so; more get none. */
const SURPLUS = 50;
const TOO_MANY = 'Too many connections. Please try again later.';

/** JSON-RPC 2.0 over WebSocket and HTTP POST on one port. Noise costs a connection, never the server. */
export class RpcServer {
  private readonly http: Server;
  private readonly sockets: WebSocketServer;
  private readonly clients = new Map<number, Client>();
  private readonly limits: ServerLimits;
  private readonly memory: Memory;
  private readonly dice = new FaultDice();
  private readonly responder: Responder;
  private readonly posts: Posts;
  /** Connections above the limit. */
  private readonly surplus = new WeakSet<Socket>();
  private host = '127.0.0.1';
  private connections = 0;
  private count = 0;
  private checking: NodeJS.Timeout | undefined;
  private stopped: Promise<void> | undefined;
  private readonly listeners = new Set<(clients: number) => void>();

  constructor(
    private readonly backend: Backend,
    limits: Partial<ServerLimits> = {},
    sites = new Sites(),
  ) {
    this.limits = { ...LIMITS, ...limits };
    this.memory = new Memory(this.limits.totalBytes);
    this.responder = new Responder(backend, this.limits);
    const { responder, memory, dice } = this;
    this.posts = new Posts({ responder, limits: this.limits, memory, dice, sites, changed: () => this.changed() });
    this.http = createServer((request, response) => this.serve(request, response));
    this.http.headersTimeout = 10_000;
    this.http.requestTimeout = 60_000;
    // Longer than clients keep an idle connection, so that they do not write into one that ends.
    this.http.keepAliveTimeout = 75_000;
    this.http.maxConnections = this.limits.connections + SURPLUS;
    this.http.on('connection', (socket: Socket) => this.countIn(socket));
    this.http.on('clientError', (_, socket: Socket) => socket.destroy());
    this.sockets = new WebSocketServer({
      server: this.http,
      maxPayload: this.limits.requestBytes,
      perMessageDeflate: false,
      verifyClient: ({ req }, done) => {
        const refusal = this.refusal(req);
        if (this.dice.faults.refuse) req.socket.destroy();
        else if (refusal) done(false, refusal.status, refusal.text);
        else done(true);
      },
    });
    this.sockets.on('connection', (socket, request) => this.accept(socket, request.socket));
    // Reported by `start`; later errors of single connections end those.
    this.sockets.on('error', () => {});
  }

  /** Bytes held for all clients. */
  get heldBytes(): number {
    return this.memory.bytes;
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

  /** Tells every websocket that the node stops (code 1001), and ends all connections. */
  stop(): Promise<void> {
    this.stopped ??= this.end();
    return this.stopped;
  }

  /** Ends every websocket with this code. */
  closeAll(closing: Closing): void {
    for (const client of this.clients.values()) client.close(closing);
  }

  /** What goes wrong from now on. `cut` ends every websocket now, without a word. */
  setFaults(faults: Faults, cut: boolean): void {
    this.dice.set(faults);
    for (const client of [...this.clients.values()]) {
      if (cut) client.terminate();
      else client.cutIn(faults.cutAfterMs ?? undefined);
    }
  }

  /** Calls back with the number of clients (connections and running posts) whenever it changes. */
  onClients(listener: (clients: number) => void): void {
    this.listeners.add(listener);
    listener(this.clients.size + this.posts.running);
  }

  notify(connection: number, text: string): void {
    this.clients.get(connection)?.notify(text);
  }

  private async end(): Promise<void> {
    clearInterval(this.checking);
    const closed = new Promise<void>(resolve => this.http.close(() => resolve()));
    this.closeAll(CLOSING.stopping);
    this.http.closeIdleConnections();
    const timer = setTimeout(() => {
      for (const client of this.clients.values()) client.terminate();
      this.http.closeAllConnections();
    }, STOP_WITHIN_MS);
    await closed;
    clearTimeout(timer);
  }

  private changed(): void {
    for (const listener of this.listeners) listener(this.clients.size + this.posts.running);
  }

  private countIn(socket: Socket): void {
    if (++this.connections > this.limits.connections) this.surplus.add(socket);
    socket.once('close', () => this.connections--);
  }

  private refusal(request: IncomingMessage): { status: number; text: string } | undefined {
    if (this.surplus.has(request.socket)) return { status: 429, text: TOO_MANY };
    const text = refusalOf(request, this.host);
    return text === undefined ? undefined : { status: 403, text };
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    const refusal = this.refusal(request);
    if (refusal) response.writeHead(refusal.status, { connection: 'close' }).end(`${refusal.text}\n`);
    else void this.posts.serve(request, response);
  }

  private accept(socket: WebSocket, raw: Socket): void {
    const id = ++this.count;
    const { limits, memory, dice } = this;
    const respond = (text: string) => this.responder.respond(text, id);
    const client = new Client({ socket, raw, limits, memory, dice, respond });
    this.clients.set(id, client);
    client.cutIn(dice.faults.cutAfterMs ?? undefined);
    this.changed();
    socket.on('close', () => {
      this.clients.delete(id);
      this.backend.closed(id);
      this.changed();
    });
  }
}
