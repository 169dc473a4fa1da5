import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packagePath } from '../../src/base/index.js';

/** A running `bittensor-cli`, with what it printed so far. */
export class Cli implements AsyncDisposable {
  readonly lines: string[] = [];
  private readonly child: ChildProcess;
  private readonly exited: Promise<number | string>;
  private readonly changed = new Set<() => void>();
  private exit: number | string | undefined;

  constructor(args: readonly string[], env: Record<string, string>, cwd: string) {
    const main = packagePath('dist/src/cli/main.js');
    this.child = spawn(process.execPath, [main, ...args], {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (text: string) => {
        const parts = (rest + text).split('\n');
        rest = parts.pop()!;
        this.lines.push(...parts);
        for (const notify of this.changed) notify();
      });
    }
    this.exited = new Promise(resolve => {
      this.child.once('close', (code, signal) => {
        this.exit = code ?? signal ?? 'unknown';
        for (const notify of this.changed) notify();
        resolve(this.exit);
      });
    });
  }

  /** The first line, at or after line `from`, that matches; rejects when the process ends or time is up before. */
  waitFor(pattern: RegExp, withinMs = 60_000, from = 0): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        for (const line of this.lines.slice(from)) {
          const match = pattern.exec(line);
          if (match) return done(() => resolve(match));
        }
        if (this.exit !== undefined)
          done(() => reject(new Error(`ended with ${this.exit} before ${pattern}:\n${this.tail()}`)));
        return undefined;
      };
      const done = (end: () => void) => {
        clearTimeout(timer);
        this.changed.delete(look);
        end();
      };
      const timer = setTimeout(
        () => done(() => reject(new Error(`no line matched ${pattern} within ${withinMs} ms:\n${this.tail()}`))),
        withinMs,
      );
      this.changed.add(look);
      look();
    });
  }

  /** Sends the signal and gives the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<{ code: number | string }> {
    if (this.exit === undefined) this.child.kill(signal);
    return { code: await this.exited };
  }

  ended(): Promise<number | string> {
    return this.exited;
  }

  private tail(): string {
    return this.lines.slice(-25).join('\n');
  }

  /** A clean stop where it can be had, so that what it started ends too. */
  async [Symbol.asyncDispose](): Promise<void> {
    const kill = setTimeout(() => this.child.kill('SIGKILL'), 8_000);
    await this.stop('SIGTERM');
    clearTimeout(kill);
  }
}

/** A user's machine of its own: an empty home folder, which is removed at the end. */
export class TestHome implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'bittensor-home-'));
  private readonly running: Cli[] = [];

  run(...args: string[]): Cli {
    const cli = new Cli(args, { HOME: this.folder }, this.folder);
    this.running.push(cli);
    return cli;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const cli of this.running) await cli[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
