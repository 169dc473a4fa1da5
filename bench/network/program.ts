import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { pollUntil, sleep } from '../../src/base/index.js';

export interface ProgramOptions {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Everything it prints, of all its lives. */
  readonly logFile: string;
  readonly signal: AbortSignal;
}

/** How long a program may take to end when it is asked to. */
const STOP_MS = 10_000;
const SETPRIV = '/usr/bin/setpriv';

/** One program of the network: started, killed and started again under one name, ended by its process id and nothing else. */
export class Program implements AsyncDisposable {
  private child: ChildProcess | undefined;
  private exited: Promise<string> = Promise.resolve('never started');
  private exit: string | undefined = 'never started';
  /** Where its present life begins in the log. */
  private from = 0;
  /** Starts so far. */
  lives = 0;

  constructor(private readonly options: ProgramOptions) {}

  get name(): string {
    return this.options.name;
  }

  get pid(): number | undefined {
    return this.isRunning ? this.child?.pid : undefined;
  }

  get isRunning(): boolean {
    return this.exit === undefined;
  }

  /** A group of its own: Ctrl-C is for the harness, which ends its programs itself. */
  start(): void {
    if (this.isRunning) return;
    const { command, env, cwd, logFile } = this.options;
    this.from = this.text().length;
    const log = openSync(logFile, 'a');
    // Where the system can do that, a program ends with a harness that was killed.
    const [file, ...args] = existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL', ...command] : command;
    try {
      const child = spawn(file!, args, { env, cwd, detached: true, stdio: ['ignore', log, log] });
      this.child = child;
      this.exit = undefined;
      this.lives += 1;
      this.exited = new Promise(resolve => {
        const end = (how: string) => {
          if (this.child === child) this.exit = how;
          resolve(how);
        };
        child.once('error', error => end(error.message));
        child.once('exit', (code, signal) => end(String(code ?? signal)));
      });
    } finally {
      closeSync(log);
    }
  }

  /** What it printed, in all its lives. */
  text(): string {
    const { logFile } = this.options;
    return existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
  }

  /** The last match in what its present life printed. */
  last(pattern: RegExp): RegExpMatchArray | undefined {
    return [...this.text().slice(this.from).matchAll(pattern)].at(-1);
  }

  /** The first match in what its present life printed. */
  waitFor(pattern: RegExp, withinMs: number): Promise<RegExpExecArray> {
    const { name, signal } = this.options;
    return pollUntil(`${pattern} of ${name}`, { withinMs, everyMs: 250, signal }, () => {
      const text = this.text().slice(this.from);
      const found = pattern.exec(text);
      if (!found && !this.isRunning) throw new Error(`${name} ended with ${this.exit}:\n${text.slice(-2_000)}`);
      return found ?? undefined;
    });
  }

  /** Ends it at once, without a chance to clean up. */
  async kill(): Promise<void> {
    if (!this.isRunning) return;
    this.child!.kill('SIGKILL');
    await this.exited;
  }

  /** Asks it to end; after ten seconds it is killed. Returns how it ended. */
  async stop(): Promise<string> {
    if (!this.isRunning) return this.exit!;
    this.child!.kill('SIGINT');
    const late = new AbortController();
    const limit = sleep(STOP_MS, late.signal).then(
      () => this.child!.kill('SIGKILL'),
      () => {},
    );
    const how = await this.exited;
    late.abort();
    await limit;
    return how;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
