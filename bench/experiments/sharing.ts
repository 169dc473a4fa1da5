import { createServer, createTrainer, type Network, type Trainer } from '../../src/model/index.js';
import { batchOf, batchWithout, partDigits, wholeOf } from './digit-rows.js';
import { type Experiment, mean, percent, type Tick } from './experiment.js';
import { FrozenPeer } from './frozen-peer.js';
import { accuracyTable, gainsOf, type PairedRun } from './paired.js';

const LABELLED = 500;
/** The lone neuron's best checkpoint is one of these steps, chosen on the very digits of the test: a generosity towards it. */
const LOOK_EVERY = 60;
/** Half as wide as the shipped model, so that five seeds take minutes. */
const WIDTH = { hiddenDim: 512 };

/** Accuracies on the 2,000 digits of the test. */
export type SharingRun = PairedRun;

/** A neuron with 500 labels alone, and the same beside a peer that was trained on the other 7,500. */
export const sharing: Experiment<SharingRun> = {
  name: 'sharing',
  title: 'Knowledge sharing: 500 labelled digits beside a peer trained on 7,500',
  steps: 300,
  ticks: steps => peerSteps(steps) + 2 * steps,

  run: (seed, steps, tick) => runSharing({ seed, steps, ...WIDTH }, tick),

  report: runs => accuracyTable('2,000 digits', 'the peer (7,500 labels)', runs),

  goals(runs) {
    const { network, student } = gainsOf(runs);
    const goal = (what: string, gains: number[], wanted: number) => ({
      what,
      wanted: `${wanted} points`,
      measured: `${percent(gains)} points`,
      met: 100 * mean(gains) >= wanted,
    });
    return [
      goal('network accuracy above the lone neuron', network, 6),
      goal('student, on its own, above the lone neuron', student, 5),
    ];
  },
};

/** The whole of it for one seed; narrower and shorter in the tests. */
export async function runSharing(
  { seed, steps, hiddenDim }: { seed: number; steps: number; hiddenDim: number },
  tick: Tick,
): Promise<SharingRun> {
  const config = { hiddenDim };
  const make = (of: number): Promise<Trainer> => createTrainer({ device: 'auto', model: 'mnist', seed: of, config });
  const { own, others, test } = partDigits(seed, LABELLED);
  const peer = await make(100 + seed);
  for (let n = 0; n < peerSteps(steps); n++) {
    await peer.train(batchOf(others, 100 + seed, n));
    await tick(`seed ${seed}: the peer learns`);
  }
  const peerAccuracy = (await peer.evaluate(wholeOf(test))).local.accuracy;
  const served = await createServer({
    device: 'auto',
    model: 'mnist',
    config,
    parameters: peer.exportParameters(),
    version: 1,
  });
  peer.dispose();

  const lone = await make(seed);
  const alone = { network: 0, student: 0, bestStep: 0 };
  for (let n = 0; n < steps; n++) {
    await lone.train(batchOf(own, seed, n));
    await tick(`seed ${seed}: alone`);
    if ((n + 1) % LOOK_EVERY !== 0 && n + 1 !== steps) continue;
    const { network, local } = await lone.evaluate(wholeOf(test));
    if (network.accuracy > alone.network) alone.bestStep = n + 1;
    alone.network = Math.max(alone.network, network.accuracy);
    alone.student = Math.max(alone.student, local.accuracy);
  }
  lone.dispose();

  const frozen = new FrozenPeer(served);
  const network: Network = {
    peers: ['peer'],
    caller: { forward: (_peer, input) => frozen.forward(input), backward: async () => ({ ok: true }) },
  };
  const learner = await make(seed);
  for (let n = 0; n < steps; n++) {
    await learner.train(batchWithout(own, others, seed, n), network);
    await tick(`seed ${seed}: beside the peer`);
  }
  const withPeer = await learner.evaluate(wholeOf(test), network);
  frozen.dispose();
  // From here on there is nobody to ask.
  const student = (await learner.evaluate(wholeOf(test))).local.accuracy;
  learner.dispose();
  return { seed, steps, peer: peerAccuracy, alone, beside: { network: withPeer.network.accuracy, student } };
}

function peerSteps(steps: number): number {
  return Math.round((7 / 6) * steps);
}
