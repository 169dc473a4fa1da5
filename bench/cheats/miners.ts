import {
  NETWORK_DIM,
  type PlainBatch,
  type PlainTensor,
  type Random,
  type RemoteForwardReply,
} from '../../src/model/index.js';
import type { Channel } from '../../src/neuron/validator/scoring.js';
import { answersOf, labelsFor } from './answers.js';

/** How a miner treats those who ask. All could answer as well as the honest one beside them. */
export const CONDUCTS = ['honest', 'echo', 'stale', 'lazy', 'constant', 'validators only'] as const;
export type Conduct = (typeof CONDUCTS)[number];

export interface Miner {
  readonly name: string;
  readonly conduct: Conduct;
  /** Of the model behind it, in an epoch. */
  accuracy(epoch: number): number;
}

/** Numbers of an input; the first is the number of the row, by which a model of given accuracy is feigned. */
const WIDTH = 8;
const ROWS = 2_000;

/** Labelled rows: who sees an input sees nothing of its class but by a model. */
export interface World {
  readonly labels: readonly number[];
  readonly data: { test(rows: number): Iterable<PlainBatch> };
}

export function worldOf(source: Random): World {
  const labels = labelsFor(ROWS, source);
  const inputs = Float32Array.from({ length: ROWS * WIDTH }, (_, i) => (i % WIDTH === 0 ? i / WIDTH : source.normal()));
  const batch: PlainBatch = {
    inputs: { dtype: 'float32', shape: [ROWS, WIDTH], data: inputs },
    targets: { labels: { dtype: 'int32', shape: [ROWS], data: Int32Array.from(labels) } },
  };
  return { labels, data: { test: () => [batch] } };
}

/** A running miner: answers questions, or does what it does instead. */
export class Mining {
  private before: Float32Array | undefined;

  constructor(
    private readonly miner: Miner,
    private readonly world: World,
    private readonly source: Random,
  ) {}

  /** `channel` is what a miner can tell of who asks: whether the caller may set weights. */
  answer(input: PlainTensor, channel: Channel, epoch: number): RemoteForwardReply {
    const rows = input.shape[0]!;
    const reply = (data: Float32Array): RemoteForwardReply => ({
      ok: true,
      version: 1,
      output: { dtype: 'float32', shape: [rows, NETWORK_DIM], data: data as Float32Array<ArrayBuffer> },
    });
    switch (this.miner.conduct) {
      case 'honest':
        return reply(this.compute(input, epoch));
      case 'echo':
        return reply(echoOf(input));
      case 'stale': {
        // What the last question was answered with costs nothing; where the sizes differ, it has to compute.
        const old = this.before?.length === rows * NETWORK_DIM ? this.before : undefined;
        this.before = this.compute(input, epoch);
        return reply(old ?? this.before);
      }
      case 'lazy':
        return this.source.uniform() < 1 / 3 ? reply(this.compute(input, epoch)) : { ok: false, code: 'Timeout' };
      case 'constant':
        return reply(Float32Array.from({ length: rows * NETWORK_DIM }, (_, i) => (i % NETWORK_DIM === 1 ? 1 : 0)));
      case 'validators only':
        return channel === 'open' ? reply(this.compute(input, epoch)) : { ok: false, code: 'Unauthenticated' };
    }
  }

  private compute(input: PlainTensor, epoch: number): Float32Array {
    const labels = Array.from({ length: input.shape[0]! }, (_, row) => {
      const name = Number(input.data[row * WIDTH]);
      return this.world.labels[name]!;
    });
    return answersOf(this.miner.accuracy(epoch), labels, this.source, { width: NETWORK_DIM });
  }
}

function echoOf({ shape, data }: PlainTensor): Float32Array {
  const echo = new Float32Array(shape[0]! * NETWORK_DIM);
  for (let row = 0; row < shape[0]!; row++) {
    echo.set(Array.from(data.subarray(row * WIDTH, (row + 1) * WIDTH), Number), row * NETWORK_DIM);
  }
  return echo;
}

/** One of each of these conducts with a model of 90 %, and honest ones that are better and worse by turns. */
export function minersOf(
  conducts: readonly Conduct[],
  { changing, period }: { changing: number; period: number },
): Miner[] {
  const same = conducts.map((conduct): Miner => ({ name: conduct, conduct, accuracy: () => 0.9 }));
  const moving = Array.from({ length: changing }, (_, i): Miner => {
    const accuracy = (epoch: number) => 0.6 + 0.35 * Math.sin(2 * Math.PI * (epoch / period + i / changing)) ** 2;
    return { name: `honest, changing ${i + 1}`, conduct: 'honest', accuracy };
  });
  return [...same, ...moving];
}
