import {
  batchOfDigits,
  createServer,
  createTrainer,
  type Digits,
  type Evaluation,
  epochOrder,
  loadDigits,
  type Network,
  type PlainBatch,
  pick,
  portions,
  type Trainer,
} from '../src/model/index.js';

/**
 * What a second neuron adds: `node dist/bench/second-neuron.js [seeds] [steps] [hidden width]`.
 * A neuron with 500 labels learns alone, and beside one frozen peer that was trained on the other 7,500. With the peer it also sends
 * 64 images without labels in each step. Prints percent of the 2,000 test digits, by the network's answers and by the student alone.
 */
const [seeds = 1, steps = 300, hiddenDim = 1024] = process.argv.slice(2).map(Number);
const [LABELLED, ROWS, PEER_STEPS] = [500, 64, 350];

const { training, test } = loadDigits();
const own = pick(training, indices(0, LABELLED));
const others = pick(training, indices(LABELLED, training.count));
const testSet = labelled(test, indices(0, test.count));

const gains: { network: number; local: number }[] = [];
for (let seed = 0; seed < seeds; seed++) {
  const peer = await make(100 + seed);
  for (let n = 0; n < PEER_STEPS; n++) await peer.train(labelled(others, rowsOf(others.count, seed, n)));
  report(`seed ${seed}: the peer, ${PEER_STEPS} steps on 7,500 labels`, await peer.evaluate(portions(testSet, 250)));
  const network = await serve(peer);

  const alone = await make(seed);
  for (let n = 0; n < steps; n++) await alone.train(labelled(own, rowsOf(LABELLED, seed, n)));
  const before = report(
    `seed ${seed}: alone, ${steps} steps on 500 labels`,
    await alone.evaluate(portions(testSet, 250)),
  );

  const beside = await make(seed);
  for (let n = 0; n < steps; n++) {
    const known = labelled(own, rowsOf(LABELLED, seed, n));
    const unknown = labelled(others, rowsOf(others.count, seed + 9, n));
    await beside.train(withoutLabels(known, unknown), network);
  }
  const after = report(
    `seed ${seed}: the same beside the peer`,
    await beside.evaluate(portions(testSet, 250), network),
  );
  gains.push({
    network: after.network.accuracy - before.network.accuracy,
    local: after.local.accuracy - before.local.accuracy,
  });
  for (const trainer of [peer, alone, beside]) trainer.dispose();
}
const mean = (values: number[]) => (100 * values.reduce((a, b) => a + b, 0)) / values.length;
console.log(
  `gain, mean of ${seeds}: network path ${mean(gains.map(g => g.network)).toFixed(1)}, student ${mean(gains.map(g => g.local)).toFixed(1)} percentage points`,
);

function make(seed: number): Promise<Trainer> {
  return createTrainer({ device: 'auto', model: 'mnist', seed, config: { hiddenDim } });
}

/** A peer that answers and does not learn. */
async function serve(peer: Trainer): Promise<Network> {
  const options = { device: 'auto', model: 'mnist', config: { hiddenDim }, version: 1 } as const;
  const server = await createServer({ ...options, parameters: peer.exportParameters() });
  return {
    peers: ['peer'],
    caller: {
      forward: async (_peer, input) => ({ ok: true, ...(await server.forward(input)) }),
      backward: async () => ({ ok: true }),
    },
  };
}

function indices(start: number, end: number): Uint32Array {
  return Uint32Array.from({ length: end - start }, (_, i) => start + i);
}

/** The rows of the n-th batch of an endless walk through `count` examples. */
function rowsOf(count: number, seed: number, n: number): Uint32Array {
  const perEpoch = Math.floor(count / ROWS);
  return epochOrder(count, seed, Math.floor(n / perEpoch)).subarray((n % perEpoch) * ROWS, ((n % perEpoch) + 1) * ROWS);
}

function labelled(digits: Digits, rows: Uint32Array): PlainBatch {
  return batchOfDigits(pick(digits, rows));
}

function withoutLabels(known: PlainBatch, unknown: PlainBatch): PlainBatch {
  const data = new Float32Array(known.inputs.data.length + unknown.inputs.data.length);
  data.set(known.inputs.data);
  data.set(unknown.inputs.data, known.inputs.data.length);
  return { inputs: { dtype: 'float32', shape: [data.length / 784, 784], data }, targets: known.targets };
}

function report(what: string, evaluation: Evaluation): Evaluation {
  const percent = (part: { accuracy: number }) => (100 * part.accuracy).toFixed(1);
  console.log(`${what}: network path ${percent(evaluation.network)}, student ${percent(evaluation.local)}`);
  return evaluation;
}
