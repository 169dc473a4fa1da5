import { silentLog } from '../../src/base/index.js';
import { random } from '../../src/model/index.js';
import { type Question, Questions } from '../../src/neuron/validator/questions.js';
import { ScoreBook } from '../../src/neuron/validator/scoring.js';
import { judgePeers, type Way } from '../../src/neuron/validator/validator-loop.js';
import { CLASSES } from './answers.js';
import { type Miner, Mining, worldOf } from './miners.js';

/** Rows of a question, as a validator of digits asks. */
const ROWS = 64;

/** What a validator thinks of the miners after an epoch, by the miners' names. */
export type Opinion = ReadonlyMap<string, number>;

export interface Asked {
  seed: number;
  miners: readonly Miner[];
  validators: readonly string[];
  epochs: number;
  /** Questions of each validator in an epoch. */
  questions: number;
  onEpoch?(epoch: number): Promise<void>;
}

/**
 * What honest validators think of everybody, epoch by epoch, by the shipped code. Nothing of it depends on the chain: the same
 * opinions may meet different rules there.
 */
export async function opinionsOf(asked: Asked): Promise<ReadonlyMap<string, Opinion>[]> {
  const { seed, miners, validators, epochs, questions, onEpoch } = asked;
  const world = worldOf(random(seed, 'cheats'));
  const minings = new Map(miners.map(miner => [miner.name, new Mining(miner, world, random(seed, miner.name))]));
  const judges = validators.map(name => ({
    name,
    book: new ScoreBook(),
    asking: new Questions(world.data, CLASSES, random(seed, name)),
  }));
  const opinions: ReadonlyMap<string, Opinion>[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const { name, book, asking } of judges) {
      await askAll({ book, asking, minings, epoch, steps: questions, seed: `${name}/${epoch}` });
    }
    opinions.push(new Map(judges.map(({ name, book }) => [name, book.scores()])));
    await onEpoch?.(epoch);
  }
  return opinions;
}

interface Asking {
  book: ScoreBook;
  asking: Questions;
  minings: ReadonlyMap<string, Mining>;
  epoch: number;
  steps: number;
  seed: string;
}

/** The shipped loop of a validator, with two names to ask under. */
async function askAll({ book, asking, minings, epoch, steps, seed }: Asking): Promise<void> {
  let question: Question | undefined;
  const lots = random(epoch, seed);
  const way = (channel: Way['channel']): Way => ({
    channel,
    forward: async ({ peer, input }) => minings.get(peer)!.answer(input, channel, epoch),
  });
  const peers = [...minings.keys()].map(hotkey => ({ hotkey, host: '127.0.0.1', port: 1 }));
  await judgePeers({
    judge: {
      ask: async () => {
        question = asking.ask(ROWS);
        return { inputs: question.inputs };
      },
      judge: async answers => asking.judge(question!, answers).map(gain => gain.shapley),
    },
    book,
    ways: [way('open'), way('disguised')],
    peers: () => peers,
    count: peers.length,
    intervalMs: 0,
    timeoutMs: 60_000,
    steps,
    random: () => lots.uniform(),
    log: silentLog,
    signal: new AbortController().signal,
  });
}
