import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { type Ran, runInProcess } from './cli-in-process.js';

export interface Answer {
  /** What is on stderr since the last answer when this is typed. */
  readonly to: RegExp;
  readonly type: string;
}

export interface SayOptions {
  /** Somebody sits at a terminal and answers; without it there is none. */
  readonly answers?: readonly Answer[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A user who runs command lines in this process, with wallets in a folder that is removed at the end. */
export class TestConsole implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'bittensor-console-'));
  readonly wallets = join(this.folder, 'wallets');
  /** All that was ever said, to look for what must not be. */
  everything = '';

  constructor(private readonly env: Readonly<Record<string, string>> = {}) {}

  async run(words: readonly string[], { answers, env }: SayOptions = {}): Promise<Ran> {
    const stdin = new PassThrough();
    const waiting = [...(answers ?? [])];
    let from = 0;
    const ran = await runInProcess(words, {
      stdin,
      isTerminal: answers !== undefined,
      columns: 200,
      env: { HOME: this.folder, BT_WALLET_PATH: this.wallets, ...this.env, ...env },
      onErr: err => {
        if (!waiting[0]?.to.test(err.slice(from))) return;
        from = err.length;
        const { type } = waiting.shift()!;
        setImmediate(() => stdin.write(`${type}\r`));
      },
    });
    this.everything += ran.out + ran.err;
    if (waiting.length > 0) throw new Error(`nobody asked for ${waiting[0]!.to}:\n${ran.err}${ran.out}`);
    return ran;
  }

  /** With `--json`: the document, and that there is nothing beside it. */
  async json(words: readonly string[], options?: SayOptions): Promise<Ran & { json: Record<string, unknown> }> {
    const ran = await this.run([...words, '--json'], options);
    const [document = '', ...rest] = ran.out.split('\n');
    if (rest.join() !== '') throw new Error(`not one line of JSON: ${ran.out}${ran.err}`);
    return { ...ran, json: JSON.parse(document) as Record<string, unknown> };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
