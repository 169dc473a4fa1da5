import { PassThrough, Writable } from 'node:stream';
import { main } from '../../src/cli/cli.js';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  /** A terminal at all three streams; what is typed there is written to `stdin`. */
  isTerminal?: boolean;
  columns?: number;
  stdin?: PassThrough;
  signal?: AbortSignal;
  /** Called with all that was written to stderr so far, each time something is. */
  onErr?: (err: string) => void;
}

/** Runs a command line in this process, with streams of its own. */
export async function runInProcess(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const {
    isTerminal = false,
    columns = 80,
    stdin = new PassThrough(),
    signal = new AbortController().signal,
  } = options;
  let out = '';
  let err = '';
  const stream = (write: (text: string) => void) => {
    const writable = new Writable({
      write(chunk, _, done) {
        write(String(chunk));
        done();
      },
    });
    return Object.assign(writable, isTerminal ? { isTTY: true, columns } : {});
  };
  const stdout = stream(text => {
    out += text;
  });
  const stderr = stream(text => {
    err += text;
    options.onErr?.(err);
  });
  const input = Object.assign(stdin, isTerminal ? { isTTY: true, setRawMode: () => {} } : {});
  const code = await main(args, { stdin: input, stdout, stderr, env: options.env ?? {}, signal });
  return { code, out, err };
}
