import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packagePath, sleep } from '../src/base/index.js';
import { freePort } from './free-port.js';
import type { Row, Suite } from './row.js';

/** How long what a role costs is counted. */
const WINDOW_MS = 20_000;
const SERVERS = 3;

/** What each role costs as a user has it: processes of their own, one local chain, figures as `/metrics` shows them. */
export const suite: Suite = {
  name: `roles: a miner (mnist) with ${SERVERS} servers and a validator on a local chain`,
  async run(): Promise<Row[]> {
    const home = mkdtempSync(join(tmpdir(), 'bench-roles-'));
    const running: Program[] = [];
    const start = async (role: string, shows: string, ...args: string[]) => {
      const program = await startProgram(home, port, role, shows, args);
      running.push(program);
      return program;
    };
    const port = await freePort();
    try {
      const first = await start('miner', 'Train Epoch:', '--steps', '30');
      await first.ended;
      const [slot] = readdirSync(join(home, '.bittensor/node/slots'));
      const model = join(home, '.bittensor/node/slots', slot!, 'mnist.safetensors');
      const miner = await start('miner', 'Train Epoch:');
      const alone = await costOf(miner, 'bittensor_train_steps_total');
      const servers: Program[] = [];
      for (let i = 0; i < SERVERS; i++) servers.push(await start('server', 'published by', '--model_path', model));
      await miner.shows(`nP|nS: ${SERVERS}|`);
      const together = await costOf(miner, 'bittensor_train_steps_total');
      const served = await costOf(servers[0]!, 'bittensor_axon_requests_total');
      const validator = await start('validator', 'Metrics and status');
      const cold = (program: Program): Omit<Row, 'name'> => ({ value: program.coldMs, unit: 'ms' });
      return [
        { name: 'miner, from the command to the first training line (new chain)', ...cold(first) },
        { name: 'miner, the same where the chain runs', ...cold(miner) },
        { name: 'server, to its address on the chain', ...cold(servers[0]!) },
        { name: 'validator, to its status page', ...cold(validator) },
        { name: 'a step of the miner alone', value: alone.cpuMs, unit: 'ms of CPU', note: alone.note },
        {
          name: `a step of the miner with ${SERVERS} servers / alone`,
          value: together.cpuMs,
          unit: 'ms of CPU',
          ratio: together.cpuMs / alone.cpuMs,
          note: together.note,
        },
        {
          name: "of which outside the model's threads",
          value: together.mainMs,
          unit: 'ms of CPU',
          ratio: together.mainMs / together.cpuMs,
          note: 'the main thread: chain, wire, signatures, log; and what V8 does beside it',
        },
        { name: 'a request to a server', value: served.cpuMs, unit: 'ms of CPU', note: served.note },
        {
          name: "of which outside the model's threads",
          value: served.mainMs,
          unit: 'ms of CPU',
          ratio: served.mainMs / served.cpuMs,
        },
      ];
    } finally {
      for (const { child } of running) child.kill('SIGTERM');
      await Promise.all(running.map(({ ended }) => ended));
      rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    }
  },
};

interface Program {
  readonly child: ChildProcess;
  /** From its start until it showed what was waited for. */
  readonly coldMs: number;
  readonly ended: Promise<unknown>;
  readonly metricsUrl: string;
  shows(text: string): Promise<void>;
}

async function startProgram(
  home: string,
  chainPort: number,
  role: string,
  text: string,
  more: string[],
): Promise<Program> {
  const begin = performance.now();
  const args = [packagePath('dist/src/cli/main.js'), 'run', role, '-c', `ws://127.0.0.1:${chainPort}`, ...more];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: home,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => (said += part));
  const ended = new Promise(resolve => child.once('exit', resolve));
  let isOver = false;
  void ended.then(() => (isOver = true));
  const shows = async (wanted: string) => {
    const from = performance.now();
    while (!said.includes(wanted)) {
      if (isOver || performance.now() - from > 120_000)
        throw new Error(`run ${role} never showed "${wanted}":\n${said}`);
      await sleep(5);
    }
  };
  await shows(text);
  const coldMs = performance.now() - begin;
  const metricsUrl = `${/http:\/\/127\.0\.0\.1:\d+/.exec(said)![0]}/metrics`;
  return { child, coldMs, ended, metricsUrl, shows };
}

/** Processor time of a program for each of what a counter counts, in a window. */
async function costOf({ child, metricsUrl }: Program, counter: string) {
  const before = { ...(await figures(metricsUrl, counter)), mainMs: mainThreadMs(child.pid!) };
  await sleep(WINDOW_MS);
  const after = { ...(await figures(metricsUrl, counter)), mainMs: mainThreadMs(child.pid!) };
  const count = after.count - before.count;
  if (count <= 0) throw new Error(`${counter} stood still`);
  return {
    cpuMs: (after.cpuMs - before.cpuMs) / count,
    mainMs: (after.mainMs - before.mainMs) / count,
    note: `${count} in ${WINDOW_MS / 1000} s`,
  };
}

async function figures(url: string, counter: string): Promise<{ count: number; cpuMs: number }> {
  const text = await (await fetch(url)).text();
  const sum = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    );
  return { count: sum(counter), cpuMs: 1000 * sum('bittensor_process_cpu_seconds_total') };
}

/** Processor time of a process's first thread, in milliseconds: Linux counts it in hundredths of a second. */
function mainThreadMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}
