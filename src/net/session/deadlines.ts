/** How late a deadline may come, milliseconds. */
const TICK_MS = 10;

/** Timers take 31 bits. */
const LONGEST_MS = 2 ** 31 - 1;

export interface Deadline {
  readonly tick: number;
  readonly expire: () => void;
}

/** Deadlines of many requests on one timer: adding and removing one costs no timer of its own. */
export class Deadlines {
  private readonly ticks = new Map<number, Set<Deadline>>();
  private timer: NodeJS.Timeout | undefined;
  private timerTick = Number.POSITIVE_INFINITY;

  /** `expire` is called once, up to 10 ms late, unless the deadline is removed before. */
  add(afterMs: number, expire: () => void): Deadline {
    const deadline = { tick: Math.ceil((performance.now() + Math.max(0, afterMs)) / TICK_MS), expire };
    const others = this.ticks.get(deadline.tick);
    if (others) others.add(deadline);
    else this.ticks.set(deadline.tick, new Set([deadline]));
    if (deadline.tick < this.timerTick) this.arm(deadline.tick);
    else if (this.ticks.size === 1) this.timer?.ref();
    return deadline;
  }

  remove(deadline: Deadline): void {
    const others = this.ticks.get(deadline.tick);
    if (others?.delete(deadline) && others.size === 0) this.ticks.delete(deadline.tick);
    // The timer stays for the next one, but keeps no process alive for it.
    if (this.ticks.size === 0) this.timer?.unref();
  }

  /** Forgets all. */
  clear(): void {
    this.ticks.clear();
    clearTimeout(this.timer);
    this.timer = undefined;
    this.timerTick = Number.POSITIVE_INFINITY;
  }

  private arm(tick: number): void {
    clearTimeout(this.timer);
    this.timerTick = tick;
    this.timer = setTimeout(() => this.fire(), Math.min(LONGEST_MS, Math.max(1, tick * TICK_MS - performance.now())));
  }

  private fire(): void {
    this.timerTick = Number.POSITIVE_INFINITY;
    this.timer = undefined;
    const now = performance.now() / TICK_MS;
    let next = Number.POSITIVE_INFINITY;
    const due: Set<Deadline>[] = [];
    for (const [tick, deadlines] of this.ticks) {
      if (tick > now) next = Math.min(next, tick);
      else due.push(deadlines);
    }
    for (const deadlines of due) {
      for (const deadline of deadlines) {
        this.remove(deadline);
        deadline.expire();
      }
    }
    // An expiry may have added or cleared.
    for (const tick of this.ticks.keys()) if (tick < next) next = tick;
    if (this.ticks.size > 0 && next < this.timerTick) this.arm(next);
  }
}
