import * as tf from '@tensorflow/tfjs-core';
import { registerGradients } from '../src/model/compute/gradients.js';
import { createTrainer, type PlainBatch, recipes, type Trainer } from '../src/model/index.js';
import { median } from './measure.js';
import { PlainGpt2 } from './plain-gpt2.js';
import type { Row, Suite } from './row.js';

const ROWS = 8;
const LENGTH = 64;
const STEPS = 25;
const WARM_UP = 3;
const SIZES = { width: 128, layers: 2, heads: 4, positions: LENGTH };

export const suite: Suite = {
  name: `language: small GPT-2 and BERT (width 128, 2 blocks), ${ROWS} x ${LENGTH} tokens a step, Adam`,
  run,
};

async function run(): Promise<Row[]> {
  const gpt2 = await prepared('gpt2');
  const plain = new PlainGpt2(SIZES, 7);
  const optimizer = tf.train.adam(1e-3);
  const plainStep = (batch: PlainBatch) => {
    const [ids, labels] = [batch.inputs, batch.targets['labels']!].map(({ data, shape }) =>
      tf.tensor(data, [...shape], 'int32'),
    );
    tf.tidy(() => {
      const loss = () => plain.loss(ids as tf.Tensor2D, labels as tf.Tensor2D);
      optimizer.minimize(loss, true, plain.variables)!.dataSync();
    });
    tf.dispose([ids!, labels!]);
  };
  const [ours, same] = await inTurn(gpt2.batches, [b => gpt2.trainer.train(b), async b => plainStep(b)]);
  const wasm = gpt2.trainer.backend.name === 'wasm';
  let stock: number | undefined;
  if (wasm) {
    registerGradients({ transposesAreFree: true });
    [stock] = await inTurn(gpt2.batches.slice(0, WARM_UP + 5), [async b => plainStep(b)]);
    registerGradients({ transposesAreFree: false });
  }
  plain.dispose();
  optimizer.dispose();
  const bert = await prepared('bert');
  const [theirs] = await inTurn(bert.batches, [b => bert.trainer.train(b)]);
  for (const { trainer } of [gpt2, bert]) trainer.dispose();
  const unit = 'ms of CPU';
  const rule = (text: string, cpuMs: number) => `${text}: ${cpuMs.toFixed(0)} ms`;
  return [
    { name: 'training step of GPT-2 alone', value: ours!, unit, goal: 'below 300', note: gpt2.trainer.backend.name },
    {
      name: 'GPT-2 alone / plain TensorFlow.js',
      value: ours!,
      unit,
      goal: '1.15x or less',
      ratio: ours! / same!,
      note: rule('plain with our derivative rules', same!),
    },
    ...(stock === undefined
      ? []
      : [
          {
            name: 'GPT-2 alone / plain, stock rules',
            value: ours!,
            unit,
            goal: '1.15x or less',
            ratio: ours! / stock,
            note: rule('plain with the matrix rule of TensorFlow.js', stock),
          },
        ]),
    { name: 'training step of BERT alone', value: theirs!, unit, goal: 'below 300' },
  ];
}

async function prepared(model: 'gpt2' | 'bert'): Promise<{ trainer: Trainer; batches: PlainBatch[] }> {
  const options = { optimizer: { kind: 'adam' }, learningRate: 1e-3, config: SIZES } as const;
  const trainer = await createTrainer({ device: 'auto', model, seed: 1, ...options });
  const data = await recipes[model].open({ labels: undefined });
  const batches: PlainBatch[] = [];
  for (let index = 0; index < STEPS; index++) batches.push(await data.batch({ epoch: 0, index, rows: ROWS, seed: 1 }));
  data.close();
  return { trainer, batches };
}

/** Median processor time of each kind of step in milliseconds, one after the other on each batch, without the first few. */
async function inTurn(batches: readonly PlainBatch[], kinds: ((batch: PlainBatch) => Promise<unknown>)[]) {
  const costs = kinds.map((): number[] => []);
  for (const [n, batch] of batches.entries()) {
    for (const [k, step] of kinds.entries()) {
      const cpu = process.cpuUsage();
      await step(batch);
      const { user, system } = process.cpuUsage(cpu);
      if (n >= WARM_UP) costs[k]!.push((user + system) / 1000);
    }
  }
  return costs.map(median);
}
