import type { TextStream } from '../frame/io.js';
import { printable, shorten } from './text.js';

/** Another screen without a cursor, and back to what was there before. */
const OPEN = '\u001b[?1049h\u001b[?25l\u001b[2J';
const CLOSE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const REST_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';
/** At most four frames a second. */
const FRAME_MS = 250;

export type Terminal = TextStream & { rows?: number };

/** What a frame is drawn for. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The whole terminal, drawn anew at most four times a second, also when its size changes. On every way out of the program it is
 * given back as it was; only a kill cannot be answered.
 */
export class Screen {
  private timer: NodeJS.Timeout | undefined;
  private lastMs = Number.NEGATIVE_INFINITY;
  private isOpen = true;

  constructor(
    private readonly stream: Terminal,
    private readonly draw: (size: Size) => readonly string[],
  ) {
    stream.write(OPEN);
    stream.on('resize', this.refresh);
    stream.on('error', this.close);
    // Whatever ends the process, also an error that nobody caught: writing to a terminal is done when it returns.
    process.on('exit', this.close);
    this.refresh();
  }

  /** Something has changed. */
  readonly refresh = (): void => {
    if (!this.isOpen || this.timer) return;
    const waitMs = Math.max(0, this.lastMs + FRAME_MS - performance.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.lastMs = performance.now();
      this.show();
    }, waitMs).unref();
  };

  readonly close = (): void => {
    if (!this.isOpen) return;
    this.isOpen = false;
    clearTimeout(this.timer);
    this.stream.off('resize', this.refresh);
    this.stream.off('error', this.close);
    process.off('exit', this.close);
    if (!this.stream.destroyed) this.stream.write(CLOSE);
  };

  private show(): void {
    // A terminal that does not keep up gets the next frame.
    if (!this.isOpen || this.stream.writableNeedDrain) return;
    const size = { columns: this.stream.columns || 80, rows: this.stream.rows || 24 };
    const lines = this.draw(size).slice(0, size.rows);
    const text = lines.map(line => shorten(printable(line), size.columns) + REST_OF_LINE).join('\r\n');
    this.stream.write(HOME + text + REST_OF_SCREEN);
  }
}
