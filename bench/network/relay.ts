import { once } from 'node:events';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** A TCP relay that can be cut as a cable can: nothing passes, nobody is told, and what was under way goes on when it is whole again. */
export class Relay implements AsyncDisposable {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private isCut = false;

  private constructor(
    private readonly listener: Server,
    private readonly target: () => Address | undefined,
  ) {
    listener.on('connection', socket => this.join(socket));
  }

  /** `target`: where each new connection goes; undefined: it is refused. */
  static async start(target: () => Address | undefined): Promise<Relay> {
    const listener = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new Relay(listener, target);
  }

  get port(): number {
    return (this.listener.address() as { port: number }).port;
  }

  cut(): void {
    this.isCut = true;
    for (const pair of this.pairs) for (const socket of pair) socket.pause();
  }

  heal(): void {
    this.isCut = false;
    for (const pair of this.pairs) {
      if (pair.some(socket => socket.destroyed)) this.part(pair);
      else for (const socket of pair) socket.resume();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.listener.close();
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }

  private part(pair: readonly [Socket, Socket]): void {
    for (const socket of pair) socket.destroy();
    this.pairs.delete(pair);
  }

  private join(client: Socket): void {
    const target = this.target();
    if (!target) {
      client.destroy();
      return;
    }
    const server = dial({ ...target, allowHalfOpen: true, noDelay: true });
    const pair = [client, server] as const;
    this.pairs.add(pair);
    for (const [from, to] of [pair, [server, client] as const]) {
      from.on('data', chunk => {
        if (to.write(chunk)) return;
        from.pause();
        to.once('drain', () => {
          if (!this.isCut) from.resume();
        });
      });
      from.on('end', () => to.end());
      from.on('error', () => {});
      from.on('close', () => {
        // A cable does not tell that the other end left.
        if (!this.isCut) this.part(pair);
      });
    }
    if (this.isCut) for (const socket of pair) socket.pause();
    else client.resume();
  }
}
