import { compact, join, lengthPrefixed, Reader } from '../../localnet/engine/codec.js';
import { Executor } from '../../localnet/engine/runtime/executor.js';
import { SignatureCache } from '../../localnet/engine/runtime/host/signatures.js';
import { BenchmarkHost } from './host.js';
import { fitLine, type Line, median, type Point } from './regression.js';
import { MeasuredState } from './state.js';

export interface Component {
  /** `a` is 0. */
  letter: number;
  from: number;
  to: number;
}

export interface Benchmark {
  pallet: string;
  instance: string;
  name: string;
  components: Component[];
}

/** What a benchmark costs: nanoseconds, and keys that are read and written. */
export interface Cost {
  benchmark: Benchmark;
  ns: Line;
  /** The cheapest and the dearest point. */
  range: [number, number];
  /** Nanoseconds until the changes are part of the state and its root. */
  settledNs: Line;
  reads: Line;
  writes: Line;
}

export interface Effort {
  /** Values of each component. */
  steps: number;
  /** Measurements at each of them. */
  repeats: number;
}

/** A runtime with benchmarks, in the engine that runs it. */
export class Bench {
  private readonly state = new MeasuredState();
  private readonly host = new BenchmarkHost(this.state);
  private readonly executor: Executor;

  constructor(wasm: Uint8Array, onLog: (message: string) => void) {
    this.executor = new Executor(wasm, {
      signatures: new SignatureCache(),
      onLog: (_level, target, message) => onLog(`${target}: ${message}`),
      more: guest => this.host.functions(guest),
    });
  }

  list(): Benchmark[] {
    const reader = new Reader(this.executor.call(this.state, 'Benchmark_benchmark_metadata', Uint8Array.of(1)).slice());
    const pallets = many(reader, () => {
      const [pallet, instance] = [reader.text(), reader.text()];
      return many(reader, () => {
        const name = reader.text();
        const components = many(reader, () => ({ letter: reader.u8(), from: reader.u32(), to: reader.u32() }));
        many(reader, () => [reader.text(), reader.text()]);
        return { pallet, instance, name, components };
      });
    });
    return pallets.flat();
  }

  /** Draws lines through the medians at several values of the components. */
  measure(benchmark: Benchmark, { steps, repeats }: Effort): Cost {
    const points = pointsOf(benchmark.components, steps);
    // Compilers get to work, and the state's maps their size.
    for (let i = 0; i < 3; i++) this.once(benchmark, points[0]!);
    const found = points.map(values => {
      const runs = Array.from({ length: repeats }, () => this.once(benchmark, values));
      const middle = (pick: (run: Run) => number): Point => ({ components: values, value: median(runs.map(pick)) });
      return {
        ns: middle(run => run.ns),
        settledNs: middle(run => run.settledNs),
        reads: middle(run => run.reads),
        writes: middle(run => run.writes),
      };
    });
    const line = (pick: (point: (typeof found)[number]) => Point) => fitLine(found.map(pick));
    const all = found.map(point => point.ns.value);
    return {
      benchmark,
      ns: line(point => point.ns),
      range: [Math.min(...all), Math.max(...all)],
      settledNs: line(point => point.settledNs),
      reads: line(point => point.reads),
      writes: line(point => point.writes),
    };
  }

  /** Runs it once, with the check at its end. */
  private once({ pallet, instance, name, components }: Benchmark, values: readonly number[]): Run {
    const text = (value: string) => lengthPrefixed(Buffer.from(value));
    const selected = components.map(({ letter }, i) => join(Uint8Array.of(letter), u32(values[i]!)));
    const config = [text(pallet), text(instance), text(name), compact(selected.length), ...selected];
    this.host.begin();
    const answer = this.executor.call(
      this.state,
      'Benchmark_dispatch_benchmark',
      join(...config, Uint8Array.of(1), u32(1)),
    );
    const reader = new Reader(answer.slice());
    if (reader.u8() !== 0) throw new Error(`${name}(${values.join(', ')}): ${reader.text()}`);
    if (reader.compact() !== 1) throw new Error(`the runtime has no benchmark ${instance}.${name}`);
    for (let i = 0; i < 3; i++) reader.vec();
    if (reader.compact() !== 1) throw new Error(`${name}: one result was wanted`);
    many(reader, () => [reader.u8(), reader.u32()]);
    // The runtime's own two times, by the wall clock.
    reader.take(32);
    const [reads, , writes] = [reader.u32(), reader.u32(), reader.u32()];
    return { ns: this.host.elapsedNs, settledNs: this.host.settledNs, reads, writes };
  }
}

interface Run {
  ns: number;
  settledNs: number;
  reads: number;
  writes: number;
}

function many<V>(reader: Reader, read: () => V): V[] {
  return Array.from({ length: reader.compact() }, read);
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** Each component at several values, the others at their largest, and at their smallest. */
function pointsOf(components: readonly Component[], steps: number): number[][] {
  const corners = [components.map(({ to }) => to), components.map(({ from }) => from)];
  const points = components.flatMap(({ from, to }, i) => {
    const count = Math.max(2, Math.min(steps, to - from + 1));
    const values = Array.from({ length: count }, (_, step) => from + Math.round(((to - from) * step) / (count - 1)));
    return values.flatMap(value => corners.map(corner => corner.map((other, j) => (j === i ? value : other))));
  });
  return [...new Map([corners[0]!, ...points].map(point => [point.join(), point])).values()];
}
