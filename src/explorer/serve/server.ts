import type { IncomingMessage } from 'node:http';
import { answerFromSite, LocalHttp, type Route, readSite, reply, replyJson, type Site } from '../../base/http.js';
import { abortingWith, BittensorError, isBittensorError } from '../../base/index.js';
import { EXPLORER_PAGE } from './page.js';

export interface ExplorerOptions {
  /** 0: any free port. */
  readonly port: number;
  /** So many ports after it are tried where it is taken; default 0. */
  readonly more?: number;
  /** The chain to show: ws:// or wss://. */
  readonly endpoint: string;
  /** What the nodes of this user say of themselves, for `/api/nodes`. */
  readonly nodes: (signal: AbortSignal) => Promise<readonly unknown[]>;
}

export interface Explorer {
  readonly url: string;
  readonly port: number;
  /** May be called twice. */
  stop(): Promise<void>;
}

const NODES_MS = 5_000;

/**
 * Serves the explorer's page to browsers of this machine, who may ask by a numeric address or `localhost` only (DNS
 * rebinding). Errors: `page_not_built`, `port_in_use`, `cannot_listen`.
 */
export async function startExplorer(options: ExplorerOptions): Promise<Explorer> {
  const { endpoint, nodes, port, more = 0 } = options;
  const site = siteFor(endpoint);
  const { host, protocol } = new URL(endpoint);
  const connect = [`${protocol}//${host}`];
  const files = [...site.keys()].map((name): [string, Route] => [
    `/${name}`,
    (request, response) => answerFromSite(site, name, request, response, connect),
  ]);
  const routes: Record<string, Route> = {
    ...Object.fromEntries(files),
    '/': (request, response) => answerFromSite(site, '', request, response, connect),
    '/api/nodes': async (request, response) => {
      if (isForeign(request)) return reply(response, 403, 'text/plain; charset=utf-8', 'pages of others may not ask\n');
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const list = await nodes(abortingWith(gone.signal, AbortSignal.timeout(NODES_MS)).signal);
      if (!gone.signal.aborted) replyJson(response, 200, list);
    },
  };
  const server = await startFrom(port, port === 0 ? 0 : more, routes);
  return { url: `${server.url}/`, port: server.port, stop: () => server.stop() };
}

async function startFrom(port: number, more: number, routes: Readonly<Record<string, Route>>): Promise<LocalHttp> {
  try {
    return await LocalHttp.start({ routes, port });
  } catch (error) {
    const isTaken = isBittensorError(error) && error.code === 'port_in_use';
    if (!isTaken || more === 0 || port === 65_535) throw error;
    return startFrom(port + 1, more - 1, routes);
  }
}

/** The page, with the chain that it is to show written into it. */
function siteFor(endpoint: string): Site {
  const site = new Map(readSite(EXPLORER_PAGE));
  const html = site.get('index.html')?.toString('utf8');
  if (html === undefined) {
    throw new BittensorError('page_not_built', `there is no page in ${EXPLORER_PAGE}: run npm run build`);
  }
  const safe = endpoint.replace(/[&"<>]/g, character => `&#${character.charCodeAt(0)};`);
  const marked = html.replace(/(<meta name="bittensor-endpoint" content=")"/, (_, begin: string) => `${begin}${safe}"`);
  return site.set('index.html', Buffer.from(marked));
}

/** A page of another origin asks: its browser says so, one way or the other. */
function isForeign({ headers }: IncomingMessage): boolean {
  const from = headers['sec-fetch-site'] ?? 'same-origin';
  const { origin, host } = headers;
  return !['same-origin', 'none'].includes(String(from)) || (origin !== undefined && origin !== `http://${host}`);
}
