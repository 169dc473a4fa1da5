import { RequestError } from '../errors.js';
import type { CallHost, GrpcCall } from './grpc-call.js';

export interface ReceivingLimits {
  /** Calls whose message is not whole and whose caller is not admitted yet: in all, and of one connection. */
  readonly receivingCalls: number;
  readonly receivingPerConnection: number;
}

/**
 * Calls of which nobody knows yet who makes them. They take no place from those that are handled. Where there are too
 * many, the oldest is given up, a stranger's before others': an honest message is whole before its turn comes.
 */
export class Receiving {
  // In the order of their coming.
  private readonly calls = new Set<GrpcCall>();
  private readonly ofHost = new Map<CallHost, number>();

  constructor(private readonly limits: ReceivingLimits) {}

  get size(): number {
    return this.calls.size;
  }

  /** Runs the work while the call counts here. Throws `NucleusFull` where its connection has too many. */
  async during<T>(call: GrpcCall, work: () => Promise<T>): Promise<T> {
    const own = this.ofHost.get(call.host) ?? 0;
    if (own >= this.limits.receivingPerConnection) {
      throw new RequestError('NucleusFull', `${own} requests of this connection are not whole yet`);
    }
    if (this.calls.size >= this.limits.receivingCalls) this.giveUpOne();
    this.calls.add(call);
    this.ofHost.set(call.host, own + 1);
    try {
      return await work();
    } finally {
      this.leave(call);
    }
  }

  private giveUpOne(): void {
    let victim: GrpcCall | undefined;
    for (const call of this.calls) {
      victim ??= call;
      if (call.host.trusted) continue;
      victim = call;
      break;
    }
    if (!victim) return;
    this.leave(victim);
    victim.abort(new RequestError('NucleusFull', 'too many requests are not whole yet'));
  }

  private leave(call: GrpcCall): void {
    if (!this.calls.delete(call)) return;
    const left = this.ofHost.get(call.host)! - 1;
    if (left > 0) this.ofHost.set(call.host, left);
    else this.ofHost.delete(call.host);
  }
}
