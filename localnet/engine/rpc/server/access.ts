import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Pages from elsewhere that may talk to the chain. */
const TRUSTED_ORIGINS: ReadonlySet<string> = new Set(['https://polkadot.js.org']);

/**
 * Why a request is refused, or undefined. Programs send no Origin, or that of the address they call; browsers always name the
 * page that asks, so that pages of strangers are kept out. A Host of another name on a loopback port is a page that has
 * pointed its own name here (DNS rebinding). `boundHost` is the address that the server listens on: on one that is not
 * loopback any Host will do, and a page of the same host is trusted when nobody outside can own that host's name.
 */
export function refusalOf({ headers }: Pick<IncomingMessage, 'headers'>, boundHost: string): string | undefined {
  const open = !isLoopback(boundHost);
  const host = headers.host === undefined ? undefined : hostIn(`http://${headers.host}`);
  const isOurs = (name: string | undefined) => name !== undefined && (isLoopback(name) || name === bare(boundHost));
  if (!open && headers.host !== undefined && !isOurs(host)) return 'this host name is not served here';
  const { origin } = headers;
  if (origin === undefined || TRUSTED_ORIGINS.has(origin)) return undefined;
  const page = /^https?:\/\//.test(origin) ? hostIn(origin) : undefined;
  if (isOurs(page) || (open && page !== undefined && page === host && isPrivateName(page))) return undefined;
  return 'pages of this origin may not use the chain';
}

function hostIn(url: string): string | undefined {
  return URL.canParse(url) ? bare(new URL(url).hostname) : undefined;
}

function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

/** Of a name or an address, in brackets or without. */
export function isLoopback(host: string): boolean {
  const name = bare(host);
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    (isIP(name) === 4 && name.startsWith('127.'))
  );
}

/** An address, or a name without a dot, as containers have. */
function isPrivateName(name: string): boolean {
  return isIP(name) !== 0 || !name.includes('.');
}
