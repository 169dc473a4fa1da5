import { type Log, messageOf } from '../../base/browser.js';
import type { Chain } from './chain.js';
import type { Connection } from './connection.js';
import type { Heads } from './heads.js';

export interface StallWatchOptions {
  readonly connection: Pick<Connection<Pick<Chain, 'blockTimeMs'>>, 'chain' | 'state' | 'moveOn'>;
  readonly heads: Pick<Heads, 'head' | 'newest'>;
  readonly log: Pick<Log, 'debug'>;
  readonly nowMs?: () => number;
}

const LOOK_MS = 5_000;
/** So many block times without a finalized block, and so many milliseconds at least, are too long. */
const SILENT_BLOCKS = 10;
const SILENT_MS = 60_000;

/**
 * Looks whether finalized blocks come. Where none does for long, it asks for the newest one, because a subscription may be lost
 * where the connection is not; an endpoint that stands still itself is left for the next one.
 */
export class StallWatch {
  private readonly nowMs: () => number;
  private hash: string;
  private sinceMs: number;
  private isAsking = false;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly options: StallWatchOptions) {
    this.nowMs = options.nowMs ?? (() => performance.now());
    this.hash = options.heads.head.hash;
    this.sinceMs = this.nowMs();
  }

  start(): this {
    this.timer ??= setInterval(() => void this.look(), LOOK_MS);
    this.timer.unref?.();
    return this;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  async look(): Promise<void> {
    const { connection, heads, log } = this.options;
    if (this.isAsking) return;
    if (heads.head.hash !== this.hash || !connection.state.isConnected) return this.begin();
    const silentMs = this.nowMs() - this.sinceMs;
    if (silentMs < Math.max(SILENT_MS, SILENT_BLOCKS * connection.chain.blockTimeMs)) return;
    this.isAsking = true;
    try {
      await heads.newest();
      // One that is behind what was seen stands still, too.
      if (heads.head.hash === this.hash) connection.moveOn(`no finalized block for ${Math.round(silentMs / 1_000)} s`);
    } catch (error) {
      // Whether it is there at all is found out elsewhere.
      log.debug(`newest block: ${messageOf(error)}`);
    } finally {
      this.isAsking = false;
      this.begin();
    }
  }

  private begin(): void {
    this.hash = this.options.heads.head.hash;
    this.sinceMs = this.nowMs();
  }
}
