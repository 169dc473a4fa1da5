import cliProgress from 'cli-progress';
import type { TextStream } from '../frame/io.js';

/** The console of a long-running command: lines, and on a terminal a progress bar that stays below them. */
export interface Output {
  line(text: string): void;
  progress(title: string, done: number, total: number): void;
  close(): void;
}

const BAR = 40;
/** What stands beside the bar at most: `Epoch 12 [] 100% 60000/60000 eta 1h30m`. */
const BESIDE_BAR = 42;

export function createOutput(stream: TextStream, env: Readonly<Record<string, string | undefined>> = {}): Output {
  const write = (text: string) => void stream.write(`${text}\n`);
  if (!stream.isTTY || env['TERM'] === 'dumb') return { line: write, progress() {}, close() {} };

  const bars = new cliProgress.MultiBar(
    {
      format: '{title} [{bar}] {percentage}% {value}/{total} eta {eta_formatted}',
      barsize: Math.min(BAR, Math.max(0, (stream.columns || 80) - BESIDE_BAR)),
      stream,
      clearOnComplete: true,
      hideCursor: null,
      gracefulExit: false,
      // Lines longer than the terminal wrap as they do without a bar.
      linewrap: true,
      // A line that is written takes the bar's place.
      forceRedraw: true,
    },
    cliProgress.Presets.legacy,
  );
  let bar: cliProgress.SingleBar | undefined;
  let isOver = false;
  const close = () => {
    if (isOver) return;
    isOver = true;
    // Lines wait for the next drawing of the bar, which `stop` would not do.
    if (bar) bars.update();
    bars.stop();
  };
  stream.once('error', close);
  return {
    line(text) {
      if (bar && !isOver) bars.log(`${text}\n`);
      else write(text);
    },
    progress(title, done, total) {
      if (isOver) return;
      bar ??= bars.create(total, done, { title });
      bar.setTotal(total);
      bar.update(done, { title });
    },
    close,
  };
}
