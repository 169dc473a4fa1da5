/** Bytes of bodies that all sessions of a process may hold together. Nothing is allocated here: it is counted. */
export class MemoryBudget {
  private usedBytes = 0;
  private readonly waiters: Waiter[] = [];

  constructor(
    private readonly bytes: number,
    private readonly maxWaiters = 1_024,
  ) {}

  get used(): number {
    return this.usedBytes;
  }

  get waiting(): number {
    return this.waiters.length;
  }

  /** The part of one session: at most so much at a time. */
  share(maxBytes: number): MemoryShare {
    return new MemoryShare(this, maxBytes);
  }

  /** @internal */
  tryTake(bytes: number): boolean {
    if (this.usedBytes + bytes > this.bytes) return false;
    this.usedBytes += bytes;
    return true;
  }

  /** @internal */
  give(bytes: number): void {
    this.usedBytes -= bytes;
    if (this.waiters.length > 0) this.serve();
  }

  /** @internal False: too many wait already. */
  enqueue(waiter: Waiter): boolean {
    if (this.waiters.length >= this.maxWaiters || waiter.bytes > this.bytes) return false;
    this.waiters.push(waiter);
    this.serve();
    return true;
  }

  /** @internal */
  forget(waiter: Waiter): void {
    const index = this.waiters.indexOf(waiter);
    if (index < 0) return;
    this.waiters.splice(index, 1);
    // Those behind may have waited for this one alone.
    this.serve();
  }

  private serve(): void {
    for (let i = 0; i < this.waiters.length; ) {
      const waiter = this.waiters[i]!;
      // In order, so that a large body is not overtaken for ever; a session that has its share holds up only itself.
      if (waiter.share.isFull(waiter.bytes)) {
        i++;
        continue;
      }
      if (!waiter.share.tryTake(waiter.bytes)) return;
      this.waiters.splice(i, 1);
      waiter.grant();
    }
  }
}

interface Waiter {
  readonly share: MemoryShare;
  readonly bytes: number;
  readonly grant: () => void;
}

export class MemoryShare {
  private usedBytes = 0;

  constructor(
    private readonly budget: MemoryBudget,
    private readonly maxBytes: number,
  ) {}

  get used(): number {
    return this.usedBytes;
  }

  tryTake(bytes: number): boolean {
    if (this.isFull(bytes) || !this.budget.tryTake(bytes)) return false;
    this.usedBytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.usedBytes -= bytes;
    this.budget.give(bytes);
  }

  isFull(bytes: number): boolean {
    return this.usedBytes + bytes > this.maxBytes;
  }

  /**
   * Calls `grant` once the bytes are taken, perhaps at once. Returns what ends the waiting; undefined when there is no
   * hope: more than the share, or too many wait.
   */
  take(bytes: number, grant: () => void): (() => void) | undefined {
    if (bytes > this.maxBytes) return undefined;
    const waiter = { share: this, bytes, grant };
    return this.budget.enqueue(waiter) ? () => this.budget.forget(waiter) : undefined;
  }
}
