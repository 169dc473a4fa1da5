import { timingSafeEqual } from 'node:crypto';
import pc from 'picocolors';
import { isBittensorError } from '../../base/index.js';
import { cliError } from '../errors.js';
import type { Io, TextStream } from '../frame/io.js';
import { askLine, askSecret } from './prompt.js';
import { StatusLine } from './status-line.js';
import { type Column, layOut } from './table.js';
import { printable, widthOf, wrap } from './text.js';

export type Colors = ReturnType<typeof pc.createColors>;

/** What a command says and asks with. Nothing but its result goes to stdout. */
export interface Ui {
  /** A line of the result. With `--json` it goes to stderr, and only when `--verbose`. */
  line(text?: string): void;
  /** What is good to know, on stderr; not with `--quiet`. */
  note(text: string): void;
  /** A note of what the JSON document holds, too: with `--json` only when `--verbose`. */
  preface(text: string): void;
  /** What only `--verbose` shows, on stderr. */
  detail(text: string): void;
  /** Columns of numbers go to the right; it is made to fit the terminal, and no number is ever cut. */
  table(columns: readonly (string | Column)[], rows: readonly (readonly unknown[])[]): void;
  /** Words in lines that fit the terminal (80 columns without one), indented by two. */
  words(list: readonly string[]): void;
  /** Labels and values below each other. */
  pairs(list: readonly (readonly [label: string, value: unknown])[]): void;
  /** Waits for the work, with a spinner on a terminal. */
  busy<T>(text: string, work: Promise<T>): Promise<T>;
  /** A progress bar on a terminal; it goes when `done` reaches `total`. */
  progress(title: string, done: number, total: number): void;
  /** For stdout; they do nothing where there are none (NO_COLOR, a pipe). */
  readonly colors: Colors;
  /** Variables of the environment. */
  readonly env: Io['env'];
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  /** True when questions can be asked. */
  readonly isInteractive: boolean;
  /** `--quiet`: of a result of many lines, only the one that scripts want. */
  readonly isQuiet: boolean;
  /** Yes or no; the standard answer is no. Error `needs_terminal` when nobody can be asked. */
  confirm(question: string): Promise<boolean>;
  ask(question: string): Promise<string>;
  /** A password or words, not shown. The bytes are the caller's to overwrite. */
  secret(question: string): Promise<Uint8Array>;
  /**
   * A new password, asked for twice when `check` lets it pass. After three tries, error `passwords_differ`, or what `check`
   * threw.
   */
  newSecret(question: string, check?: (secret: Uint8Array) => void): Promise<Uint8Array>;
}

export interface UiOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly prompt: boolean;
}

const TRIES = 3;

export function createUi(io: Io, options: UiOptions, signal: AbortSignal): Ui & { close(): void } {
  const { stdout, stderr } = io;
  const status = new StatusLine(stderr, !options.quiet && !options.json && io.env['TERM'] !== 'dumb');
  const write = (stream: TextStream, text: string) =>
    status.aside(() => void stream.write(`${printable(text, '\n\t')}\n`));
  const out = (text: string) => {
    if (!options.json) write(stdout, text);
    else if (options.verbose) write(stderr, text);
  };
  const colors = pc.createColors(hasColors(stdout, io.env));
  const isInteractive = options.prompt && !options.json && io.stdin.isTTY === true && stderr.isTTY === true;
  const asking = async <T>(question: string, ask: (io: Io, question: string, signal: AbortSignal) => Promise<T>) => {
    if (!isInteractive) throw needsTerminal(question, options);
    status.clear();
    return await ask(io, question, signal);
  };
  const ui = {
    line: (text = '') => out(text),
    note: (text: string) => {
      if (!options.quiet) write(stderr, text);
    },
    preface: (text: string) => {
      if (!options.quiet && (!options.json || options.verbose)) write(stderr, text);
    },
    detail: (text: string) => {
      if (options.verbose) write(stderr, text);
    },
    table(columns: readonly (string | Column)[], rows: readonly (readonly unknown[])[]) {
      const { head, lines } = layOut(columns, rows, stdout.isTTY ? stdout.columns || 80 : undefined);
      if (head !== undefined) out(colors.bold(head));
      for (const line of lines) out(line);
    },
    words(list: readonly string[]) {
      for (const line of wrap(list, ((stdout.isTTY && stdout.columns) || 80) - 2)) out(`  ${line}`);
    },
    pairs(list: readonly (readonly [string, unknown])[]) {
      const width = Math.max(0, ...list.map(([label]) => widthOf(label)));
      for (const [label, value] of list) {
        const text = value === undefined || value === null ? '-' : String(value);
        out(`${colors.dim(label)}${' '.repeat(width - widthOf(label))}  ${printable(text)}`);
      }
    },
    async busy<T>(text: string, work: Promise<T>): Promise<T> {
      status.spin(text);
      try {
        return await work;
      } finally {
        status.clear();
      }
    },
    progress: (title: string, done: number, total: number) => status.bar(title, done, total),
    colors,
    env: io.env,
    signal,
    isInteractive,
    isQuiet: options.quiet,
    async confirm(question: string) {
      const answer = await asking(`${question} [y/N]`, askLine);
      return /^(y|yes)$/i.test(answer.trim());
    },
    ask: (question: string) => asking(question, askLine),
    secret: (question: string) => asking(question, askSecret),
    async newSecret(question: string, check: (secret: Uint8Array) => void = () => {}) {
      for (let tries = 1; tries <= TRIES; tries++) {
        const first = await ui.secret(question);
        try {
          check(first);
        } catch (error) {
          first.fill(0);
          if (tries === TRIES || !isBittensorError(error)) throw error;
          write(stderr, error.message);
          continue;
        }
        const second = await ui.secret('The same again:').catch(error => {
          first.fill(0);
          throw error;
        });
        const isSame = first.length === second.length && timingSafeEqual(first, second);
        second.fill(0);
        if (isSame) return first;
        first.fill(0);
        ui.note('These were two different ones.');
      }
      throw cliError('passwords_differ', `what was typed differed ${TRIES} times`);
    },
    close: () => status.clear(),
  };
  return ui;
}

function needsTerminal(question: string, { json, prompt }: UiOptions) {
  const why = json
    ? 'with --json nothing is asked'
    : prompt
      ? 'there is no terminal to ask at'
      : 'with --no_prompt nothing is asked';
  return cliError('needs_terminal', `${why}: ${question}`);
}

function hasColors(stream: TextStream, env: Io['env']): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
