import { join } from 'node:path';
import pino from 'pino';
import { formatTime } from './clock.js';
import { LogFile } from './log-file.js';
import type { Log, LogLevel } from './silent-log.js';

/** `text` as people read it, `json` as programs do: one object per line. */
export type LogFormat = 'text' | 'json';

export interface LogOptions {
  level?: LogLevel;
  /** Folder for `bittensor.log`. None: console only. */
  folder?: string;
  /** Of console and file. Default: the console text, the file JSON. */
  format?: LogFormat | undefined;
  /** A file larger than this is set aside, bytes. Default 64 MiB. */
  maxBytes?: number | undefined;
  /** How many of those stay. Default 5. */
  keep?: number | undefined;
  /** Receives each console line without line end; default writes to stderr. */
  write?: (line: string) => void;
}

interface LogRecord {
  readonly time: number;
  readonly level: string;
  readonly module?: string;
  readonly msg: string;
}

/** Control characters, which may come from a peer's words: they neither drive a terminal nor begin a line. */
const CONTROL = /[\p{Cc}\u2028\u2029]/gu;
/** What may not be in a log, whoever hands it over. */
const SECRETS = ['password', 'mnemonic', 'seed', 'secret', 'secretKey', 'privateKey', 'words', 'token'];

/** One line of the console: `2026-11-21 14:21:59.100 | INFO | net/axon - message`. */
export function formatLine(record: LogRecord): string {
  const module = record.module ? `${record.module} - ` : '';
  const text = `${module}${record.msg}`.replace(CONTROL, escaped);
  return `${formatTime(record.time)} | ${record.level.toUpperCase()} | ${text}`;
}

/** A log that goes to the console in the manual's form, and to a file as JSON lines when a folder is given. */
export function createLog(options: LogOptions = {}): Log & {
  /** Resolves when all of it is written. */
  flush(): Promise<void>;
} {
  const { folder, format, level = 'info', maxBytes = 64 * 2 ** 20, keep = 5 } = options;
  const write = options.write ?? (line => process.stderr.write(`${line}\n`));
  const streams: pino.StreamEntry[] = [
    { stream: { write: json => write(format === 'json' ? json.trimEnd() : textOf(json)) }, level: 'debug' },
  ];
  let file: LogFile | undefined;
  if (folder !== undefined) {
    const onTrouble = (message: string) => {
      const record = { time: Date.now(), level: 'warn', module: 'log', msg: message };
      write(format === 'json' ? JSON.stringify(record) : formatLine(record));
    };
    const opened = new LogFile({ path: join(folder, 'bittensor.log'), maxBytes, keep, onTrouble });
    file = opened;
    const toFile = (json: string) => opened.write(format === 'text' ? `${textOf(json)}\n` : json);
    streams.push({ stream: { write: toFile }, level: 'debug' });
  }
  const root = pino(
    {
      level,
      base: null,
      formatters: { level: label => ({ level: label }) },
      redact: { paths: SECRETS.flatMap(name => [name, `*.${name}`]), censor: '(not shown)' },
    },
    pino.multistream(streams),
  );
  return { ...wrap(root), flush: async () => await file?.end() };
}

function textOf(json: string): string {
  return formatLine(JSON.parse(json) as LogRecord);
}

function escaped(character: string): string {
  return character === '\n'
    ? '\\n'
    : character === '\t'
      ? ' '
      : `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
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
