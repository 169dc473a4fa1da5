import { type Clock, type Log, messageOf, systemClock } from '../base/index.js';
import { BackOff } from '../net/index.js';

/** The work is the one thing that is left alone. */
const WORK = 'work';

/** Does one kind of work, and after each failure in a row leaves it alone for longer: from a second to a minute. */
export class Patience {
  private readonly backOff: BackOff;

  /** `what` begins the lines about failures. */
  constructor(
    private readonly what: string,
    private readonly log: Pick<Log, 'warn'>,
    private readonly signal: AbortSignal,
    clock: Clock = systemClock,
  ) {
    this.backOff = new BackOff(clock, { firstMs: 1_000, longestMs: 60_000 });
  }

  /** True while it is to be left alone. */
  get mustWait(): boolean {
    return this.backOff.waitMs(WORK) > 0;
  }

  /** Does it, or nothing where it is not the time. Never rejects: a failure is logged. */
  async run(work: () => Promise<void>): Promise<void> {
    if (this.mustWait || this.signal.aborted) return;
    try {
      await work();
      this.backOff.succeeded(WORK);
    } catch (error) {
      if (this.signal.aborted) return;
      this.backOff.failed(WORK);
      const seconds = Math.round(this.backOff.waitMs(WORK) / 1000);
      this.log.warn(`${this.what}: ${messageOf(error)}; trying again in ${seconds} s`);
    }
  }
}
