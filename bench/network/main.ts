import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, packagePath } from '../../src/base/index.js';
import { smallCast, wholeCast } from './cast.js';
import { FAULTS } from './faults.js';
import { keyOf, record, recordedRuns, runKey } from './record.js';
import { runOnce } from './run.js';

/**
 * `npm run network [-- --runs 10 --seed 1 --tempos 10 --netns --faults --small --block-time 250 --tempo 40 --again]`: three validators and
 * twelve miners in processes of their own on one local chain. Shows what the chain made of each epoch, writes each run as a line of JSON
 * to bench-results/network/runs.jsonl, and those of the whole form into docs/experiments.md; what is there already is not done again
 * without `--again`. Ends with 1 when a run was not as wanted.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    tempos: { type: 'string', default: '10' },
    tempo: { type: 'string', default: '40' },
    'block-time': { type: 'string', default: '250' },
    small: { type: 'boolean', default: false },
    netns: { type: 'boolean', default: false },
    faults: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
    docs: { type: 'string', default: packagePath('docs') },
    folder: { type: 'string', default: packagePath('bench-results/network') },
  },
});
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
}
mkdirSync(values.folder, { recursive: true });
const file = join(values.folder, 'runs.jsonl');
let failed = 0;
const place = values.netns ? 'namespaces' : 'loopback';
const isWhole = !values.small && values.tempo === '40' && values['block-time'] === '250';
const done = new Set(values.again || !isWhole ? [] : recordedRuns(values.docs).map(keyOf));
for (let i = 0; i < Number(values.runs); i++) {
  const seed = Number(values.seed) + i;
  if (done.has(runKey({ seed, place, faults: values.faults }))) continue;
  try {
    if (!(await run(seed))) failed += 1;
  } catch (error) {
    if (stop.signal.aborted) {
      console.error(messageOf(stop.signal.reason));
      process.exit(130);
    }
    console.error(`seed ${seed}:`, error);
    failed += 1;
  }
}
process.exit(failed > 0 ? 1 : 0);

async function run(seed: number): Promise<boolean> {
  const result = await runOnce({
    cast: values.small ? smallCast : wholeCast,
    seed,
    folder: values.folder,
    tempos: Number(values.tempos),
    tempo: Number(values.tempo),
    blockTimeMs: Number(values['block-time']),
    netns: values.netns,
    faults: values.faults ? FAULTS : [],
    signal: stop.signal,
    say: line => console.log(line),
  });
  appendFileSync(file, `${JSON.stringify(result)}\n`);
  if (isWhole) record(values.docs, result);
  const { rightFrom, faults, weights, ok } = result;
  console.log(JSON.stringify({ seed, rightFrom, faults, weights, ok }, null, 1));
  return ok;
}
