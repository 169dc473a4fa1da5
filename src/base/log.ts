import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { formatTime } from './clock.js';
import { makeFolder } from './files.js';
import type { Log, LogLevel } from './silent-log.js';

export interface LogOptions {
  level?: LogLevel;
  /** Folder for `bittensor.log`, one JSON object per line. None: console only. */
  folder?: string;
  /** Receives each console line without line end; default writes to stderr. */
  write?: (line: string) => void;
}

/** One line of the console: `2026-11-21 14:21:59.100 | INFO | net/axon - message`. */
export function formatLine(record: { time: number; level: string; module?: string; msg: string }): string {
  const module = record.module ? `${record.module} - ` : '';
  return `${formatTime(record.time)} | ${record.level.toUpperCase()} | ${module}${record.msg}`;
}

/** A log that goes to the console in the manual's form, and to a file as JSON lines when a folder is given. */
export function createLog(options: LogOptions = {}): Log & { flush(): Promise<void> } {
  const write = options.write ?? (line => process.stderr.write(`${line}\n`));
  const console_ = {
    write(json: string) {
      const record = JSON.parse(json) as { time: number; level: number; module?: string; msg: string };
      write(formatLine({ ...record, level: pino.levels.labels[record.level] ?? 'info' }));
    },
  };
  const streams: pino.StreamEntry[] = [{ stream: console_, level: 'debug' }];
  let file: ReturnType<typeof createWriteStream> | undefined;
  if (options.folder) {
    makeFolder(options.folder);
    file = createWriteStream(join(options.folder, 'bittensor.log'), { flags: 'a', mode: 0o600 });
    // A full disk must not end the node: the console still has every line.
    file.once('error', error => write(`${formatTime(Date.now())} | WARN | log file not written: ${error.message}`));
    file.on('error', () => {});
    streams.push({ stream: file, level: 'debug' });
  }
  const root = pino({ level: options.level ?? 'info', base: null }, pino.multistream(streams));
  const flush = () =>
    new Promise<void>(resolve => {
      if (!file || file.destroyed) return resolve();
      file.end(() => resolve());
    });
  return { ...wrap(root), flush };
}

function wrap(logger: pino.Logger): Log {
  return {
    debug: (message, data) => logger.debug(data ?? {}, message),
    info: (message, data) => logger.info(data ?? {}, message),
    warn: (message, data) => logger.warn(data ?? {}, message),
    error: (message, data) => logger.error(data ?? {}, message),
    child: module => wrap(logger.child({ module })),
  };
}
