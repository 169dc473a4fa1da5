import { bytesInMemory } from '../../src/model/data/byte-store.js';
import { loadSpeeches } from '../../src/model/data/speeches.js';
import { textDataset } from '../../src/model/data/text-dataset.js';
import {
  createServer,
  createTrainer,
  type Dataset,
  type Network,
  type PlainBatch,
  type PlainTensor,
  type Trainer,
} from '../../src/model/index.js';
import { type Experiment, each, mean, spread, type Tick } from './experiment.js';
import { type PairedRun, pairedTable } from './paired.js';

/** A small model and short rows, so that five seeds of two models take minutes on two cores. */
const SIZE = { width: 32, layers: 1, heads: 2, positions: 16 };
const LENGTH = 16;
const ROWS = 8;
const TEST_ROWS = 256;
/** Bytes of text that the neuron has; the peer has the rest, some 9.6 MB. */
const OWN_BYTES = 32_768;
/** The peer trains so many times as long. */
const PEER_STEPS = 3;
/** The lone neuron's best checkpoint is one of these steps, chosen on the very text of the test: a generosity towards it. */
const LOOK_EVERY = 25;
const LEARNING = { learningRate: 3e-3, optimizer: { kind: 'adam' }, clipNorm: 1 } as const;

/** Perplexities of the test text, of the tokens that are to be guessed. */
export type LanguageRun = PairedRun;

export const gpt2Sharing = languageSharing('gpt2', 'GPT-2');
export const bertSharing = languageSharing('bert', 'BERT');

/** A neuron with little text alone, and the same beside a peer that was trained on much. */
function languageSharing(model: 'gpt2' | 'bert', name: string): Experiment<LanguageRun> {
  const make = (seed: number): Promise<Trainer> =>
    createTrainer({ device: 'auto', model, seed, config: SIZE, ...LEARNING });

  return {
    name: `language-${model}`,
    title: `Knowledge sharing: a small ${name} with 32 KiB of text beside a peer with 9.6 MB`,
    steps: 100,
    ticks: steps => (PEER_STEPS + 2) * steps,

    async run(seed, steps, tick) {
      const { own, others } = sources(model);
      const test = [...own.test(TEST_ROWS / 4)];
      const peer = await make(100 + seed);
      await learn(peer, n => batchOf(others, 100 + seed, n), PEER_STEPS * steps, tick, `seed ${seed}: the peer learns`);
      const options = { device: 'auto', model, config: SIZE, version: 1 } as const;
      const server = await createServer({ ...options, parameters: peer.exportParameters() });
      const peerPerplexity = Math.exp((await peer.evaluate(test)).local.loss);
      peer.dispose();

      const lone = await make(seed);
      const alone = { network: Number.POSITIVE_INFINITY, student: Number.POSITIVE_INFINITY, bestStep: 0 };
      for (let n = 0; n < steps; n += LOOK_EVERY) {
        const count = Math.min(LOOK_EVERY, steps - n);
        await learn(lone, i => batchOf(own, seed, n + i), count, tick, `seed ${seed}: alone`);
        const { network, local } = await lone.evaluate(test);
        if (Math.exp(network.loss) < alone.network) alone.bestStep = n + count;
        alone.network = Math.min(alone.network, Math.exp(network.loss));
        alone.student = Math.min(alone.student, Math.exp(local.loss));
      }
      lone.dispose();

      const network: Network = {
        peers: ['peer'],
        caller: {
          forward: async (_peer, input) => ({ ok: true, ...(await server.forward(input)) }),
          backward: async () => ({ ok: true }),
        },
      };
      const learner = await make(seed);
      const mixed = (n: number) => withoutTargets(batchOf(own, seed, n), batchOf(others, seed + 9, n));
      await learn(learner, mixed, steps, tick, `seed ${seed}: beside the peer`, network);
      const withPeer = await learner.evaluate(test, network);
      server.dispose();
      // From here on there is nobody to ask.
      const student = Math.exp((await learner.evaluate(test)).local.loss);
      learner.dispose();
      return {
        seed,
        steps,
        peer: peerPerplexity,
        alone,
        beside: { network: Math.exp(withPeer.network.loss), student },
      };
    },

    report(runs) {
      const row = (what: string, values: number[], gains?: number[]) => [
        what,
        spread(values, 1),
        gains ? `${spread(gains, 3)}x` : '',
        gains ? `${Math.max(...gains).toFixed(3)}x` : '',
        each(values),
      ];
      const ratios = ratiosOf(runs);
      const heads = [
        'perplexity of the test text',
        'mean ± deviation',
        'against the lone one, paired',
        'worst',
        'by seed',
      ];
      return pairedTable(heads, `the peer, ${PEER_STEPS} times as many steps`, runs, ratios, row);
    },

    goals(runs) {
      const goal = (what: string, ratios: number[]) => ({
        what,
        wanted: 'below 1x with every seed',
        measured: `${spread(ratios, 3)}x, mean ${mean(ratios) < 1 ? 'below' : 'above'} 1`,
        met: ratios.every(ratio => ratio < 1),
      });
      const { network, student } = ratiosOf(runs);
      return [
        goal(`${name}: network perplexity against the lone neuron's`, network),
        goal(`${name}: the student's, on its own, against the lone neuron's`, student),
      ];
    },
  };
}

async function learn(
  trainer: Trainer,
  batch: (n: number) => PlainBatch,
  steps: number,
  tick: Tick,
  what: string,
  network?: Network,
): Promise<void> {
  for (let n = 0; n < steps; n++) {
    await trainer.train(batch(n), network);
    await tick(what);
  }
}

/** The neuron's text, the peer's, and that of the test, which is of other speeches: no byte is in two of them. */
function sources(model: 'gpt2' | 'bert'): { own: Dataset; others: Dataset } {
  const { training, test } = loadSpeeches();
  const options = { model, length: LENGTH, testRows: TEST_ROWS };
  const source = (text: Buffer) =>
    textDataset('speeches', { training: bytesInMemory(text), test: bytesInMemory(test) }, options);
  return { own: source(training.subarray(0, OWN_BYTES)), others: source(training.subarray(OWN_BYTES)) };
}

function batchOf(source: Dataset, seed: number, n: number): PlainBatch {
  const perEpoch = source.batchesPerEpoch(ROWS);
  const at = { epoch: Math.floor(n / perEpoch), index: n % perEpoch, rows: ROWS, seed };
  return source.batch(at) as PlainBatch;
}

/** A batch, and behind it the rows of another without their targets. */
function withoutTargets(known: PlainBatch, others: PlainBatch): PlainBatch {
  const joined = (a: PlainTensor, b: PlainTensor, unknown: boolean): PlainTensor => {
    const data = new Int32Array(a.data.length + b.data.length).fill(-1);
    data.set(a.data);
    if (!unknown) data.set(b.data, a.data.length);
    return { dtype: 'int32', shape: [a.shape[0]! + b.shape[0]!, ...a.shape.slice(1)], data };
  };
  const targets = Object.entries(known.targets).map(
    ([name, target]) => [name, joined(target, others.targets[name]!, true)] as const,
  );
  return { inputs: joined(known.inputs, others.inputs, false), targets: Object.fromEntries(targets) };
}

function ratiosOf(runs: readonly LanguageRun[]): { network: number[]; student: number[] } {
  return {
    network: runs.map(({ alone, beside }) => beside.network / alone.network),
    student: runs.map(({ alone, beside }) => beside.student / alone.student),
  };
}
