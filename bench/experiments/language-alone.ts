import { parseArgs } from 'node:util';
import { batches, createTrainer, type Device, recipes } from '../../src/model/index.js';

/**
 * What a language model reaches alone, by its recipe: `npm run experiment:language -- gpt2 bert --minutes 10 --device wasm`. Minutes are
 * processor time of the steps, so that a busy machine gives the same figures; `--steps` ends a run earlier. Figures in docs/experiments.md.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '10' },
    steps: { type: 'string', default: 'Infinity' },
    device: { type: 'string', default: 'auto' },
    seed: { type: 'string', default: '1' },
  },
});
/** Steps between two tests. */
const TEST_EVERY = 250;

for (const name of positionals.length > 0 ? positionals : (['gpt2', 'bert'] as const)) {
  if (name !== 'gpt2' && name !== 'bert') throw new Error(`'${name}' is no language model (there are gpt2 and bert)`);
  await run(name);
}

async function run(name: 'gpt2' | 'bert'): Promise<void> {
  const { model, rows, testRows, open, learningRate, optimizer, schedule, clipNorm } = recipes[name];
  const data = await open({ dataset: undefined, labels: undefined });
  const seed = Number(values.seed);
  const trainer = await createTrainer({
    device: values.device as Device,
    model,
    seed,
    learningRate,
    ...(optimizer && { optimizer }),
    ...(schedule && { schedule }),
    ...(clipNorm !== undefined && { clipNorm }),
  });
  let cpuMs = 0;
  for await (const { epoch, batch } of batches(data, { rows, seed })) {
    const before = process.cpuUsage();
    await trainer.train(batch, undefined, { epoch });
    const { user, system } = process.cpuUsage(before);
    cpuMs += (user + system) / 1000;
    const isLast = cpuMs >= 60_000 * Number(values.minutes) || trainer.step >= Number(values.steps);
    if (isLast || trainer.step % TEST_EVERY === 0) {
      const { network, local, count } = await trainer.evaluate(data.test(testRows));
      console.log(
        `${name} on ${trainer.backend.name}, step ${trainer.step}, ${(cpuMs / 1000).toFixed(0)} s: perplexity of ${count} test tokens ` +
          `${Math.exp(network.loss).toFixed(2)}, student ${Math.exp(local.loss).toFixed(2)}, ${(100 * network.accuracy).toFixed(1)} % right (${data.name})`,
      );
    }
    if (isLast) break;
  }
  trainer.dispose();
  data.close();
}
