import type { MessagePort, TransferListItem, Worker } from 'node:worker_threads';
import { BittensorError } from '../../base/index.js';
import { NeuronError } from '../errors.js';

type Message =
  | { kind: 'call'; id: number; name: string; argument: unknown }
  | { kind: 'result'; id: number; value: unknown }
  | { kind: 'error'; id: number; code: string; message: string; data: Record<string, unknown> };

export type Handlers = Record<string, (argument: never) => unknown>;

/** Wraps a result whose buffers are to be moved to the other thread instead of copied. */
export class Moved {
  constructor(
    readonly value: unknown,
    readonly transfer: readonly TransferListItem[],
  ) {}
}

/** Calls between two threads over one message port, both ways at once. Errors keep their code. */
export class ThreadRpc {
  private readonly waiting = new Map<number, { resolve: (value: never) => void; reject: (error: unknown) => void }>();
  private nextId = 1;
  private closed: Error | undefined;

  constructor(
    private readonly port: Pick<MessagePort | Worker, 'postMessage' | 'on'>,
    private readonly handlers: Handlers,
  ) {
    port.on('message', (message: Message) => void this.receive(message));
  }

  call<T>(name: string, argument: unknown, transfer: readonly TransferListItem[] = []): Promise<T> {
    if (this.closed) return Promise.reject(this.closed);
    const id = this.nextId++;
    return new Promise<T>((resolve, reject) => {
      this.post({ kind: 'call', id, name, argument }, transfer);
      this.waiting.set(id, { resolve, reject });
    });
  }

  /** Rejects everything that waits; later calls fail at once. */
  close(reason: Error): void {
    this.closed ??= reason;
    for (const { reject } of this.waiting.values()) reject(this.closed);
    this.waiting.clear();
  }

  private post(message: Message, transfer: readonly TransferListItem[]): void {
    this.port.postMessage(message, transfer as TransferListItem[]);
  }

  private async receive(message: Message): Promise<void> {
    if (message.kind === 'call') return this.answer(message);
    const waiter = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.kind === 'result') waiter?.resolve(message.value as never);
    else waiter?.reject(new BittensorError(message.code, message.message, { data: message.data }));
  }

  private async answer({ id, name, argument }: Message & { kind: 'call' }): Promise<void> {
    try {
      const handler = this.handlers[name];
      if (!handler) throw new NeuronError('thread_died', `no such call between threads: ${name}`);
      const result = await handler(argument as never);
      if (result instanceof Moved) this.post({ kind: 'result', id, value: result.value }, result.transfer);
      else this.post({ kind: 'result', id, value: result }, []);
    } catch (error) {
      const known = error instanceof BittensorError;
      const message = error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
      const code = known ? error.code : 'internal';
      try {
        this.post({ kind: 'error', id, code, message, data: known ? { ...error.data } : {} }, []);
      } catch {
        // What cannot be copied stays here.
        this.post({ kind: 'error', id, code, message, data: {} }, []);
      }
    }
  }
}
