import * as tf from '@tensorflow/tfjs-core';
import {
  createServer,
  createTrainer,
  type NamedArray,
  type Network,
  type PlainTensor,
  type RemoteCaller,
  type Trainer,
} from '../../src/model/index.js';
import { keyText } from '../../src/net/auth/signed.js';
import { type Axon, floatTensor } from '../../src/net/index.js';
import { ModelServer } from '../../src/neuron/model/model-server.js';
import { ready } from '../../src/wallet/index.js';
import { besideAxons, key } from '../beside-axons.js';
import { median } from '../measure.js';
import { batchOf, batchWithout, type Parts, partDigits, wholeOf } from './digit-rows.js';
import { type Experiment, each, mean, spread, type Tick, table } from './experiment.js';

const LABELLED = 500;
const WIDTH = { hiddenDim: 128 };
/** Peers of the measured steps, which answer at once: what is left is the network. */
const PEERS = 3;
/** Pairs of steps with the shipped width, one of each kind in turn, so that other work on the machine hits both alike. */
const PAIRS = 20;
const WARM_UP = 3;
/** Steps after which nothing may have grown. */
const LONG = 1000;

export interface WireRun {
  seed: number;
  steps: number;
  /** The same training with the peer in this process and with the peer behind an axon. */
  same: { direct: number; wire: number; studentAlone: number; largestDifference: number };
  /** Milliseconds of a step with three peers: of the processor and of the clock. */
  step: { direct: Cost; wire: Cost };
  grown: { tensors: number; bytes: number; rssMib: number };
}

interface Cost {
  cpuMs: number;
  wallMs: number;
}

/** Real axons and dendrites on this machine: nothing is learnt otherwise, what it costs, and that nothing is left behind. */
export const wire: Experiment<WireRun> = {
  name: 'wire',
  title: 'The wire: real axons and dendrites on one machine',
  seeds: 1,
  steps: 60,
  ticks: steps => 3 * steps + 2 * (PAIRS + WARM_UP) + LONG,

  async run(seed, steps, tick) {
    await ready();
    const parts = partDigits(seed, LABELLED);
    const same = await learnOverBoth(seed, steps, parts, tick);
    const step = await stepCosts(seed, parts, tick);
    const grown = await growth(seed, parts, tick);
    return { seed, steps, same, step, grown };
  },

  report(runs) {
    const cost = (kind: 'direct' | 'wire', unit: keyof Cost) => runs.map(run => run.step[kind][unit]);
    return table(
      ['what', 'measured', 'by seed'],
      [
        row(
          'network accuracy, peer in this process, percent',
          runs.map(run => 100 * run.same.direct),
          2,
        ),
        row(
          'network accuracy, peer behind an axon, percent',
          runs.map(run => 100 * run.same.wire),
          2,
        ),
        row(
          'student after axon and dendrite are closed, percent',
          runs.map(run => 100 * run.same.studentAlone),
          2,
        ),
        row(
          'largest difference between the parameters of the two',
          runs.map(run => run.same.largestDifference),
          8,
        ),
        row(`step with ${PEERS} peers that answer at once, in this process: ms of CPU`, cost('direct', 'cpuMs'), 0),
        row(`the same over loopback: ms of CPU`, cost('wire', 'cpuMs'), 0),
        row(
          'share of the network in that step, percent of CPU',
          shares(runs).map(share => 100 * share),
          1,
        ),
        row(
          `tensors more after ${LONG} steps than after 10`,
          runs.map(run => run.grown.tensors),
          0,
        ),
        row(
          'bytes of tensors more',
          runs.map(run => run.grown.bytes),
          0,
        ),
        row(
          `memory of the process more after ${LONG} steps than after 200, MiB`,
          runs.map(run => run.grown.rssMib),
          1,
        ),
      ],
    );
  },

  goals(runs) {
    const differences = runs.map(run => run.same.largestDifference);
    return [
      {
        what: 'parameters learnt over the wire differ from those learnt in one process by',
        wanted: '0',
        measured: String(Math.max(...differences)),
        met: differences.every(difference => difference === 0),
      },
      {
        what: `tensors that ${LONG} steps leave behind`,
        wanted: '0',
        measured: `${mean(runs.map(run => run.grown.tensors))}`,
        met: runs.every(run => run.grown.tensors === 0 && run.grown.bytes === 0),
      },
    ];
  },
};

function row(what: string, values: number[], digits: number): string[] {
  return [what, spread(values, digits), each(values, digits)];
}

function shares(runs: readonly WireRun[]): number[] {
  return runs.map(({ step }) => 1 - step.direct.cpuMs / step.wire.cpuMs);
}

async function learnOverBoth(seed: number, steps: number, parts: Parts, tick: Tick): Promise<WireRun['same']> {
  const peer = await make(100 + seed, WIDTH);
  for (let n = 0; n < steps; n++) {
    await peer.train(batchOf(parts.others, 100 + seed, n));
    await tick(`seed ${seed}: the peer learns`);
  }
  const parameters = copyOf(peer.exportParameters());
  peer.dispose();
  const learn = async (network: Network): Promise<{ trainer: Trainer; accuracy: number }> => {
    const trainer = await make(seed, WIDTH);
    for (let n = 0; n < steps; n++) {
      await trainer.train(batchWithout(parts.own, parts.others, seed, n), network);
      await tick(`seed ${seed}: beside the peer`);
    }
    return { trainer, accuracy: (await trainer.evaluate(wholeOf(parts.test), network)).network.accuracy };
  };

  const name = keyText(key(1).publicKey);
  const inProcess = await createServer({ device: 'auto', model: 'mnist', config: WIDTH, parameters, version: 1 });
  const direct = await learn({
    peers: [name],
    caller: {
      forward: async (_peer, input) => ({ ok: true, ...(await inProcess.forward(input)) }),
      backward: async () => ({ ok: true }),
    },
  });
  inProcess.dispose();

  const server = new ModelServer(error => {
    throw error;
  });
  const prepare = { device: 'auto', learn_from_callers: true, server_learn_from_callers: 'all' };
  await server.prepare(prepare as Parameters<ModelServer['prepare']>[0]);
  await server.open({ model: 'mnist', config: WIDTH });
  await server.serve({ parameters: copyOf(parameters), version: 1 });
  const overWire = await besideAxons(
    [{ signer: key(1), attach: axon => axon.attach(server.handlers()) }],
    async network => learn(network),
  );
  await server.stop();
  // Axon, dendrite and server are closed: nobody can be asked any more.
  const studentAlone = (await overWire.trainer.evaluate(wholeOf(parts.test))).local.accuracy;
  const [a, b] = [direct, overWire].map(({ trainer }) => copyOf(trainer.exportParameters()));
  direct.trainer.dispose();
  overWire.trainer.dispose();
  return {
    direct: direct.accuracy,
    wire: overWire.accuracy,
    studentAlone,
    largestDifference: Math.max(...a!.map(({ data }, i) => largestDifference(data, b![i]!.data))),
  };
}

async function stepCosts(seed: number, parts: Parts, tick: Tick): Promise<WireRun['step']> {
  const answers = new Map<number, PlainTensor>();
  const answer = (rows: number): PlainTensor => {
    const data = Float32Array.from({ length: rows * 1024 }, (_, i) => (i % 1024 < 10 ? Math.sin(i) : 0));
    const made = answers.get(rows) ?? { dtype: 'float32', shape: [rows, 1024], data };
    answers.set(rows, made);
    return made;
  };
  const signers = Array.from({ length: PEERS }, (_, i) => key(10 + i));
  const [one, two] = [await make(seed, {}), await make(seed, {})];
  const direct: Network = {
    peers: signers.map(signer => keyText(signer.publicKey)),
    caller: {
      forward: async (_peer, input) => ({ ok: true, output: answer(input.shape[0]!), version: 1 }),
      backward: async () => ({ ok: true }),
    },
  };
  const attach = (axon: Axon) =>
    axon.attach({
      forward: async ({ tensors }) => {
        const { data, shape } = answer(tensors[0]!.shape[0]!);
        return { tensors: [floatTensor(data as Float32Array, [...shape])], parameterVersion: 1 };
      },
      backward: async () => ({ tensors: [], parameterVersion: 1 }),
    });
  const costs = await besideAxons(
    signers.map(signer => ({ signer, attach })),
    async network => {
      const costs = { direct: [] as Cost[], wire: [] as Cost[] };
      for (let n = 0; n < PAIRS + WARM_UP; n++) {
        const batch = batchOf(parts.own, seed, n);
        const pair = [
          ['direct', one, direct],
          ['wire', two, network],
        ] as const;
        for (const [kind, trainer, over] of n % 2 === 0 ? pair : pair.toReversed()) {
          const [began, cpu] = [performance.now(), process.cpuUsage()];
          const { failures } = await trainer.train(batch, over);
          if (failures.length > 0) throw new Error(`peers failed: ${JSON.stringify(failures)}`);
          const { user, system } = process.cpuUsage(cpu);
          const wallMs = performance.now() - began;
          await tick(`seed ${seed}: steps measured`);
          if (n < WARM_UP) continue;
          costs[kind].push({ cpuMs: (user + system) / 1000, wallMs });
        }
      }
      return { direct: middle(costs.direct), wire: middle(costs.wire) };
    },
  );
  one.dispose();
  two.dispose();
  return costs;
}

function middle(costs: readonly Cost[]): Cost {
  return { cpuMs: median(costs.map(({ cpuMs }) => cpuMs)), wallMs: median(costs.map(({ wallMs }) => wallMs)) };
}

async function growth(seed: number, parts: Parts, tick: Tick): Promise<WireRun['grown']> {
  const trainer = await make(seed, { hiddenDim: 32 });
  const parameters = copyOf(trainer.exportParameters());
  const server = await createServer({
    device: 'auto',
    model: 'mnist',
    config: { hiddenDim: 32 },
    parameters,
    version: 1,
  });
  const caller: RemoteCaller = {
    forward: async (peer, input) =>
      peer === 'gone' ? { ok: false, code: 'gone' } : { ok: true, ...(await server.forward(input)) },
    backward: async (_peer, input, gradient, version, options) => {
      const { gradient: back } = await server.backward(input, gradient, version, options);
      return back ? { ok: true, gradient: back } : { ok: true };
    },
  };
  const marks = { tensors: 0, bytes: 0, rss: 0 };
  for (let n = 1; n <= LONG; n++) {
    await trainer.train(batchOf(parts.own, seed, n), { peers: ['a', 'b', 'gone'], caller });
    if (n % 50 === 0) trainer.addCallerGradients(server.takeGradients()!);
    if (n === 10) Object.assign(marks, { tensors: tf.memory().numTensors, bytes: tf.memory().numBytes });
    if (n === 200) marks.rss = process.memoryUsage.rss();
    await tick(`seed ${seed}: a thousand steps`);
  }
  const { numTensors, numBytes } = tf.memory();
  const rssMib = (process.memoryUsage.rss() - marks.rss) / 2 ** 20;
  trainer.dispose();
  server.dispose();
  return { tensors: numTensors - marks.tensors, bytes: numBytes - marks.bytes, rssMib };
}

function make(seed: number, config: { hiddenDim?: number }): Promise<Trainer> {
  return createTrainer({ device: 'auto', model: 'mnist', seed, config });
}

function copyOf(parameters: readonly NamedArray[]): NamedArray[] {
  return parameters.map(array => ({ ...array, data: array.data.slice() }));
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}
