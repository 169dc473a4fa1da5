import { createServer, type Server, type Socket } from 'node:net';
import { systemCodeOf } from '../../base/index.js';
import { netError } from '../errors.js';

export interface ListenerLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
}

/** One socket of a caller, and what is under way on it. */
export interface Connection {
  readonly socket: Socket;
  readonly address: string;
  readonly openedMs: number;
  /** Set when a signature of a caller on this connection was verified: it is not given up for a stranger's. */
  trusted: boolean;
}

/**
 * Owns the port and its sockets. Where there are too many, strangers' connections go first, those of the same address
 * before others. (TLS, with the hotkey in the certificate, takes the place of the plain socket here.)
 */
export class Listener {
  private readonly server: Server;
  private readonly connections = new Map<string, Connection>();

  constructor(
    private readonly limits: ListenerLimits,
    private readonly accept: (connection: Connection) => void,
  ) {
    this.server = createServer({ noDelay: true }, socket => this.onSocket(socket));
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

  /** The connection with this remote end. */
  find(address: string | undefined, port: number | undefined): Connection | undefined {
    return this.connections.get(`${address}|${port}`);
  }

  all(): Iterable<Connection> {
    return this.connections.values();
  }

  get size(): number {
    return this.connections.size;
  }

  /** Accepts no more; connections that are open stay. */
  stopAccepting(): void {
    if (this.server.listening) this.server.close();
  }

  /** Closes the port and every connection. */
  close(): void {
    this.stopAccepting();
    for (const { socket } of this.connections.values()) socket.destroy();
  }

  private onSocket(socket: Socket): void {
    const { remoteAddress, remotePort } = socket;
    // A caller that left at once has no address any more.
    if (remoteAddress === undefined) return void socket.destroy();
    // Faults of a connection end it; there is nobody else to tell.
    socket.on('error', () => {});
    if (!this.makeRoom(remoteAddress)) return void socket.destroy();
    const key = `${remoteAddress}|${remotePort}`;
    const connection = { socket, address: remoteAddress, openedMs: performance.now(), trusted: false };
    this.connections.set(key, connection);
    socket.once('close', () => this.connections.delete(key));
    this.accept(connection);
  }

  private makeRoom(address: string): boolean {
    const open = [...this.connections.values()];
    const same = open.filter(connection => connection.address === address);
    if (same.length >= this.limits.connectionsPerAddress) return dropStranger(same);
    return open.length < this.limits.connections || dropStranger(open);
  }
}

/** Closes the oldest connection on which nobody showed a key. */
function dropStranger(connections: readonly Connection[]): boolean {
  const stranger = connections.find(connection => !connection.trusted && !connection.socket.destroyed);
  stranger?.socket.destroy();
  return stranger !== undefined;
}
