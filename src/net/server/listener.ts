import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { systemCodeOf } from '../../base/index.js';
import { isLoopback, plainAddress } from '../address.js';
import type { Certificate } from '../auth/certificate.js';
import { netError } from '../errors.js';
import { TokenBuckets } from '../token-buckets.js';
import type { ServerLimits } from './limits.js';
import { originOf } from './origin.js';

/** One socket of a caller. */
export interface Link {
  /** The TCP connection, whose `bytesRead` counts what came. */
  readonly tcp: Socket;
  readonly address: string;
  readonly origin: string;
  readonly encrypted: boolean;
  /** Set when a caller on this connection showed its key: it is not given up for a stranger's. */
  trusted: boolean;
  /** Something was refused. False: too often, and its address opens no other connection for a moment. */
  isPatient(): boolean;
}

export interface ListenerOptions {
  /** Without one there is no TLS, and so nobody but this machine is served. */
  readonly certificate?: Certificate | undefined;
  /** Who may talk in plain text. Default `loopback`. */
  readonly plainText?: 'loopback' | 'never';
}

/** The first byte of a TLS record that carries a handshake (RFC 8446, 5.1). */
const TLS_HANDSHAKE = 0x16;

interface Arrival extends Link {
  encrypted: boolean;
  /** Runs out while the first byte or the handshake is awaited. */
  timer: NodeJS.Timeout | undefined;
}

/** Origins that are remembered; beyond, those that were quiet longest are forgotten. */
const ORIGINS = 8_192;

/**
 * Owns the port and its sockets, and tells TLS from plain text by the first byte. Where there are too many, those in a
 * handshake or without a key go first, those of the same origin before others.
 */
export class Listener {
  private readonly server: Server;
  private readonly tls: TlsServer | undefined;
  private readonly arrivals = new Map<string, Arrival>();
  private readonly connects: TokenBuckets;
  private readonly refusals: TokenBuckets;
  /** Until when an origin is held off, by `performance.now()`; in the order of the ends. */
  private readonly heldOff = new Map<string, number>();

  constructor(
    private readonly limits: ServerLimits,
    private readonly options: ListenerOptions,
    private readonly accept: (link: Link, socket: Socket) => void,
    private readonly onRefused: (reason: string, address: string) => void,
  ) {
    const rates = (burst: number, perSecond: number) => new TokenBuckets({ burst, perSecond, keys: ORIGINS });
    this.connects = rates(limits.connectBurst, limits.connectsPerSecond);
    this.refusals = rates(limits.refusalBurst, limits.refusalsPerSecond);
    this.server = createServer({ noDelay: true }, socket => this.onSocket(socket));
    const { certificate } = options;
    if (!certificate) return;
    this.tls = createTlsServer({
      cert: certificate.certPem,
      key: certificate.keyPem,
      minVersion: 'TLSv1.3',
      ALPNProtocols: ['h2'],
      handshakeTimeout: limits.handshakeMs,
    });
    this.tls.on('secureConnection', socket => this.onSecure(socket));
    this.tls.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  /** Resolves with the bound port. Errors `port_in_use`, `cannot_listen`. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const onError = (error: unknown) => {
        const taken = systemCodeOf(error) === 'EADDRINUSE';
        const text = taken ? `port ${port} is in use` : `cannot listen on ${host}:${port}: ${(error as Error).message}`;
        reject(netError(taken ? 'port_in_use' : 'cannot_listen', text, { host, port }, error));
      };
      this.server.once('error', onError);
      this.server.listen({ host, port, exclusive: true }, () => {
        this.server.off('error', onError);
        // Later errors of a listening socket (out of file handles) pass; the socket goes on listening.
        this.server.on('error', () => {});
        resolve((this.server.address() as { port: number }).port);
      });
    });
  }

  get size(): number {
    return this.arrivals.size;
  }

  /** Accepts no more; connections that are open stay. */
  stopAccepting(): void {
    if (this.server.listening) this.server.close();
  }

  /** Closes the port and every connection. */
  close(): void {
    this.stopAccepting();
    for (const { tcp } of this.arrivals.values()) tcp.destroy();
  }

  private onSocket(tcp: Socket): void {
    const { remoteAddress } = tcp;
    // Faults of a connection end it; there is nobody else to tell.
    tcp.on('error', () => {});
    // A caller that left at once has no address any more.
    if (remoteAddress === undefined) return void tcp.destroy();
    const address = plainAddress(remoteAddress);
    const origin = originOf(remoteAddress);
    const refusal = this.refusal(origin);
    if (refusal) {
      tcp.resetAndDestroy();
      this.onRefused(refusal, address);
      return;
    }
    const arrival: Arrival = {
      tcp,
      address,
      origin,
      encrypted: false,
      trusted: false,
      isPatient: () => this.isPatient(origin),
      timer: setTimeout(() => this.drop(arrival, 'no handshake in time'), this.limits.handshakeMs),
    };
    const key = keyOf(tcp);
    this.arrivals.set(key, arrival);
    tcp.once('close', () => {
      clearTimeout(arrival.timer);
      // Its address and port may be another's by now.
      if (this.arrivals.get(key) === arrival) this.arrivals.delete(key);
    });
    tcp.once('readable', () => this.onFirstBytes(arrival));
  }

  /** Looks at the first byte and puts it back. */
  private onFirstBytes(arrival: Arrival): void {
    const { tcp, address } = arrival;
    const bytes: Buffer | null = tcp.read();
    if (bytes === null) return void tcp.destroy();
    tcp.unshift(bytes);
    if (bytes[0] === TLS_HANDSHAKE && this.tls) {
      arrival.encrypted = true;
      this.tls.emit('connection', tcp);
      return;
    }
    if (this.options.plainText === 'never' || !isLoopback(address)) this.drop(arrival, 'plain text from afar');
    else this.ready(arrival, tcp);
  }

  private onSecure(socket: TLSSocket): void {
    const arrival = this.arrivals.get(keyOf(socket));
    socket.on('error', () => {});
    if (!arrival || socket.alpnProtocol !== 'h2') return void socket.destroy();
    this.ready(arrival, socket);
  }

  private ready(arrival: Arrival, socket: Socket): void {
    clearTimeout(arrival.timer);
    arrival.timer = undefined;
    this.accept(arrival, socket);
  }

  private drop(arrival: Arrival, reason: string): void {
    arrival.tcp.destroy();
    this.onRefused(reason, arrival.address);
  }

  private isPatient(origin: string): boolean {
    if (this.refusals.spend(origin)) return true;
    const now = performance.now();
    this.heldOff.delete(origin);
    this.heldOff.set(origin, now + this.limits.holdOffMs);
    for (const [other, until] of this.heldOff) {
      if (until > now && this.heldOff.size <= ORIGINS) break;
      this.heldOff.delete(other);
    }
    return false;
  }

  private refusal(origin: string): string | undefined {
    if ((this.heldOff.get(origin) ?? 0) > performance.now()) return 'refused too often';
    if (!this.connects.spend(origin)) return 'connects too often';
    const open = [...this.arrivals.values()].filter(({ tcp }) => !tcp.destroyed);
    const same = open.filter(arrival => arrival.origin === origin);
    const greeting = open.filter(isGreeting);
    const sameGreeting = same.filter(isGreeting);
    if (sameGreeting.length >= this.limits.handshakesPerAddress) give(sameGreeting);
    else if (greeting.length >= this.limits.handshakes) give(greeting);
    if (same.length >= this.limits.connectionsPerAddress) return give(same) ? undefined : 'too many of one address';
    return open.length < this.limits.connections || give(open) ? undefined : 'too many connections';
  }
}

function isGreeting(arrival: Arrival): boolean {
  return arrival.timer !== undefined;
}

/** Closes the oldest connection on which nobody showed a key. */
function give(arrivals: readonly Arrival[]): boolean {
  const stranger = arrivals.find(arrival => !arrival.trusted && !arrival.tcp.destroyed);
  stranger?.tcp.destroy();
  return stranger !== undefined;
}

function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}|${remotePort}`;
}
