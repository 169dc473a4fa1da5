import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';

/** The files of a folder in memory, by their path: `assets/index.js`. What is not in it cannot be asked for. */
export type Site = ReadonlyMap<string, Buffer>;

/** Pages are small; a folder that is none is refused before it is read into memory. */
const MOST_FILES = 200;

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

/** Reads the folder of a built page; empty where there is none. Throws a `RangeError` for one of too many files. */
export function readSite(folder: string): Site {
  const names = filesIn(folder);
  if (names.length > MOST_FILES) throw new RangeError(`${folder} has more than ${MOST_FILES} files: it is no page`);
  return new Map(names.map(name => [relative(folder, name).replaceAll(sep, '/'), readFileSync(name)]));
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesIn(path);
      return entry.isFile() && extname(entry.name) in TYPES ? [path] : [];
    });
  } catch {
    return [];
  }
}

/**
 * Answers a GET or HEAD of `path` (without the leading `/`; '' is index.html). The page may run its own scripts only, show no
 * frame and be in none, and talk to its own server, to this machine and to the `connect` addresses.
 */
export function answerFromSite(
  site: Site,
  path: string,
  request: Pick<IncomingMessage, 'method' | 'headers'>,
  response: ServerResponse,
  connect: readonly string[] = [],
): void {
  const name = path === '' ? 'index.html' : path;
  const body = site.get(name);
  if (!body) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('There is no such page here.\n');
    return;
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(name)]!,
    'content-length': body.length,
    // The names of what lies in `assets` change with their content.
    'cache-control': name.startsWith('assets/') ? 'max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': policy([...ownSocket(request.headers.host), ...connect]),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

const THIS_MACHINE = ['127.0.0.1', 'localhost'].flatMap(host => [`ws://${host}:*`, `http://${host}:*`]);

function policy(connect: readonly string[]): string {
  return [
    "default-src 'self'",
    `connect-src ${["'self'", ...THIS_MACHINE, ...connect].join(' ')}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** A websocket to the page's own server. Not every browser counts it as 'self'. */
function ownSocket(host: string | undefined): string[] {
  return host !== undefined && /^[\w.-]+(:\d+)?$/.test(host) ? [`ws://${host}`] : [];
}
