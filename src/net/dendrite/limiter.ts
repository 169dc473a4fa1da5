import { RequestError } from '../errors.js';
import type { AbortSource } from '../lazy-abort.js';

/** Lets so many go at a time; the others wait in line, and the line is bounded. */
export class Limiter {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly atOnce: number,
    private readonly inLine: number,
  ) {}

  /** Resolves when it is this one's turn, with what ends it. Rejects when the line is full or `signal` aborts. */
  enter(signal: AbortSource): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const go = () => {
        signal.removeEventListener('abort', onAbort);
        this.running++;
        resolve(this.leave());
      };
      const onAbort = () => {
        const place = this.waiting.indexOf(go);
        if (place >= 0) this.waiting.splice(place, 1);
        reject(signal.reason);
      };
      if (this.running < this.atOnce) return go();
      if (this.waiting.length >= this.inLine) {
        return reject(new RequestError('NucleusFull', `${this.waiting.length} requests wait to be sent`));
      }
      this.waiting.push(go);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  private leave(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.running--;
      this.waiting.shift()?.();
    };
  }
}
