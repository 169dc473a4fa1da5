import cliProgress from 'cli-progress';

/** The console of a long-running command: lines, and on a terminal a progress bar that stays below them. */
export interface Output {
  line(text: string): void;
  progress(title: string, done: number, total: number): void;
  close(): void;
}

export function createOutput(stream: NodeJS.WriteStream): Output {
  stream.once('error', () => {
    bars?.stop();
    bars = undefined;
  });
  let bars: cliProgress.MultiBar | undefined;
  if (!stream.isTTY) {
    return { line: text => void stream.write(`${text}\n`), progress() {}, close() {} };
  }
  bars = new cliProgress.MultiBar(
    {
      format: '{title} [{bar}] {percentage}% {value}/{total} eta {eta_formatted}',
      stream,
      clearOnComplete: true,
      hideCursor: null,
      gracefulExit: false,
      // Lines longer than the terminal wrap as they do without a bar.
      linewrap: true,
    },
    cliProgress.Presets.legacy,
  );
  let bar: cliProgress.SingleBar | undefined;
  let closed = false;
  return {
    line(text) {
      if (bar && bars && !closed) bars.log(`${text}\n`);
      else stream.write(`${text}\n`);
    },
    progress(title, done, total) {
      if (closed || !bars) return;
      bar ??= bars.create(total, done, { title });
      bar.setTotal(total);
      bar.update(done, { title });
    },
    close() {
      if (closed) return;
      closed = true;
      if (bar) bars?.stop();
    },
  };
}
