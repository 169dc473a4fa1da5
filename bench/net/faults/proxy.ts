import { once } from 'node:events';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { sleep } from '../../../src/base/index.js';

/** What goes wrong in one direction of a connection. Places are counted in bytes of that direction. */
export type Fault =
  /** Everything comes this much later, and what comes meanwhile is merged with it. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Every so many bytes come alone. */
  | { readonly kind: 'split'; readonly bytes: number }
  /** The reader takes no more than this. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** Nothing comes for a while, in the middle of whatever was being sent. */
  | { readonly kind: 'stall'; readonly at: number; readonly ms: number }
  /** The connection is lost: told to both ends by a reset, or as if the sender had finished. */
  | { readonly kind: 'cut'; readonly at: number; readonly how: 'reset' | 'end' }
  /** Half-open: from here on nothing passes either way, and neither end is told, not even that the other has left. */
  | { readonly kind: 'hang'; readonly at: number }
  /** The piece with this byte comes twice; comes after the piece that follows it; has one bit turned. */
  | { readonly kind: 'duplicate' | 'reorder' | 'flip'; readonly at: number };

export interface ConnectionPlan {
  readonly toServer: readonly Fault[];
  readonly toClient: readonly Fault[];
}

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  readonly closing: AbortController;
  hung: boolean;
}

/** A TCP relay on loopback that treats the n-th connection as its plan says. */
export class FaultProxy implements AsyncDisposable {
  private readonly links = new Set<Link>();
  private readonly pumps = new Set<Promise<void>>();
  private accepted = 0;

  private constructor(
    private readonly listener: Server,
    private readonly targetPort: number,
    private readonly planFor: (connection: number) => ConnectionPlan,
  ) {
    listener.on('connection', client => this.relay(client));
  }

  static async start(targetPort: number, planFor: (connection: number) => ConnectionPlan): Promise<FaultProxy> {
    const listener = createServer({ allowHalfOpen: true, noDelay: true });
    const proxy = new FaultProxy(listener, targetPort, planFor);
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.listener.address() as { port: number }).port;
  }

  /** Connections that were ever made. */
  get connections(): number {
    return this.accepted;
  }

  async close(): Promise<void> {
    if (this.listener.listening) this.listener.close();
    for (const link of this.links) destroy(link);
    await Promise.all(this.pumps);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private relay(client: Socket): void {
    const plan = this.planFor(this.accepted++);
    const server = dial({ port: this.targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const link: Link = { client, server, closing: new AbortController(), hung: false };
    this.links.add(link);
    for (const socket of [client, server]) {
      socket.on('error', () => {});
      socket.once('close', () => {
        if (!link.hung) destroy(link);
        if (client.destroyed && server.destroyed) this.links.delete(link);
      });
    }
    for (const pump of [new Pump(link, client, server, plan.toServer), new Pump(link, server, client, plan.toClient)]) {
      const running = pump.run().finally(() => this.pumps.delete(running));
      this.pumps.add(running);
    }
  }
}

/** One direction of a connection. */
class Pump {
  private passed = 0;
  private heldBack: Buffer | undefined;
  private readonly pending: Fault[];

  constructor(
    private readonly link: Link,
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly faults: readonly Fault[],
  ) {
    // What happens at a place happens once.
    this.pending = faults.filter(fault => 'at' in fault).toSorted((a, b) => a.at - b.at);
  }

  async run(): Promise<void> {
    try {
      if (this.to.connecting) await once(this.to, 'connect', { signal: this.link.closing.signal });
      for await (const chunk of this.from.iterator({ destroyOnReturn: false })) await this.pass(chunk as Buffer);
      if (this.heldBack) await this.write(this.heldBack);
      this.to.end();
    } catch {
      // The connection is gone, which its ends are told by the sockets.
    }
  }

  private async pass(chunk: Buffer): Promise<void> {
    const late = this.heldBack;
    this.heldBack = undefined;
    await this.passInOrder(chunk);
    if (late) await this.give(late);
  }

  private async passInOrder(chunk: Buffer): Promise<void> {
    for (const fault of this.faults) {
      if (fault.kind === 'delay') await this.wait(fault.ms);
      if (fault.kind === 'slow') await this.wait((1000 * chunk.length) / fault.bytesPerSecond);
    }
    let rest = chunk;
    while (rest.length > 0) {
      const next = this.pending[0];
      if (next === undefined || !('at' in next) || next.at >= this.passed + rest.length) return this.give(rest);
      this.pending.shift();
      const before = Math.max(0, next.at - this.passed);
      if (next.kind === 'duplicate' || next.kind === 'reorder' || next.kind === 'flip') {
        rest = await this.disturb(next.kind, rest, before);
      } else {
        await this.give(rest.subarray(0, before));
        rest = rest.subarray(before);
        await this.interrupt(next);
      }
    }
  }

  private async disturb(kind: 'duplicate' | 'reorder' | 'flip', chunk: Buffer, place: number): Promise<Buffer> {
    if (kind === 'flip') {
      chunk[place]! ^= 1 << (place % 8);
      return chunk;
    }
    if (kind === 'reorder') this.heldBack = chunk;
    else for (let i = 0; i < 2; i++) await this.give(chunk);
    return chunk.subarray(chunk.length);
  }

  private async interrupt(fault: Fault): Promise<void> {
    if (fault.kind === 'stall') return this.wait(fault.ms);
    if (fault.kind === 'hang') {
      this.link.hung = true;
      return this.wait(2 ** 30);
    }
    if (fault.kind !== 'cut') return;
    if (fault.how === 'reset') {
      for (const socket of [this.link.client, this.link.server]) {
        // libuv refuses to reset a socket that is shutting down (EINVAL), and Node then never closes it.
        if (!socket.writableEnded) socket.resetAndDestroy();
      }
    }
    destroy(this.link);
  }

  private async give(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    this.passed += bytes.length;
    const split = this.faults.find(fault => fault.kind === 'split');
    const size = split?.kind === 'split' ? split.bytes : bytes.length;
    for (let offset = 0; offset < bytes.length; offset += size) {
      if (offset > 0) await new Promise(setImmediate);
      await this.write(bytes.subarray(offset, offset + size));
    }
  }

  private async write(bytes: Buffer): Promise<void> {
    // The other direction may have hung the connection.
    if (this.link.hung) await this.wait(2 ** 30);
    const { signal } = this.link.closing;
    signal.throwIfAborted();
    if (!this.to.write(bytes)) await once(this.to, 'drain', { signal });
  }

  private wait(ms: number): Promise<void> {
    return sleep(ms, this.link.closing.signal);
  }
}

function destroy(link: Link): void {
  link.closing.abort();
  link.client.destroy();
  link.server.destroy();
}
