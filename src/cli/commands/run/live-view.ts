import type { NodeStatus } from '../../../base/index.js';
import type { Output } from '../../terminal/output.js';
import { Screen, type Terminal } from '../../terminal/screen.js';
import type { Colors } from '../../terminal/ui.js';
import { viewLines } from './view.js';

/** What a view needs of a node. */
export interface Watched {
  get(): NodeStatus;
  onChange(listener: () => void): () => void;
}

export interface LiveView extends Output {
  watch(node: Watched): void;
  logsTo(file: string): void;
}

/** Lines of the log that are shown again when the view has closed: the last words are often the reason. */
const LAST_LINES = 20;
/** Blocks whose incentive is remembered. */
const MOST_BLOCKS = 500;
/** The clock goes on while nothing else does. */
const TICK_MS = 1_000;

/** The terminal as a live picture of a node. Its log goes to the file meanwhile, and the end of it is on the screen. */
export function createLiveView(stream: Terminal, colors: Colors): LiveView {
  const lines: string[] = [];
  const incentives: number[] = [];
  let node: Watched | undefined;
  let logFile: string | undefined;
  let lastBlock: number | undefined;
  let stopListening = () => {};
  let isClosed = false;
  const screen = new Screen(stream, size => {
    const status = node?.get();
    if (status?.chain && status.network.block !== lastBlock) {
      lastBlock = status.network.block;
      incentives.push(status.chain.incentive);
      if (incentives.length > MOST_BLOCKS) incentives.shift();
    }
    return viewLines({ status, nowMs: Date.now(), incentives, lines, logFile, colors }, size);
  });
  const tick = setInterval(screen.refresh, TICK_MS).unref();
  return {
    line(text) {
      // After the end it is a console again.
      if (isClosed) return void stream.write(`${text}\n`);
      lines.push(text);
      if (lines.length > LAST_LINES) lines.shift();
      screen.refresh();
    },
    progress() {},
    watch(watched) {
      node = watched;
      stopListening = watched.onChange(screen.refresh);
      screen.refresh();
    },
    logsTo(file) {
      logFile = file;
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      clearInterval(tick);
      stopListening();
      screen.close();
      for (const text of lines) stream.write(`${text}\n`);
    },
  };
}
