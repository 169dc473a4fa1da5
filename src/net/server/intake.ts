import { ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import type { Connection, Listener } from './listener.js';

type Intercepted = Parameters<ServerInterceptor>[1];

export interface IntakeLimits {
  /** How long the bytes of one request may take, and those of one reply, milliseconds. */
  readonly receiveMs: number;
  readonly sendMs: number;
  /** How long a new connection may stay without any call, and a used one, milliseconds. */
  readonly firstCallMs: number;
  readonly idleMs: number;
  /** Bytes of unfinished requests on all connections together. */
  readonly heldBytes: number;
}

interface OpenCall {
  readonly traffic: Traffic;
  readonly call: Intercepted;
  phase: 'receiving' | 'handling' | 'sending' | 'over';
  /** When this phase is given up, by `performance.now()`. */
  until: number;
}

/** What a connection costs. */
interface Traffic {
  readonly connection: Connection;
  readonly calls: Set<OpenCall>;
  receiving: number;
  /** `socket.bytesRead` up to which everything is accounted for. */
  settledBytes: number;
  /** `socket.bytesRead` when the last open call ended. */
  quietFrom: number;
  lastUseMs: number;
  everUsed: boolean;
}

/** Bytes that may come while no call is open: control frames, and the rest of requests that were refused early. */
const QUIET_BYTES = 4 * 2 ** 20;

/** gRPC waits for ever for the rest of a request and buffers it meanwhile, so its bytes are watched at the socket. */
const SWEEP_MS = 100;

/** Gives up what takes too long or too much: half-sent requests, replies nobody reads, connections nobody uses. */
export class Intake {
  private readonly traffic = new Map<Connection, Traffic>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly listener: Listener,
    private readonly limits: IntakeLimits,
    private readonly onDropped: (reason: string, address: string) => void,
  ) {}

  admit(connection: Connection): void {
    const traffic = {
      connection,
      calls: new Set<OpenCall>(),
      receiving: 0,
      settledBytes: 0,
      quietFrom: 0,
      lastUseMs: performance.now(),
      everUsed: false,
    };
    this.traffic.set(connection, traffic);
    connection.socket.once('close', () => {
      this.traffic.delete(connection);
      if (this.traffic.size === 0) this.stop();
    });
    this.timer ??= setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  /** The interceptor that follows each call from its first header to its last byte. */
  readonly interceptor: ServerInterceptor = (_method, call) => {
    const { remoteAddress, remotePort } = call.getConnectionInfo();
    const connection = this.listener.find(remoteAddress, remotePort);
    const traffic = connection && this.traffic.get(connection);
    if (!traffic) return new ServerInterceptingCall(call);
    const open: OpenCall = { traffic, call, phase: 'receiving', until: performance.now() + this.limits.receiveMs };
    let bytes = 0;
    return new ServerInterceptingCall(call, {
      start: next => {
        begin(open);
        next({
          onReceiveMessage: (message: Buffer, nextMessage) => {
            bytes += message.length;
            nextMessage(message);
          },
          onReceiveHalfClose: nextHalfClose => {
            received(open, bytes);
            nextHalfClose();
          },
          // Called when a call is over in whatever way.
          onCancel: () => end(open, bytes),
        });
      },
      sendMessage: (message, next) => {
        if (open.phase === 'handling') {
          open.phase = 'sending';
          open.until = performance.now() + this.limits.sendMs;
        }
        next(message);
      },
    });
  };

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private sweep(): void {
    const now = performance.now();
    let total = 0;
    let worst: Traffic | undefined;
    let most = 0;
    for (const traffic of this.traffic.values()) {
      const held = heldBy(traffic);
      total += held;
      if (held > most) [worst, most] = [traffic, held];
      for (const open of traffic.calls) if (now > open.until) this.giveUp(open);
      if (traffic.calls.size > 0) continue;
      const idleMs = traffic.everUsed ? this.limits.idleMs : this.limits.firstCallMs;
      if (now - traffic.lastUseMs > idleMs) this.drop(traffic, 'idle');
      else if (traffic.connection.socket.bytesRead - traffic.quietFrom > QUIET_BYTES) this.drop(traffic, 'noise');
    }
    if (worst && total > this.limits.heldBytes) this.drop(worst, 'too many unfinished bytes');
  }

  private giveUp(open: OpenCall): void {
    if (open.phase === 'sending') {
      this.drop(open.traffic, 'reply not taken');
      return;
    }
    open.until = Number.POSITIVE_INFINITY;
    open.call.sendStatus({ code: status.DEADLINE_EXCEEDED, details: 'the request did not arrive in time' });
  }

  private drop(traffic: Traffic, reason: string): void {
    traffic.connection.socket.destroy();
    this.onDropped(reason, traffic.connection.address);
  }
}

function begin(open: OpenCall): void {
  const { traffic } = open;
  traffic.calls.add(open);
  traffic.everUsed = true;
  if (traffic.receiving++ === 0) traffic.settledBytes = traffic.connection.socket.bytesRead;
}

function received(open: OpenCall, bytes: number): void {
  if (open.phase !== 'receiving') return;
  open.phase = 'handling';
  open.until = Number.POSITIVE_INFINITY;
  open.traffic.receiving--;
  open.traffic.settledBytes += bytes;
}

function end(open: OpenCall, bytes: number): void {
  received(open, bytes);
  open.phase = 'over';
  open.traffic.calls.delete(open);
  open.traffic.quietFrom = open.traffic.connection.socket.bytesRead;
  open.traffic.lastUseMs = performance.now();
}

function heldBy(traffic: Traffic): number {
  const { bytesRead } = traffic.connection.socket;
  // No credit: a connection cannot save up for a larger burst.
  traffic.settledBytes = Math.min(traffic.settledBytes, bytesRead);
  return traffic.receiving === 0 ? 0 : bytesRead - traffic.settledBytes;
}
