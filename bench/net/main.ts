import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packagePath } from '../../src/base/index.js';
import { freePort } from '../free-port.js';
import { median } from '../measure.js';
import { encodeAndDecodeMs } from './codec.js';
import { type Measured, PeerProcesses, type PeerProgram, type Task } from './process.js';

/**
 * `npm run bench:net [-- [rounds=5] [seconds=1] [sizes=1KiB,36KiB,1MiB,9MiB] [tonic aio bittensor hivemind]]`: a session of this project beside others',
 * each pair in one run, all ends in processes of their own. Prints tables, ratios first, and writes bench-results/net.json.
 */
const settings = new Map(
  process.argv.slice(2).flatMap(word => (word.includes('=') ? [word.split('=') as [string, string]] : [])),
);
const rounds = Number(settings.get('rounds') ?? 5);
const seconds = Number(settings.get('seconds') ?? 1);
const ALL = ['tonic', 'aio', 'bittensor', 'hivemind'];
const words = process.argv.slice(2).filter(word => !word.includes('='));
const unknown = words.filter(word => !ALL.includes(word));
const sizes = settings.get('sizes')?.split(',');
if (unknown.length > 0 || !(rounds >= 1) || !(seconds > 0)) {
  console.error(`bench:net [rounds=5] [seconds=1] [sizes=1KiB,36KiB,1MiB,9MiB] [${ALL.join('] [')}]`);
  process.exit(2);
}
const wanted = words.length > 0 ? words : ALL;

/** Tonic and grpc.aio send the bytes alone: nothing is signed, checked or looked up. */
const CASES = [
  { label: '1 KiB', bytes: 1024, outstanding: 64, goals: {} },
  { label: '36 KiB', bytes: 36 * 1024, outstanding: 64, goals: { bittensor: 25, tonic: 0.3, aio: 1.5, plain: 10 } },
  { label: '1 MiB', bytes: 2 ** 20, outstanding: 8, goals: { tonic: 0.5 } },
  { label: '9 MiB', bytes: 9 * 2 ** 20, outstanding: 2, goals: {} },
] as const;
/** A batch of [64, 1024] floats. */
const NO_OP = { bytes: 64 * 1024 * 4, outstanding: 1 };

/** Until compilers at run time have done their work; the longer, the busier the machine. */
const WARM_UP_SECONDS = 3;

interface Line {
  readonly case: string;
  readonly what: string;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly clientCpuMs: number;
  readonly serverCpuMs: number;
  readonly bytesPerSecond: number;
  readonly failures: Record<string, number>;
}

interface Ratio {
  readonly case: string;
  readonly what: string;
  readonly ratio: number;
  /** The same of each round, lowest and highest. */
  readonly range: readonly [number, number];
  readonly goal: number | undefined;
}

const folder = mkdtempSync(join(tmpdir(), 'bench-net-'));
const lines: Line[] = [];
const ratios: Ratio[] = [];
const problems: string[] = [];
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`;
const loadBefore = loadavg()[0]!;
console.log(`${machine}; load ${loadBefore.toFixed(1)}; ${rounds} rounds of ${seconds} s, medians\n`);
makeCertificate();
await compareStreams();
if (wanted.includes('hivemind')) await compareNoOp();
const codec = encodeAndDecodeMs();
print();
writeResults();
if (problems.length > 0) {
  console.error(`\nNot measured:\n${problems.join('\n')}`);
  process.exitCode = 1;
}

async function compareStreams(): Promise<void> {
  const programs = [own('tls'), own('plain'), ...wanted.filter(name => name !== 'hivemind').map(other)];
  await using peers = await startAll(await Promise.all(programs));
  for (const { label, goals, ...size } of CASES) {
    if (sizes && !sizes.includes(label.replace(' ', ''))) continue;
    const measured = await interleaved(peers.running, { ...size, seconds });
    for (const [name, all] of measured) lines.push(lineOf(label, name, size.bytes, all));
    for (const ours of ['tls', 'plain']) {
      for (const [name, theirs] of measured) {
        if (name === 'tls' || name === 'plain' || !measured.has(ours)) continue;
        const goal = name === 'bittensor' && ours === 'plain' && 'plain' in goals ? goals.plain : undefined;
        const wantedRatio = ours === 'tls' && name in goals ? goals[name as keyof typeof goals] : goal;
        ratios.push(ratioOf(label, `${ours} session / ${name}`, measured.get(ours)!, theirs, wantedRatio));
      }
    }
  }
}

async function compareNoOp(): Promise<void> {
  await using peers = await startAll([own('no-op'), await other('hivemind')]);
  const measured = await interleaved(peers.running, { ...NO_OP, seconds: 3 * seconds });
  for (const [name, all] of measured) lines.push(lineOf('[64, 1024] forward + backward', name, NO_OP.bytes, all));
}

interface Running extends AsyncDisposable {
  readonly running: ReadonlyMap<string, PeerProcesses>;
}

/** A peer that cannot be had is told at the end; the others are measured. */
async function startAll(programs: readonly (PeerProgram | undefined)[]): Promise<Running> {
  const running = new Map<string, PeerProcesses>();
  for (const program of programs) {
    if (!program) continue;
    try {
      running.set(program.name, await PeerProcesses.start(program));
    } catch (error) {
      problems.push(`${program.name}: ${(error as Error).message}`);
    }
  }
  return {
    running,
    [Symbol.asyncDispose]: async () => {
      for (const peer of running.values()) await peer[Symbol.asyncDispose]();
    },
  };
}

/** Round after round, since the machine's mood changes within seconds; the first is to warm up. */
async function interleaved(peers: ReadonlyMap<string, PeerProcesses>, task: Task): Promise<Map<string, Measured[]>> {
  const all = new Map<string, Measured[]>();
  for (let round = 0; round <= rounds; round++) {
    for (const [name, peer] of peers) {
      const measured = await peer.measure(round === 0 ? { ...task, seconds: WARM_UP_SECONDS } : task);
      if (round > 0) all.set(name, [...(all.get(name) ?? []), measured]);
    }
  }
  return all;
}

function rate(measured: Measured): number {
  return measured.requests / measured.seconds;
}

function lineOf(label: string, what: string, bytes: number, all: readonly Measured[]): Line {
  const of = (value: (one: Measured) => number) => median(all.map(value));
  const failures: Record<string, number> = {};
  for (const { failures: some = {} } of all) {
    for (const [reason, count] of Object.entries(some)) failures[reason] = (failures[reason] ?? 0) + count;
  }
  return {
    case: label,
    what,
    requestsPerSecond: of(rate),
    p50Ms: of(one => one.p50Ms),
    p99Ms: of(one => one.p99Ms),
    clientCpuMs: of(one => one.clientCpuMs),
    serverCpuMs: of(one => one.serverCpuMs),
    bytesPerSecond: of(rate) * bytes,
    failures,
  };
}

function ratioOf(label: string, what: string, ours: Measured[], theirs: Measured[], goal: number | undefined): Ratio {
  const each = ours.map((one, i) => rate(one) / rate(theirs[i]!));
  const ratio = median(ours.map(rate)) / median(theirs.map(rate));
  return { case: label, what, ratio, range: [Math.min(...each), Math.max(...each)], goal };
}

function own(kind: 'tls' | 'plain' | 'no-op'): PeerProgram {
  const file = fileURLToPath(new URL('./own.js', import.meta.url));
  return {
    name: kind,
    server: [process.execPath, file, 'server'],
    client: port => [process.execPath, file, 'client', kind, String(port)],
  };
}

async function other(name: string): Promise<PeerProgram | undefined> {
  let program: string;
  try {
    const script = packagePath('bench/peers/prepare.sh');
    const said = execFileSync('bash', [script, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    program = said.trim().split(' ')[1]!;
  } catch (error) {
    problems.push(`${name}: ${(error as Error).message}`);
    return undefined;
  }
  if (name === 'tonic') {
    return { name, server: [program, 'server', folder], client: port => [program, 'client', folder, String(port)] };
  }
  const scripts: Record<string, string> = { aio: 'aio.py', bittensor: 'bittensor9.py', hivemind: 'hivemind1.py' };
  const script = packagePath(`bench/peers/python/${scripts[name]}`);
  const given = name === 'bittensor' ? [String(await freePort())] : [];
  return {
    name,
    server: [program, script, 'server', folder, ...given],
    client: port => [program, script, 'client', folder, String(port)],
  };
}

/** For tonic and grpc.aio; this project's axon makes its own. */
function makeCertificate(): void {
  const options = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -days 2'.split(' ');
  const extensions = ['subjectAltName=DNS:localhost', 'basicConstraints=critical,CA:FALSE'];
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')];
  execFileSync('openssl', ['req', ...options, ...extensions.flatMap(text => ['-addext', text]), ...files], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

function print(): void {
  table(
    ['case', 'ratio', '', 'rounds', 'goal'],
    ratios.map(({ case: label, what, ratio, range, goal }) => [
      label,
      `${short(ratio)}x`,
      what,
      `${short(range[0])} to ${short(range[1])}`,
      goal === undefined ? '' : `${goal}x${ratio >= goal ? '' : ' (missed)'}`,
    ]),
  );
  table(
    ['case', '', '1/s', 'MB/s', 'p50 ms', 'p99 ms', 'CPU ms client/server', 'failures'],
    lines.map(line => [
      line.case,
      line.what,
      short(line.requestsPerSecond),
      short(line.bytesPerSecond / 1e6),
      short(line.p50Ms),
      short(line.p99Ms),
      `${short(line.clientCpuMs)} / ${short(line.serverCpuMs)}`,
      Object.entries(line.failures)
        .map(([reason, count]) => `${count} x ${reason}`)
        .join('; '),
    ]),
  );
  console.log(`1 MiB of floats encoded and decoded in one process: ${short(codec)} ms (goal 1 ms)`);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  if (rows.length === 0) return;
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map(row => row[i]!.length)));
  const text = all.map(row =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
  console.log(`${text.join('\n')}\n`);
}

function short(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

function writeResults(): void {
  const results = packagePath('bench-results');
  mkdirSync(results, { recursive: true });
  const load = [loadBefore, loadavg()[0]!];
  const content = { machine, date: new Date().toISOString(), load, rounds, seconds, ratios, lines, codec, problems };
  writeFileSync(join(results, 'net.json'), `${JSON.stringify(content, null, 2)}\n`);
}
