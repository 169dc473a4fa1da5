import { isIP } from 'node:net';
import { netError } from './errors.js';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A host or a literal address and a port as a gRPC target; never a scheme, so that no text of a peer opens a file. */
export function dialTarget({ host, port }: Address): string {
  if (!isPort(port)) throw netError('bad_address', `not a port that can be dialled: ${port}`, { host, port });
  const literal = dialHost(host);
  switch (isIP(literal)) {
    case 4:
      return `ipv4:${literal}:${port}`;
    case 6:
      return `ipv6:[${literal}]:${port}`;
    default:
      if (!isHostName(literal)) throw netError('bad_address', `not a host: ${literal.slice(0, 80)}`, { port });
      return `dns:${literal}:${port}`;
  }
}

/** The address to dial for one that was bound: "every interface" means this machine. */
export function dialHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

/** Reads `host:port`, `[ipv6]:port`, or a port alone (this machine). Error `bad_address`. */
export function parseAddress(text: string): Address {
  const match = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^[\]:]+)):)?(\d{1,5})$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2] ?? '127.0.0.1';
  const port = Number(match?.[3]);
  if (!match || !isPort(port) || !(isIP(host) || isHostName(host))) {
    throw netError('bad_address', `not an address (host:port): ${text.slice(0, 80)}`);
  }
  return { host, port };
}

export function formatAddress({ host, port }: Address): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** An address as sockets name it, an IPv4 address in IPv6's clothes (`::ffff:127.0.0.1`) as IPv4. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped !== undefined && isIP(mapped) === 4 ? mapped : address;
}

/** Whether an address is of this very machine alone: 127.0.0.0/8, ::1, or the name that stands for them. */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return isIP(plain) === 4 ? plain.startsWith('127.') : plain === '::1' || plain === 'localhost';
}

/** A literal address with a port, as strangers may name one: no names, which would make this node ask a name server. */
export function parseLiteral(text: string): Address | undefined {
  try {
    const address = parseAddress(text);
    return isIP(address.host) ? address : undefined;
  } catch {
    return undefined;
  }
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536;
}

function isHostName(text: string): boolean {
  return (
    text.length <= 253 &&
    /^[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?)*\.?$/.test(text)
  );
}
