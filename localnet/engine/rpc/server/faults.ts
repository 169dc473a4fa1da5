/** What goes wrong with the connections of clients, for testing them. Calls of dev methods are spared. */
export interface Faults {
  /** The part of answers that never come, 0 to 1. */
  drop: number;
  /** Answers and notifications come that much later. */
  delayMs: number;
  /** No new websocket, and no answer to posts. */
  refuse: boolean;
  /** Websockets end that long after they began, or after this was set. */
  cutAfterMs: number | null;
  /** Of the dice that `drop` throws. */
  seed: number;
}

export const NO_FAULTS: Faults = { drop: 0, delayMs: 0, refuse: false, cutAfterMs: null, seed: 1 };

/** The faults in force. */
export class FaultDice {
  private now = NO_FAULTS;
  private state = NO_FAULTS.seed;

  get faults(): Faults {
    return this.now;
  }

  set(faults: Faults): void {
    this.now = faults;
    this.state = faults.seed;
  }

  /** Whether the next answer is lost; the same sequence for the same seed. */
  drops(): boolean {
    return this.now.drop > 0 && this.next() < this.now.drop;
  }

  /** Mulberry32. */
  private next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** Sends in order, each as late as it was said to be. */
export class Delays {
  private readonly queue: { atMs: number; send: () => void }[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** At once when there is no delay and nothing waits. */
  send(delayMs: number, send: () => void): void {
    if (delayMs === 0 && this.queue.length === 0) {
      send();
      return;
    }
    this.queue.push({ atMs: performance.now() + delayMs, send });
    this.proceed();
  }

  clear(): void {
    this.queue.length = 0;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private proceed(): void {
    if (this.timer !== undefined || this.queue.length === 0) return;
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        const now = performance.now();
        while (this.queue.length > 0 && this.queue[0]!.atMs <= now) this.queue.shift()!.send();
        this.proceed();
      },
      Math.max(0, Math.ceil(this.queue[0]!.atMs - performance.now())),
    );
  }
}
