import {
  createServer,
  createTrainer,
  labelsOf,
  type Network,
  type PlainBatch,
  recipes,
  type Trainer,
} from '../../src/model/index.js';
import { type Experiment, mean, percent, type Tick } from './experiment.js';
import { accuracyTable, gainsOf, type PairedRun } from './paired.js';

const LABELLED = 500;
const ROWS = 32;
const LOOK_EVERY = 40;
/** Pixels each way: half of the shipped 32, and a quarter of its width, so that a seed takes minutes. */
const SIZE = 16;
const CONFIG = { imageSize: SIZE, hiddenDim: 256 };
const PIXELS = SIZE * SIZE * 3;
const TESTED = 1000;
/** The peer makes so many times the steps of the others. */
const PEER_TIMES = 2;

interface Images {
  readonly pixels: Float32Array;
  readonly labels: Int32Array;
}

/** A dual path network with 500 labelled images alone, and the same beside one that was trained on the other 7,500. */
export const imageSharing: Experiment<PairedRun> = {
  name: 'sharing-cifar',
  title: 'Images: 500 labelled procedural images (not CIFAR-10) beside a peer trained on 7,500',
  steps: 200,
  ticks: steps => (PEER_TIMES + 2) * steps,
  run,

  report: runs => accuracyTable('1,000 images', 'the peer (7,500 labels)', runs),

  goals(runs) {
    const { network, student } = gainsOf(runs);
    return [
      ['network accuracy above the lone neuron', network] as const,
      ['student, on its own, above the lone neuron', student] as const,
    ].map(([what, gains]) => ({
      what,
      wanted: 'above 0 points',
      measured: `${percent(gains)} points`,
      met: mean(gains) > 0,
    }));
  },
};

async function run(seed: number, steps: number, tick: Tick): Promise<PairedRun> {
  const { own, others, test } = await partImages(seed);
  const { learningRate } = recipes.cifar;
  const make = (of: number): Promise<Trainer> =>
    createTrainer({ device: 'auto', model: 'cifar', seed: of, config: CONFIG, learningRate });
  const testing = () => Array.from({ length: TESTED / 250 }, (_, i) => batchOf(test, i * 250, 250));

  const peer = await make(100 + seed);
  for (let n = 0; n < PEER_TIMES * steps; n++) {
    await peer.train(batchOf(others, n * ROWS));
    await tick(`seed ${seed}: the peer learns`);
  }
  const peerAccuracy = (await peer.evaluate(testing())).local.accuracy;
  const parameters = peer.exportParameters();
  const served = await createServer({ device: 'auto', model: 'cifar', config: CONFIG, parameters, version: 1 });
  peer.dispose();

  const lone = await make(seed);
  const alone = { network: 0, student: 0, bestStep: 0 };
  for (let n = 0; n < steps; n++) {
    await lone.train(batchOf(own, n * ROWS));
    await tick(`seed ${seed}: alone`);
    if ((n + 1) % LOOK_EVERY !== 0 && n + 1 !== steps) continue;
    const { network, local } = await lone.evaluate(testing());
    if (network.accuracy > alone.network) alone.bestStep = n + 1;
    alone.network = Math.max(alone.network, network.accuracy);
    alone.student = Math.max(alone.student, local.accuracy);
  }
  lone.dispose();

  const network: Network = {
    peers: ['peer'],
    caller: {
      forward: async (_peer, input) => ({ ok: true, ...(await served.forward(input)) }),
      backward: async () => ({ ok: true }),
    },
  };
  const learner = await make(seed);
  for (let n = 0; n < steps; n++) {
    const [known, more] = [batchOf(own, n * ROWS), batchOf(others, n * ROWS)];
    const data = new Float32Array(2 * ROWS * PIXELS);
    data.set(known.inputs.data);
    data.set(more.inputs.data, ROWS * PIXELS);
    const inputs = { dtype: 'float32' as const, shape: [2 * ROWS, SIZE, SIZE, 3], data };
    await learner.train({ inputs, targets: known.targets }, network);
    await tick(`seed ${seed}: beside the peer`);
  }
  const withPeer = (await learner.evaluate(testing(), network)).network.accuracy;
  served.dispose();
  // From here on there is nobody to ask.
  const student = (await learner.evaluate(testing())).local.accuracy;
  learner.dispose();
  return { seed, steps, peer: peerAccuracy, alone, beside: { network: withPeer, student } };
}

/** The 8,000 training images in the order of the seed, the first for the neuron and the others for its peer; and images of the test. */
async function partImages(seed: number): Promise<{ own: Images; others: Images; test: Images }> {
  const data = await recipes.cifar.open({ labels: undefined });
  const training: PlainBatch[] = [];
  for (let index = 0; index < data.batchesPerEpoch(250); index++) {
    training.push(await data.batch({ epoch: 0, index, rows: 250, seed: 7000 + seed }));
  }
  const [all, test] = [halved(training), halved([...data.test(250)].slice(0, TESTED / 250))];
  data.close();
  const part = ({ pixels, labels }: Images, from: number, to?: number) => ({
    pixels: pixels.subarray(from * PIXELS, to && to * PIXELS),
    labels: labels.subarray(from, to),
  });
  return { own: part(all, 0, LABELLED), others: part(all, LABELLED), test };
}

/** Each pixel the mean of four. */
function halved(batches: readonly PlainBatch[]): Images {
  const labels = batches.flatMap(({ targets }) => [...targets['labels']!.data]);
  const pixels = new Float32Array(labels.length * PIXELS);
  const whole = 4 * PIXELS;
  let image = 0;
  for (const { inputs } of batches) {
    for (let at = 0; at < inputs.data.length; at += whole, image++) {
      for (let i = 0; i < PIXELS; i++) {
        const [row, column, colour] = [Math.floor(i / (3 * SIZE)), Math.floor(i / 3) % SIZE, i % 3];
        const from = at + 3 * (2 * row * 2 * SIZE + 2 * column) + colour;
        const below = from + 3 * 2 * SIZE;
        const { data } = inputs;
        pixels[image * PIXELS + i] = (data[from]! + data[from + 3]! + data[below]! + data[below + 3]!) / 4;
      }
    }
  }
  return { pixels, labels: Int32Array.from(labels) };
}

/** Rows from this one on, and from the first again after the last. */
function batchOf({ pixels, labels }: Images, from: number, rows = ROWS): PlainBatch {
  const data = new Float32Array(rows * PIXELS);
  const picked = Int32Array.from({ length: rows }, (_, i) => {
    const row = (from + i) % labels.length;
    data.set(pixels.subarray(row * PIXELS, (row + 1) * PIXELS), i * PIXELS);
    return labels[row]!;
  });
  return {
    inputs: { dtype: 'float32', shape: [rows, SIZE, SIZE, 3], data },
    targets: { labels: labelsOf(picked) },
  };
}
