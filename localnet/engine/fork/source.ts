import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { builtModule } from '../../../src/base/worker.js';
import { engineError } from '../errors.js';
import { shownUrl } from '../remote/shown-url.js';
import type { Expected, SourceAnswer, SourceRequest, SourceWorkerData } from './source-protocol.js';

/** After a source did not answer, others who ask are told so at once for a deadline, or that long. */
const REST_AT_MOST_MS = 5000;

export interface SourceOptions {
  url: string;
  /** How long one of two tries may take. */
  deadlineMs: number;
  expected?: Expected | undefined;
}

/**
 * The node that a chain was forked from. `ask` waits: nothing else happens in this thread until the answer is here, the
 * deadline is over, or the thread is ended. Errors: `not_here` when there is no usable answer.
 */
export class Source {
  private port: MessagePort | undefined;
  private readonly answered = new SharedArrayBuffer(4);
  private readonly flag = new Int32Array(this.answered);
  private worker: Worker | undefined;
  /** Who does not wait for an answer. */
  private readonly later = new Map<number, (answer: SourceAnswer) => void>();
  private count = 0;
  private down: { untilMs: number; why: string } | undefined;

  private expected: Expected | undefined;

  constructor(private readonly options: SourceOptions) {
    this.expected = options.expected;
  }

  private get restMs(): number {
    return Math.min(REST_AT_MOST_MS, this.options.deadlineMs);
  }

  /** True for a while after it did not answer. */
  get isDown(): boolean {
    return this.down !== undefined && performance.now() < this.down.untilMs;
  }

  /** From the next connection on, the source has to have this block. */
  expect({ number, hash }: Expected): void {
    this.expected = { number, hash };
    this.port?.postMessage({ expected: this.expected });
  }

  /** As it may be shown. */
  get url(): string {
    return shownUrl(this.options.url);
  }

  /** The answer of the source; `what` names what is needed. */
  ask(what: string, method: string, params: readonly unknown[]): unknown {
    if (this.down && this.isDown) throw this.missing(what, this.down.why);
    const request: SourceRequest = { id: ++this.count, method, params };
    this.port ??= this.start();
    this.port.postMessage(request);
    const answer = this.wait(this.port, request.id);
    if (answer && 'result' in answer) {
      this.down = undefined;
      return answer.result;
    }
    const why = answer?.message ?? `no answer from ${this.url}`;
    if (!answer || answer.gone) this.down = { untilMs: performance.now() + this.restMs, why };
    throw this.missing(what, why);
  }

  /** The same without waiting here; rejects with `not_here`. */
  askLater(what: string, method: string, params: readonly unknown[]): Promise<unknown> {
    this.port ??= this.start();
    const request: SourceRequest = { id: ++this.count, method, params };
    return new Promise((resolve, reject) => {
      this.later.set(request.id, answer => {
        if ('result' in answer) resolve(answer.result);
        else reject(this.missing(what, answer.message));
      });
      this.port!.postMessage(request);
    });
  }

  /** The error for an answer that makes no sense. */
  nonsense(what: string, why: string): Error {
    return this.missing(what, `it sent ${why}`);
  }

  close(): void {
    this.port?.close();
    void this.worker?.terminate();
  }

  /** A chain that goes on with what it has needs no thread. */
  private start(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const { url, deadlineMs } = this.options;
    const { answered, expected } = this;
    const workerData: SourceWorkerData = { url, deadlineMs, port: port2, answered, expected };
    this.worker = new Worker(builtModule(import.meta.url, './source-thread.js'), { workerData, transferList: [port2] });
    // Who waits sees a deadline pass.
    this.worker.on('error', () => {});
    this.worker.unref();
    port1.on('message', (answer: SourceAnswer) => this.receive(answer));
    port1.unref();
    return port1;
  }

  private wait(port: MessagePort, id: number): SourceAnswer | undefined {
    // Two tries, each with a connection and a question; a thread that died never answers.
    const endMs = performance.now() + 5 * this.options.deadlineMs;
    for (;;) {
      const seen = Atomics.load(this.flag, 0);
      const received = receiveMessageOnPort(port) as { message: SourceAnswer } | undefined;
      if (received?.message.id === id) return received.message;
      if (received) {
        this.receive(received.message);
        continue;
      }
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) return undefined;
      Atomics.wait(this.flag, 0, seen, leftMs);
    }
  }

  /** One that came too late for who waited is dropped. */
  private receive(answer: SourceAnswer): void {
    const waiting = this.later.get(answer.id);
    this.later.delete(answer.id);
    waiting?.(answer);
  }

  private missing(what: string, why: string): Error {
    const data = { what, url: this.url };
    if (!this.expected) {
      return engineError('not_here', `${this.url} cannot be forked: it did not give ${what} (${why})`, { data });
    }
    return engineError(
      'not_here',
      `${what} is not here: it was never fetched from ${this.url}, which this chain was forked from, and cannot be now (${why})`,
      { data },
    );
  }
}
