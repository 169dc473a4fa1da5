import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, packagePath, sleep } from '../../src/base/index.js';
import { slopePerHour } from '../net/memory.js';
import { smallCast, wholeCast } from './cast.js';
import { type Network, type Neuron, openNetwork } from './network.js';
import { type ProcessSample, sampleProcess } from './processes.js';
import { TempoWatch } from './tempos.js';
import { WeightCount } from './weight-count.js';

/**
 * `npm run soak:network [-- --minutes 60 --every 10 --whole --block-time 100 --cap 600]`: a network that runs at accelerated block time.
 * Writes a line of JSON for each process and sample to bench-results/network/soak.jsonl (memory, sockets, files and threads as the kernel
 * counts them, the heap as the neuron's own metrics tell it), and at the end one with what became of them. Fails when a process has more
 * memory than the cap (MiB), when it grows by 1 % an hour or more in an hour or longer, when a validator let an epoch pass without its
 * weights, or when a log tells of an unhandled rejection.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    every: { type: 'string', default: '10' },
    whole: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    'block-time': { type: 'string', default: '100' },
    tempo: { type: 'string', default: '40' },
    cap: { type: 'string', default: '600' },
    folder: { type: 'string', default: packagePath('bench-results/network') },
  },
});
const [minutes, everyMs] = [Number(values.minutes), 1_000 * Number(values.every)];
const CAP_BYTES = Number(values.cap) * 2 ** 20;
const ALLOWED_PER_HOUR = 0.01;
/** A slope says something only of so long a run. */
const SLOPE_MINUTES = 60;
const UNHANDLED = /unhandled|uncaught/gi;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
}
mkdirSync(values.folder, { recursive: true });
const file = join(values.folder, 'soak.jsonl');
writeFileSync(file, '');
const series = new Map<string, { hours: number; bytes: number }[]>();
try {
  const problems = await soak();
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
} catch (error) {
  console.error(stop.signal.aborted ? messageOf(stop.signal.reason) : error);
  process.exitCode = stop.signal.aborted ? 130 : 1;
}
process.exit();

async function soak(): Promise<string[]> {
  await using network = await openNetwork({
    cast: values.whole ? wholeCast : smallCast,
    seed: Number(values.seed),
    folder: join(values.folder, 'soak'),
    models: join(values.folder, 'models'),
    blockTimeMs: Number(values['block-time']),
    tempo: Number(values.tempo),
    keepBlocks: 1_000,
    signal: stop.signal,
    say: line => console.log(line),
  });
  await network.startMiners();
  await network.startValidators();
  const none = network.miners.map(() => 0);
  const watch = new TempoWatch(network, none, () => {});
  const counts = new WeightCount(network);
  const begin = performance.now();
  try {
    while (performance.now() - begin < minutes * 60_000) {
      await sleep(everyMs, stop.signal);
      await sample(network, (performance.now() - begin) / 3_600_000, counts);
    }
  } finally {
    watch.stop();
    counts.stop();
  }
  return judge(network, watch.rows.length, counts);
}

/** The chain and all neurons. */
function processesOf({
  chainPid,
  validators,
  miners,
}: Network): { name: string; pid: number | undefined; neuron?: Neuron }[] {
  const neurons = [...validators, ...miners].map(neuron => ({ name: neuron.name, pid: neuron.program.pid, neuron }));
  return [{ name: 'chain', pid: chainPid }, ...neurons];
}

async function sample(network: Network, hours: number, counts: WeightCount): Promise<void> {
  for (const { name, pid, neuron } of processesOf(network)) {
    const seen: ProcessSample | undefined = pid === undefined ? undefined : sampleProcess(pid);
    if (!seen) throw new Error(`${name} is not running any more`);
    const heapBytes = neuron && (await heapOf(network.slotFolder(neuron.name)));
    const line = { seconds: Math.round(3_600 * hours), name, ...seen, heapBytes, weightsSet: counts.of(name) };
    appendFileSync(file, `${JSON.stringify(line)}\n`);
    const list = series.get(name) ?? [];
    series.set(name, [...list, { hours, bytes: seen.rssBytes }]);
  }
}

/** What the neuron's own metrics say; undefined where it has none. */
async function heapOf(slotFolder: string): Promise<number | undefined> {
  try {
    const { url } = JSON.parse(readFileSync(join(slotFolder, 'observe.json'), 'utf8')) as { url: string };
    const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) });
    const found = /^bittensor_process_memory_bytes\{[^}]*kind="heap_used"[^}]*\} (\d\S*)$/m.exec(await answer.text());
    return found ? Number(found[1]) : undefined;
  } catch {
    return undefined;
  }
}

function judge(network: Network, epochs: number, counts: WeightCount): string[] {
  const problems: string[] = [];
  const memory: Record<string, { firstMiB: number; mostMiB: number; lastMiB: number; slopePerHour: number }> = {};
  for (const [name, list] of series) {
    const bytes = list.map(one => one.bytes);
    const slope = slopePerHour(list);
    const mib = (value: number) => Math.round((10 * value) / 2 ** 20) / 10;
    const most = Math.max(...bytes);
    memory[name] = { firstMiB: mib(bytes[0]!), mostMiB: mib(most), lastMiB: mib(bytes.at(-1)!), slopePerHour: slope };
    if (most > CAP_BYTES) problems.push(`${name} had ${mib(most)} MiB, the cap is ${values.cap}`);
    if (minutes >= SLOPE_MINUTES && slope >= ALLOWED_PER_HOUR) {
      problems.push(`${name} grows by ${(100 * slope).toFixed(1)} % an hour`);
    }
  }
  const unhandled: Record<string, number> = {};
  for (const { name, neuron } of processesOf(network)) {
    const count = neuron ? (neuron.program.text().match(UNHANDLED)?.length ?? 0) : 0;
    if (count > 0) {
      unhandled[name] = count;
      problems.push(`${name} logged ${count} unhandled rejections`);
    }
  }
  const weights = Object.fromEntries(
    network.validators.map(({ name }) => [name, { set: counts.of(name), missed: counts.missedBy(name) }]),
  );
  for (const [name, { missed, set }] of Object.entries(weights)) {
    if (missed > 0 || set === 0) problems.push(`${name} set weights ${set} times and let ${missed} epochs pass`);
  }
  const summary = { minutes, blockTimeMs: Number(values['block-time']), epochs, memory, weights, unhandled, problems };
  appendFileSync(file, `${JSON.stringify(summary)}\n`);
  console.log(JSON.stringify(summary, null, 2));
  return problems;
}
