import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { keyText } from '../../../src/net/auth/signed.js';
import { Dendrite, floatTensor } from '../../../src/net/index.js';
import type { ServerLimits } from '../../../src/net/server/limits.js';
import { key } from '../helpers.js';

export const MIB = 2 ** 20;

export interface Figures {
  readonly rss: number;
  /** JavaScript's objects and buffers: the allocator may keep the pages of what was freed for the next. */
  readonly used: number;
  readonly connections: number;
}

/** The shipped axon in a process of its own, the memory it takes, and an honest peer that asks it. */
export class Victim implements AsyncDisposable {
  private readonly sockets = new Set<Socket>();
  private readonly dendrite = new Dendrite({ signer: key(2) });
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(limits: Partial<ServerLimits> = {}): Promise<Victim> {
    const child = fork(new URL('./victim.mjs', import.meta.url), [JSON.stringify(limits)], {
      execArgv: ['--expose-gc'],
    });
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    const victim = new Victim(child, port);
    // What an axon loads at its first calls is not the attack's.
    for (let i = 0; i < 20; i++) await victim.answers();
    return victim;
  }

  /** What it takes now; `settle`: after collecting garbage. */
  async measure(how: 'now' | 'settle' = 'now'): Promise<Figures> {
    const answer = once(this.child, 'message');
    this.child.send(how);
    const [figures] = (await answer) as [Figures];
    return figures;
  }

  /** Runs the work and looks at the memory meanwhile; bytes above what was taken before. */
  async growth(work: () => Promise<void>): Promise<number> {
    const before = (await this.measure('settle')).rss;
    let most = 0;
    let over = false;
    const watching = (async () => {
      while (!over) {
        most = Math.max(most, (await this.measure()).rss);
        await new Promise(resolve => setTimeout(resolve, 100));
      }
    })();
    await work().finally(() => {
      over = true;
    });
    await watching;
    return most - before;
  }

  /** The code that an honest peer gets. */
  async answers(): Promise<string> {
    const peer = { hotkey: keyText(key(1).publicKey), host: '127.0.0.1', port: this.port };
    const input = floatTensor(Float32Array.of(1, 2), [1, 2]);
    return (await this.dendrite.forward(peer, { tensors: [input], timeoutMs: 20_000 })).code;
  }

  /** A connection of a stranger, over TLS as from anywhere. */
  async tls(): Promise<ClientHttp2Session> {
    const socket = connectTls({
      host: '127.0.0.1',
      port: this.port,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
    });
    this.keep(socket);
    await once(socket, 'secureConnect');
    const session = connectHttp2('https://victim', { createConnection: () => socket });
    session.on('error', () => {});
    return session;
  }

  async tcp(): Promise<Socket> {
    const socket = connect({ host: '127.0.0.1', port: this.port, noDelay: true });
    this.keep(socket);
    await once(socket, 'connect');
    socket.resume();
    return socket;
  }

  /** How many of the sockets that were opened here are open still. */
  get open(): number {
    return this.sockets.size;
  }

  hangUp(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hangUp();
    this.dendrite.close();
    const gone = once(this.child, 'exit');
    this.child.disconnect();
    await gone;
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.sockets.delete(socket));
  }
}

/** Opens a gRPC call whose message claims `claimed` bytes. */
export function halfCall(session: ClientHttp2Session, claimed: number, headers: Record<string, string> = {}) {
  const stream = session.request({
    ':method': 'POST',
    ':path': '/Bittensor/Forward',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  stream.on('error', () => {});
  stream.resume();
  const head = Buffer.alloc(5);
  head.writeUInt32BE(claimed, 1);
  stream.write(head);
  return stream;
}
