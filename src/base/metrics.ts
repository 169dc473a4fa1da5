import { readdirSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

/** Values of the labels that a metric was declared with; all of them, each time. */
export type Labels = Readonly<Record<string, string | number>>;

export interface Counter {
  /** Adds `by`, default 1; never negative. */
  add(by?: number, labels?: Labels): void;
  /** Follows a total that is counted elsewhere. One that is less than before began again at 0. */
  follow(total: number, labels?: Labels): void;
}

export interface Gauge {
  /** What is not finite is left out. */
  set(value: number, labels?: Labels): void;
  /** Forgets every label: for figures of things that come and go. */
  clear(): void;
}

export interface Histogram {
  observe(value: number, labels?: Labels): void;
}

/** The metrics of one node. Names begin with `bittensor_` and have their unit in them; the same name twice is the same metric. */
export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  gauge(name: string, help: string, labels?: readonly string[]): Gauge;
  /** `buckets` in the metric's unit, growing. Default: seconds from 1 ms to 30 s. */
  histogram(name: string, help: string, labels?: readonly string[], buckets?: readonly number[]): Histogram;
  /** Called before each text: for what is read when it is asked for. One that throws leaves its figures as they were. */
  beforeText(collect: () => void): void;
  /** In the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
  close(): void;
}

export interface MetricsOptions {
  role: string;
  /** ss58, or none; shown shortened. */
  hotkey?: string;
  version?: string;
}

/** More series than this of one metric go into one whose labels say `other`. */
const MOST_SERIES = 256;
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const NAME = /^bittensor_[a-z0-9_]+$/;

/** Enough of an ss58 address to tell hotkeys apart: `5Grwva..tQY`. */
export function shortKey(address: string): string {
  return address.length <= 12 ? address : `${address.slice(0, 6)}..${address.slice(-3)}`;
}

/** A registry of its own, with what the process itself costs in it. */
export async function createMetrics({ role, hotkey, version }: MetricsOptions): Promise<Metrics> {
  // The library is loaded where metrics are wanted only.
  const { default: prom } = await import('prom-client');
  const registry = new prom.Registry();
  registry.setDefaultLabels({ role, ...(hotkey !== undefined && { hotkey: shortKey(hotkey) }) });
  const made = new Map<string, Counter | Gauge | Histogram>();
  const collectors: (() => void)[] = [];
  const declare = <T extends Counter | Gauge | Histogram>(name: string, make: () => T): T => {
    if (!NAME.test(name)) throw new TypeError(`a metric is named bittensor_..., not ${name}`);
    const known = made.get(name) as T | undefined;
    if (known) return known;
    const fresh = make();
    made.set(name, fresh);
    return fresh;
  };
  const config = (name: string, help: string, labels: readonly string[]) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });

  const metrics: Metrics = {
    contentType: registry.contentType,
    counter: (name, help, labels = []) =>
      declare<Counter>(name, () => {
        const series = new prom.Counter(config(name, help, labels));
        const bounded = boundLabels(labels);
        const followed = new Map<string, number>();
        return {
          add: (by = 1, given = {}) => series.inc(bounded(given), by),
          follow(total, given = {}) {
            const kept = bounded(given);
            const key = JSON.stringify(kept);
            const before = followed.get(key) ?? 0;
            series.inc(kept, total >= before ? total - before : total);
            followed.set(key, total);
          },
        };
      }),
    gauge: (name, help, labels = []) =>
      declare<Gauge>(name, () => {
        const series = new prom.Gauge(config(name, help, labels));
        let bounded = boundLabels(labels);
        return {
          set(value, given = {}) {
            if (Number.isFinite(value)) series.set(bounded(given), value);
          },
          clear() {
            series.reset();
            bounded = boundLabels(labels);
          },
        };
      }),
    histogram: (name, help, labels = [], buckets = SECONDS) =>
      declare<Histogram>(name, () => {
        const series = new prom.Histogram({ ...config(name, help, labels), buckets: [...buckets] });
        const bounded = boundLabels(labels);
        return { observe: (value, given = {}) => series.observe(bounded(given), value) };
      }),
    beforeText: collect => void collectors.push(collect),
    async text() {
      for (const collect of collectors) {
        try {
          collect();
        } catch {
          // What cannot be read now is read the next time; the other figures are worth showing.
        }
      }
      return await registry.metrics();
    },
    close() {
      stopProcess();
      registry.clear();
    },
  };
  metrics
    .gauge('bittensor_info', 'Always 1; the version is a label.', ['version', 'node'])
    .set(1, { version: version ?? 'unknown', node: process.version });
  const stopProcess = processMetrics(metrics);
  return metrics;
}

/** Labels as they were given while there are few, then `other` for all that are new. */
function boundLabels(names: readonly string[]): (given: Labels) => Record<string, string | number> {
  const known = new Set<string>();
  return given => {
    const labels = Object.fromEntries(names.map(name => [name, given[name] ?? '']));
    const key = JSON.stringify(labels);
    if (known.has(key)) return labels;
    if (known.size >= MOST_SERIES) return Object.fromEntries(names.map(name => [name, 'other']));
    known.add(key);
    return labels;
  };
}

/** Memory, processor time, delay of the event loop, open sockets and files. Returns what ends the measuring. */
function processMetrics(metrics: Metrics): () => void {
  const memory = metrics.gauge('bittensor_process_memory_bytes', 'Memory of the process, by kind.', ['kind']);
  const cpu = metrics.counter('bittensor_process_cpu_seconds_total', 'Processor time of the process, all threads.');
  const started = metrics.gauge('bittensor_process_start_time_seconds', 'Start of the process, seconds since 1970.');
  const lag = metrics.gauge(
    'bittensor_event_loop_lag_seconds',
    'How late the main thread was, since the figures were last asked for.',
    ['percentile'],
  );
  const busy = metrics.gauge(
    'bittensor_event_loop_busy_ratio',
    'Share of the time in which the main thread was busy, since the figures were last asked for.',
  );
  const sockets = metrics.gauge(
    'bittensor_open_sockets',
    'TCP sockets of the process that are open, those that listen included.',
  );
  const handles = metrics.gauge('bittensor_open_handles', 'What keeps the process alive, by type.', ['type']);
  const files = metrics.gauge('bittensor_open_files', 'Open file descriptors (Linux).');
  started.set(performance.timeOrigin / 1_000);

  const delay = monitorEventLoopDelay({ resolution: DELAY_MS });
  delay.enable();
  let utilization = performance.eventLoopUtilization();
  metrics.beforeText(() => {
    const { rss, heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage();
    const kinds = { rss, heap_used: heapUsed, heap_total: heapTotal, external, array_buffers: arrayBuffers };
    for (const [kind, bytes] of Object.entries(kinds)) memory.set(bytes, { kind });
    const { user, system } = process.cpuUsage();
    cpu.follow((user + system) / 1e6);
    // The timer's own period is part of what Node measures.
    const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - DELAY_MS / 1_000);
    if (delay.count > 0) {
      for (const percentile of [50, 90, 99]) lag.set(late(delay.percentile(percentile)), { percentile });
      lag.set(late(delay.max), { percentile: 100 });
    }
    delay.reset();
    const now = performance.eventLoopUtilization();
    busy.set(performance.eventLoopUtilization(now, utilization).utilization);
    utilization = now;
    const open = new Map<string, number>();
    for (const type of process.getActiveResourcesInfo()) open.set(type, (open.get(type) ?? 0) + 1);
    handles.clear();
    for (const [type, count] of open) handles.set(count, { type });
    sockets.set((open.get('TCPSocketWrap') ?? 0) + (open.get('TCPServerWrap') ?? 0));
    files.set(openFiles() ?? Number.NaN);
  });
  return () => delay.disable();
}

const DELAY_MS = 20;

function openFiles(): number | undefined {
  try {
    // One of them is open for this very reading.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return undefined;
  }
}
