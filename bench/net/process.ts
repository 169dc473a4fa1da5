import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** How both ends of something measured are started: a server, then a client that is told the server's port. */
export interface PeerProgram {
  readonly name: string;
  readonly server: readonly string[];
  readonly client: (port: number) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** One measurement, a line of JSON on the client's standard input. */
export interface Task {
  /** Of floats, in one tensor. */
  readonly bytes: number;
  /** Requests under way at a time. */
  readonly outstanding: number;
  readonly seconds: number;
}

/** The line of JSON that the client answers with, and what the kernel says of both processes. */
export interface Measured {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Requests that failed, by reason. */
  readonly failures?: Readonly<Record<string, number>>;
  readonly clientCpuMs: number;
  readonly serverCpuMs: number;
}

const STARTED_MS = 90_000;

/** The two processes of one peer. Others' tools write to standard output too: only lines that begin with `{` count. */
export class PeerProcesses implements AsyncDisposable {
  private constructor(
    private readonly server: Lines,
    private readonly client: Lines,
  ) {}

  static async start(program: PeerProgram): Promise<PeerProcesses> {
    const env = { ...process.env, ...program.env };
    const server = new Lines(`${program.name} server`, program.server, env);
    try {
      const { port } = (await server.next(STARTED_MS)) as { port: number };
      const client = new Lines(`${program.name} client`, program.client(port), env);
      try {
        await client.next(STARTED_MS);
        return new PeerProcesses(server, client);
      } catch (error) {
        await client.end();
        throw error;
      }
    } catch (error) {
      await server.end();
      throw error;
    }
  }

  async measure(task: Task): Promise<Measured> {
    const before = [this.client.cpuMs(), this.server.cpuMs()] as const;
    this.client.say(task);
    const result = (await this.client.next(60_000 + 1000 * task.seconds)) as Measured;
    const { requests } = result;
    return {
      ...result,
      clientCpuMs: (this.client.cpuMs() - before[0]) / requests,
      serverCpuMs: (this.server.cpuMs() - before[1]) / requests,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.end();
    await this.server.end();
  }
}

/** A process that is talked to in lines of JSON. */
class Lines {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private complaint = '';

  constructor(
    private readonly name: string,
    command: readonly string[],
    env: NodeJS.ProcessEnv,
  ) {
    this.child = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'pipe'], env });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.complaint = (this.complaint + text).slice(-2_000);
    });
    // A program that is not there is told by the end of its output.
    this.child.once('error', error => {
      this.complaint += error.message;
    });
    this.child.stdin!.on('error', () => {});
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
  }

  say(value: unknown): void {
    this.child.stdin!.write(`${JSON.stringify(value)}\n`);
  }

  async next(timeoutMs: number): Promise<unknown> {
    const late = new Promise<never>((_resolve, reject) =>
      setTimeout(
        () => reject(new Error(`${this.name} said nothing within ${timeoutMs / 1000} s\n${this.complaint}`)),
        timeoutMs,
      ).unref(),
    );
    for (;;) {
      const { value, done } = await Promise.race([this.lines.next(), late]);
      if (done) throw new Error(`${this.name} ended\n${this.complaint}`);
      if (value.startsWith('{')) return JSON.parse(value);
    }
  }

  /** Processor time of this process so far; where there is no /proc, NaN. */
  cpuMs(): number {
    try {
      const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
      // User and system time in ticks, 100 a second.
      return 10 * (Number(fields[11]) + Number(fields[12]));
    } catch {
      return Number.NaN;
    }
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.pid === undefined) return;
    const exit = once(this.child, 'exit');
    this.child.stdin!.end();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 5_000);
    await exit;
    clearTimeout(timer);
  }
}
