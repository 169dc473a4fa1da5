import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { BittensorError } from './errors.js';

/** Answers `GET` of one path, and `HEAD` like it. What it throws or rejects with is answered by 500. */
export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

export interface LocalHttpOptions {
  /** By path, without a query: `/metrics`. */
  routes: Readonly<Record<string, Route>>;
  /** Default `127.0.0.1`. */
  host?: string | undefined;
  /** Default 0: any free one. */
  port?: number | undefined;
  /** Names by which it may be asked, besides numeric addresses and `localhost`. */
  names?: readonly string[] | undefined;
  /** By any name at all: for a network of which every machine is trusted. Default false. */
  anyName?: boolean | undefined;
}

const MOST_CONNECTIONS = 64;
const TEXT = 'text/plain; charset=utf-8';
const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'",
};

/** A small HTTP server that only shows things: few connections, short deadlines, and no way to change anything. */
export class LocalHttp implements AsyncDisposable {
  private readonly server: Server;
  private stopped: Promise<void> | undefined;

  private constructor(private readonly options: LocalHttpOptions) {
    const times = { requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 5_000 };
    this.server = createServer(times, (request, response) => {
      this.answer(request, response).catch(() => {
        if (response.headersSent) response.destroy();
        else reply(response, 500, TEXT, 'this could not be read\n');
      });
    });
    this.server.maxConnections = MOST_CONNECTIONS;
  }

  /** Errors: `port_in_use`, `cannot_listen`. */
  static async start(options: LocalHttpOptions): Promise<LocalHttp> {
    const made = new LocalHttp(options);
    const { host = '127.0.0.1', port = 0 } = options;
    await new Promise<void>((resolve, reject) => {
      made.server.once('error', error => reject(cannotListen(error, host, port)));
      made.server.listen({ host, port }, resolve);
    });
    made.server.on('error', () => {});
    return made;
  }

  get port(): number {
    return (this.server.address() as AddressInfo | null)?.port ?? 0;
  }

  /** As this machine reaches it. */
  get url(): string {
    const { host = '127.0.0.1' } = this.options;
    const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
    return `http://${name.includes(':') ? `[${name}]` : name}:${this.port}`;
  }

  /** Breaks off what is under way. */
  stop(): Promise<void> {
    this.stopped ??= new Promise(resolve => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
    return this.stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A page of a stranger, whose name was pointed at this address, is refused by the name that its browser sends.
    if (!this.mayAskAs(request.headers.host)) {
      return reply(response, 421, TEXT, 'ask by a numeric address or localhost, or allow this name in the settings\n');
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return reply(response, 405, TEXT, 'only GET: nothing can be changed here\n');
    }
    const { routes } = this.options;
    const path = (request.url ?? '/').split('?', 1)[0]!;
    if (Object.hasOwn(routes, path)) return await routes[path]!(request, response);
    const known = `${Object.keys(routes).join('\n')}\n`;
    return path === '/' ? reply(response, 200, TEXT, known) : reply(response, 404, TEXT, known);
  }

  private mayAskAs(header: string | undefined): boolean {
    const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(header ?? '');
    const name = (match?.[1] ?? match?.[2])?.toLowerCase();
    if (name === undefined) return false;
    if (this.options.anyName) return true;
    if (isIP(name) !== 0 || name === 'localhost') return true;
    return (this.options.names ?? []).some(allowed => allowed.toLowerCase() === name);
  }
}

/** Answers with a whole text. */
export function reply(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** Answers with what a value is as JSON. */
export function replyJson(response: ServerResponse, status: number, value: unknown): void {
  reply(response, status, 'application/json; charset=utf-8', JSON.stringify(value));
}

/** Begins an answer that goes on: Server-Sent Events. */
export function beginEvents(response: ServerResponse): void {
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
}

function cannotListen(error: Error, host: string, port: number): BittensorError {
  const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  const what = isTaken
    ? `port ${port} of ${host} is in use`
    : `nothing can be served at ${host}:${port}: ${error.message}`;
  return new BittensorError(isTaken ? 'port_in_use' : 'cannot_listen', what, { cause: error, data: { host, port } });
}
