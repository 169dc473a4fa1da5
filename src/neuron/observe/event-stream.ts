import type { ServerResponse } from 'node:http';
import { beginEvents } from '../../base/http.js';
import type { StatusBoard } from './status.js';

const MOST_LISTENERS = 16;
/** Events come at most twice a second, and a comment at least this often, so that what lies between keeps the line open. */
const EVENT_MS = 500;
const QUIET_MS = 15_000;

/** The newest status to each listener when something has changed, but to nobody more than it takes. */
export class EventStream {
  private readonly listeners = new Set<ServerResponse>();
  private readonly stopListening: () => void;
  private timer: NodeJS.Timeout | undefined;
  private quiet: NodeJS.Timeout | undefined;
  private lastMs = 0;

  constructor(private readonly status: StatusBoard) {
    this.stopListening = status.onChange(() => this.plan());
  }

  /** False when there are too many already. */
  add(response: ServerResponse): boolean {
    if (this.listeners.size >= MOST_LISTENERS) return false;
    this.listeners.add(response);
    response.once('close', () => this.remove(response));
    beginEvents(response);
    response.write(eventOf(this.status));
    this.quiet ??= setInterval(() => this.write(': still here\n\n'), QUIET_MS).unref();
    return true;
  }

  stop(): void {
    this.stopListening();
    clearTimeout(this.timer);
    clearInterval(this.quiet);
    for (const response of this.listeners) response.end();
    this.listeners.clear();
  }

  private remove(response: ServerResponse): void {
    this.listeners.delete(response);
    if (this.listeners.size > 0) return;
    clearTimeout(this.timer);
    clearInterval(this.quiet);
    this.timer = undefined;
    this.quiet = undefined;
  }

  private plan(): void {
    if (this.timer || this.listeners.size === 0) return;
    const waitMs = Math.max(0, this.lastMs + EVENT_MS - performance.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.lastMs = performance.now();
      this.write(eventOf(this.status));
    }, waitMs).unref();
  }

  private write(text: string): void {
    for (const response of this.listeners) {
      // Who reads too slowly gets a later one; nothing is kept for it.
      if (!response.writableNeedDrain) response.write(text);
    }
  }
}

function eventOf(status: StatusBoard): string {
  return `data: ${JSON.stringify(status.get())}\n\n`;
}
