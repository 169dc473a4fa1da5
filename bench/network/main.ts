import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, packagePath } from '../../src/base/index.js';
import { smallCast, wholeCast } from './cast.js';
import { runOnce } from './run.js';

/**
 * `npm run network [-- --runs 10 --tempos 10 --seed 1 --small --netns --faults --block-time 250 --tempo 40]`: validators and miners in processes of
 * their own on one local chain. Shows what the chain made of each epoch and writes each run as a line of JSON to
 * bench-results/network/runs.jsonl. Ends with 1 when in one of the runs the ranks are not those of the miners' quality at the end.
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
try {
  for (let i = 0; i < Number(values.runs); i++) {
    const result = await runOnce({
      cast: values.small ? smallCast : wholeCast,
      seed: Number(values.seed) + i,
      folder: values.folder,
      tempos: Number(values.tempos),
      tempo: Number(values.tempo),
      blockTimeMs: Number(values['block-time']),
      netns: values.netns,
      faults: values.faults,
      signal: stop.signal,
      say: line => console.log(line),
    });
    appendFileSync(file, `${JSON.stringify(result)}\n`);
    console.log(
      result.ok
        ? `seed ${result.seed}: right from tempo ${result.rightFrom} on`
        : `seed ${result.seed}: not right at the end`,
    );
    if (!result.ok) failed += 1;
  }
} catch (error) {
  console.error(stop.signal.aborted ? messageOf(stop.signal.reason) : error);
  process.exit(stop.signal.aborted ? 130 : 1);
}
process.exit(failed > 0 ? 1 : 0);
