import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, packagePath, sleep } from '../../src/base/index.js';
import { smallCast, wholeCast } from './cast.js';
import { type Network, type Neuron, openNetwork } from './network.js';
import { sampleProcess } from './processes.js';
import { byProcess, countUnhandled, memoryOf, problemsOf, type SoakSample } from './soak-judge.js';
import type { SoakSummary } from './soak-table.js';
import { TempoWatch } from './tempos.js';
import { WeightCount } from './weight-count.js';

/**
 * `npm run soak:network [-- --minutes 60 --every 10 --whole --block-time 100 --cap 600]`: a network that runs at accelerated block time.
 * Writes a line of JSON for each process and sample to bench-results/network/soak.jsonl (memory, sockets, files and threads as the kernel
 * counts them, the heap as the neuron's own metrics tell it), and at the end one with what became of them. Fails when a process has more
 * memory than the cap (MiB), when it grows by 1 % an hour or more over the last three quarters of an hour or longer, when a validator let an epoch pass without its
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
const folder = join(values.folder, 'soak');

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
}
mkdirSync(values.folder, { recursive: true });
const file = join(values.folder, 'soak.jsonl');
writeFileSync(file, '');
const samples: SoakSample[] = [];
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
    folder,
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
      await sample(network, (performance.now() - begin) / 1_000, counts);
    }
  } finally {
    watch.stop();
    counts.stop();
  }
  return conclude(network, watch.rows.length, counts);
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

async function sample(network: Network, seconds: number, counts: WeightCount): Promise<void> {
  for (const { name, pid, neuron } of processesOf(network)) {
    const seen = pid === undefined ? undefined : sampleProcess(pid);
    if (!seen) throw new Error(`${name} is not running any more`);
    const heapBytes = neuron && (await heapOf(network.slotFolder(neuron.name)));
    const line = { seconds: Math.round(seconds), name, ...seen, heapBytes, weightsSet: counts.of(name) };
    appendFileSync(file, `${JSON.stringify(line)}\n`);
    samples.push(line);
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

function conclude(network: Network, epochs: number, counts: WeightCount): string[] {
  const logs = processesOf(network).map(
    ({ name, neuron }) => [name, neuron ? neuron.program.text() : chainLog()] as const,
  );
  const unhandled = Object.fromEntries(logs.map(([name, log]) => [name, countUnhandled(log)]));
  const weights = Object.fromEntries(
    network.validators.map(({ name }) => [name, { set: counts.of(name), missed: counts.missedBy(name) }]),
  );
  const problems = problemsOf({ minutes, samples, weights, unhandled }, Number(values.cap));
  const memory = Object.fromEntries([...byProcess(samples)].map(([name, own]) => [name, memoryOf(own)]));
  const summary: SoakSummary = {
    minutes,
    blockTimeMs: Number(values['block-time']),
    epochs,
    memory,
    weights,
    unhandled,
    problems,
  };
  appendFileSync(file, `${JSON.stringify(summary)}\n`);
  console.log(JSON.stringify(summary, null, 2));
  return problems;
}

/** What the chain printed. */
function chainLog(): string {
  return readFileSync(join(folder, 'chain', 'localnet.log'), 'utf8');
}
