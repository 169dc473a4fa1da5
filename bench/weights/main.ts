import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../../src/base/index.js';
import { Bench, type Cost } from './measure.js';
import { type Origin, storageWeight, weightInfo } from './rust.js';

/**
 * `node dist/bench/weights/main.js WASM [--steps N] [--repeats N] [--only TEXT] [--write FOLDER]`: measures what the calls of a
 * runtime built with `runtime-benchmarks` cost; `--write` puts it into the runtime's sources. `localnet/runtime/benchmark.sh`
 * builds and calls it.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: 'string', default: '6' },
    repeats: { type: 'string', default: '15' },
    only: { type: 'string', default: '' },
    write: { type: 'string' },
  },
});
const wasm = positionals[0];
if (wasm === undefined) {
  console.error('usage: node dist/bench/weights/main.js WASM [--steps N] [--repeats N] [--only TEXT] [--write FOLDER]');
  process.exit(2);
}

/** Storage is measured in the engine's memory; states that do not fit the processor's caches take longer. */
const STORAGE_MARGIN = 2;
const origin: Origin = {
  steps: Number(values.steps),
  repeats: Number(values.repeats),
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node.split('.')[0]}`,
};
const bench = new Bench(readFileSync(wasm), message => console.error(message));
const costs: Cost[] = [];
const failed: string[] = [];
for (const benchmark of bench.list().filter(({ pallet, name }) => `${pallet}.${name}`.includes(values.only))) {
  const storage = benchmark.name.startsWith('storage_');
  try {
    const cost = bench.measure(benchmark, { steps: origin.steps, repeats: storage ? 5 : origin.repeats });
    costs.push(cost);
    const us = (ns: number) => Math.round(ns / 100) / 10;
    const slopes = cost.ns.slopes.map((slope, i) => ` + ${us(slope)} each of component ${i}`).join('');
    console.log(
      `${benchmark.pallet}.${benchmark.name}: ${us(cost.ns.base)} us${slopes}, at most ${us(cost.range[1])} us`,
    );
  } catch (error) {
    failed.push(benchmark.name);
    console.error(`${benchmark.name}: ${messageOf(error)}`);
  }
}
if (failed.length > 0) {
  console.error(`${failed.length} benchmarks failed: ${failed.join(', ')}`);
  process.exit(1);
}
if (values.write !== undefined) {
  const folders: Record<string, string> = {
    pallet_subtensor: 'subtensor',
    pallet_admin_utils: 'admin-utils',
    pallet_commitments: 'commitments',
  };
  for (const [pallet, folder] of Object.entries(folders)) {
    const mine = costs.filter(({ benchmark }) => benchmark.pallet === pallet && !benchmark.name.startsWith('storage_'));
    if (mine.length > 0) {
      writeFileSync(join(values.write, 'pallets', folder, 'src/weight_info.rs'), weightInfo(mine, origin));
    }
  }
  const named = (name: string) => costs.find(({ benchmark }) => benchmark.name === name);
  const [reads, writes] = [named('storage_reads'), named('storage_writes')];
  if (reads && writes) {
    const file = join(values.write, 'runtime/src/storage_weight.rs');
    writeFileSync(file, storageWeight(reads, writes, origin, STORAGE_MARGIN));
  }
}
