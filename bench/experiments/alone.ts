import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { proceduralDataset } from '../../src/model/data/procedural.js';
import { batches, createTrainer, type Dataset, type Device, digitsDataset } from '../../src/model/index.js';
import type { ScheduleSettings } from '../../src/model/train/schedule.js';

/** What one neuron reaches alone. `npm run experiment:alone -- mnist --seeds 5`; figures in docs/experiments.md. */
interface Experiment {
  model: string;
  data(): Dataset;
  rows: number;
  epochs: number;
  learningRate: number;
  schedule: ScheduleSettings;
  config?: Record<string, unknown>;
}

const experiments: Record<string, Experiment> = {
  mnist: {
    model: 'mnist',
    data: () => digitsDataset({ shift: 2 }),
    rows: 64,
    epochs: 18,
    learningRate: 0.01,
    schedule: { kind: 'steps', epochs: 12, gamma: 0.2 },
  },
  cifar: {
    model: 'cifar',
    data: () => proceduralDataset({ shift: 2, flip: true }),
    rows: 32,
    epochs: 6,
    learningRate: 0.01,
    schedule: { kind: 'steps', epochs: 4, gamma: 0.2 },
  },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '1' },
    epochs: { type: 'string' },
    device: { type: 'string', default: 'auto' },
    json: { type: 'string' },
  },
});

const results: { experiment: string; seed: number; epoch: number; network: number; local: number; seconds: number }[] =
  [];
for (const name of positionals.length > 0 ? positionals : Object.keys(experiments)) {
  const experiment = experiments[name];
  if (!experiment)
    throw new Error(`there is no experiment '${name}' (there are: ${Object.keys(experiments).join(', ')})`);
  for (let seed = 1; seed <= Number(values.seeds); seed++) await run(name, experiment, seed);
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);

async function run(name: string, experiment: Experiment, seed: number): Promise<void> {
  const { model, rows, learningRate, schedule, config } = experiment;
  const data = experiment.data();
  const trainer = await createTrainer({
    device: values.device as Device,
    model,
    seed,
    learningRate,
    schedule,
    ...(config ? { config } : {}),
  });
  const epochs = Number(values.epochs ?? experiment.epochs);
  const began = performance.now();
  const last = data.batchesPerEpoch(rows) - 1;
  for await (const { epoch, index, batch } of batches(data, { rows, seed, epochs })) {
    await trainer.train(batch, undefined, { epoch });
    if (index < last) continue;
    const { network, local } = await trainer.evaluate(data.test(250));
    const seconds = (performance.now() - began) / 1000;
    results.push({
      experiment: name,
      seed,
      epoch: epoch + 1,
      network: network.accuracy,
      local: local.accuracy,
      seconds,
    });
    console.log(
      `${name} seed ${seed} epoch ${epoch + 1}/${epochs}: network ${percent(network.accuracy)}, student ${percent(local.accuracy)}, ` +
        `${seconds.toFixed(0)} s on ${trainer.backend.name} (${data.name})`,
    );
  }
  trainer.dispose();
  data.close();
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
