import type { TextStream } from '../frame/io.js';
import { printable, shorten } from './text.js';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
const BAR = 24;
const CLEAR = '\r\u001b[2K';

/** The one line at the bottom of a terminal that says what is going on: a spinner or a bar. Elsewhere it is nothing. */
export class StatusLine {
  private text: string | undefined;
  private isSpinning = false;
  private frame = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly stream: TextStream;
  private readonly isOn: boolean;

  constructor(stream: TextStream, isOn: boolean) {
    this.stream = stream;
    this.isOn = isOn && stream.isTTY === true;
  }

  spin(text: string): void {
    if (!this.isOn) return;
    this.text = text;
    this.isSpinning = true;
    this.timer ??= setInterval(() => this.draw(), FRAME_MS).unref();
    this.draw();
  }

  bar(title: string, done: number, total: number): void {
    if (!this.isOn) return;
    this.stopTimer();
    const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
    const full = Math.round(share * BAR);
    const percent = `${Math.floor(share * 100)}%`.padStart(5);
    this.text = `${title} [${'='.repeat(full)}${'-'.repeat(BAR - full)}]${percent} ${done}/${total}`;
    this.isSpinning = false;
    this.draw();
    if (done >= total) this.clear();
  }

  /** Runs what writes to the terminal, with the line out of its way. */
  aside(write: () => void): void {
    if (this.text !== undefined) this.stream.write(CLEAR);
    write();
    this.draw();
  }

  clear(): void {
    this.stopTimer();
    if (this.text === undefined) return;
    this.text = undefined;
    this.stream.write(CLEAR);
  }

  private stopTimer(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private draw(): void {
    if (this.text === undefined) return;
    const mark = this.isSpinning ? `${FRAMES[this.frame++ % FRAMES.length]} ` : '';
    this.stream.write(CLEAR + shorten(mark + printable(this.text), (this.stream.columns || 80) - 1));
  }
}
