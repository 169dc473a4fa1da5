import { createServer, createTrainer, type Network, type PlainTensor, random } from '../../src/model/index.js';
import { batchOf, type Parts, partDigits, slice, wholeOf } from './digit-rows.js';
import { type Experiment, each, mean, percent, spread, type Tick, table } from './experiment.js';
import { FrozenPeer } from './frozen-peer.js';

const LABELLED = 500;
/** Digits that each useful peer was trained on, and for how many steps: from good to poor. */
const USEFUL: readonly (readonly [digits: number, steps: number])[] = [
  [3800, 300],
  [2000, 220],
  [1000, 180],
  [500, 140],
  [200, 100],
];
/** Narrower than the shipped model, so that five seeds of four settings take minutes. */
const WHOLE = { hiddenDim: 128, peerShare: 1, honestSteps: 100, settings: ['clean', 'hostile', 'late'] } as const;
/** The router's weights are those of this many last steps. */
const LAST = 10;

const useful = USEFUL.map((_, i) => `useful-${i}`);
const useless = ['noise', 'noise-of-classes', 'constant'];
const hostile = ['shuffled', 'flipped'];

/** Who is there beside the useful peers. */
const SETTINGS = {
  clean: [],
  hostile: [...useless, ...hostile],
  late: [...useless, ...hostile],
} as const;
export type Setting = keyof typeof SETTINGS;

interface Outcome {
  /** Share of the router's weight on each peer in the last steps. */
  weights: Record<string, number>;
  /** The same on the useful ones together, every 50 steps. */
  course: number[];
  /** On the digits of the test, with the peers as they are at the end. */
  loss: number;
  accuracy: number;
}

export interface TrustForm {
  seed: number;
  steps: number;
  hiddenDim: number;
  /** Peers train this share of their steps. */
  peerShare: number;
  /** Steps in which hostile peers answer as the best one does, in the setting `late`. */
  honestSteps: number;
  settings: readonly Setting[];
}

export interface TrustRun {
  seed: number;
  steps: number;
  peers: number[];
  outcomes: Record<Setting, Outcome>;
}

/** Ten peers: five useful, three useless, two hostile. */
export const trust: Experiment<TrustRun> = {
  name: 'trust',
  title: 'Trust: five useful peers among three useless and two hostile ones',
  steps: 500,
  ticks: steps => USEFUL.reduce((sum, [, count]) => sum + count, 0) + Object.keys(SETTINGS).length * steps,

  run: (seed, steps, tick) => runTrust({ ...WHOLE, seed, steps }, tick),

  report(runs) {
    const rows = (Object.keys(SETTINGS) as Setting[]).map(setting => {
      const of = (pick: (outcome: Outcome) => number) => runs.map(run => pick(run.outcomes[setting]));
      const weight = of(usefulWeight);
      return [
        setting,
        setting === 'clean' ? '' : percent(weight),
        setting === 'clean' ? '' : each(weight.map(share => 100 * share)),
        spread(
          of(outcome => outcome.loss),
          3,
        ),
        percent(of(outcome => outcome.accuracy)),
      ];
    });
    const accuracies = USEFUL.map(([digits], i) => `${percent(runs.map(run => run.peers[i]!))} (${digits} digits)`);
    return [
      table(['ten peers', 'weight on the useful, percent', 'by seed', 'test loss', 'accuracy'], rows),
      `Useful peers: ${accuracies.join(', ')}.`,
    ].join('\n\n');
  },

  goals(runs) {
    const weight = (setting: Setting) => runs.map(run => usefulWeight(run.outcomes[setting]));
    const loss = (setting: Setting) => runs.map(run => run.outcomes[setting].loss / run.outcomes.clean.loss);
    const atLeast = (what: string, values: number[], wanted: number) => ({
      what,
      wanted: `${100 * wanted} %`,
      measured: `${percent(values)} %, at least ${(100 * Math.min(...values)).toFixed(1)}`,
      met: mean(values) >= wanted,
    });
    const atMost = (what: string, values: number[], wanted: number) => ({
      what,
      wanted: `${wanted}x`,
      measured: `${spread(values)}x`,
      met: mean(values) <= wanted,
    });
    return [
      atLeast('weight on the useful peers, the others bad from the start', weight('hostile'), 0.95),
      atLeast('the same where hostile peers behave for 100 steps', weight('late'), 0.8),
      atMost('test loss against the clean run, bad from the start', loss('hostile'), 1.1),
      atMost('the same where hostile peers behave for 100 steps', loss('late'), 1.1),
    ];
  },
};

/** The whole of it for one seed; narrower and shorter in the tests. */
export async function runTrust(form: TrustForm, tick: Tick): Promise<TrustRun> {
  const { seed, steps } = form;
  const parts = partDigits(seed, LABELLED);
  const peers = new Map<string, FrozenPeer>();
  const accuracies: number[] = [];
  const config = { hiddenDim: form.hiddenDim };
  let start = 0;
  for (const [i, [count, peerSteps]] of USEFUL.entries()) {
    const digits = slice(parts.others, start, start + count);
    start += count;
    const trainer = await createTrainer({ device: 'auto', model: 'mnist', seed: 700 + 10 * seed + i, config });
    for (let n = 0; n < peerSteps * form.peerShare; n++) {
      await trainer.train(batchOf(digits, 700 + 10 * seed + i, n));
      await tick(`seed ${seed}: peers learn`);
    }
    accuracies.push((await trainer.evaluate(wholeOf(parts.test))).local.accuracy);
    const options = { device: 'auto', model: 'mnist', config, version: 1 } as const;
    peers.set(useful[i]!, new FrozenPeer(await createServer({ ...options, parameters: trainer.exportParameters() })));
    trainer.dispose();
  }
  const outcomes = {} as Record<Setting, Outcome>;
  for (const setting of form.settings) outcomes[setting] = await learnAmong(setting, { form, parts, peers, tick });
  for (const peer of peers.values()) peer.dispose();
  return { seed, steps, peers: accuracies, outcomes };
}

async function learnAmong(
  setting: Setting,
  about: {
    form: TrustForm;
    parts: Parts;
    peers: ReadonlyMap<string, FrozenPeer>;
    tick: Tick;
  },
): Promise<Outcome> {
  const { form, parts, peers, tick } = about;
  const { seed, steps, honestSteps } = form;
  let step = 0;
  let calls = 0;
  const network: Network = {
    peers: [...useful, ...SETTINGS[setting]],
    caller: {
      forward: async (peer, input) => {
        if (useless.includes(peer))
          return { ok: true, output: nonsense(peer, seed, calls++, input.shape[0]!), version: 1 };
        const reply = await (peers.get(peer) ?? peers.get(useful[0]!)!).forward(input);
        const turned = hostile.includes(peer) && (setting === 'hostile' || step >= honestSteps);
        return reply.ok && turned ? { ...reply, output: wrong(peer, reply.output, seed, calls++) } : reply;
      },
      backward: async () => ({ ok: true }),
    },
  };
  const trainer = await createTrainer({ device: 'auto', model: 'mnist', seed, config: { hiddenDim: form.hiddenDim } });
  const recent: Record<string, number>[] = [];
  const course: number[] = [];
  const usefulShare = (scores: Record<string, number>) => useful.reduce((sum, peer) => sum + scores[peer]!, 0);
  for (; step < steps; step++) {
    const { scores } = await trainer.train(batchOf(parts.own, seed, step), network);
    recent.push(scores);
    if (recent.length > LAST) recent.shift();
    if ((step + 1) % 50 === 0) course.push(mean(recent.map(usefulShare)));
    await tick(`seed ${seed}: ${setting}`);
  }
  const weights = Object.fromEntries(
    network.peers.map(peer => [peer, mean(recent.map(scores => scores[peer]!))] as const),
  );
  const { network: joined } = await trainer.evaluate(wholeOf(parts.test), network);
  trainer.dispose();
  return { weights, course, loss: joined.loss, accuracy: joined.accuracy };
}

/** What a useless peer answers. */
function nonsense(peer: string, seed: number, call: number, rows: number): PlainTensor {
  const source = peer === 'constant' ? random(seed, peer) : random(seed, peer, call);
  const data = new Float32Array(rows * 1024);
  const width = peer === 'noise' ? 1024 : 10;
  const same = Float32Array.from({ length: 10 }, () => source.normal());
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) data[row * 1024 + i] = peer === 'constant' ? same[i]! : source.normal();
  }
  return { dtype: 'float32', shape: [rows, 1024], data };
}

/** The best peer's answers, for other rows or backwards: the norm is what it was. */
function wrong(peer: string, answer: PlainTensor, seed: number, call: number): PlainTensor {
  const data = answer.data as Float32Array;
  if (peer === 'flipped') return { dtype: 'float32', shape: answer.shape, data: data.map(value => -value) };
  const rows = answer.shape[0]!;
  const source = random(seed, peer, call);
  const shuffled = new Float32Array(data.length);
  const order = Array.from({ length: rows }, (_, row) => row);
  for (let i = rows - 1; i > 0; i--) {
    const j = Math.floor(source.uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  for (const [to, from] of order.entries()) shuffled.set(data.subarray(from * 1024, (from + 1) * 1024), to * 1024);
  return { dtype: 'float32', shape: answer.shape, data: shuffled };
}

function usefulWeight({ weights }: Outcome): number {
  return useful.reduce((sum, peer) => sum + weights[peer]!, 0);
}
