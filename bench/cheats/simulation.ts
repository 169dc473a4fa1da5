import { silentLog } from '../../src/base/index.js';
import { random } from '../../src/model/index.js';
import { type Question, Questions } from '../../src/neuron/validator/questions.js';
import { ScoreBook } from '../../src/neuron/validator/scoring.js';
import { judgePeers, type Way } from '../../src/neuron/validator/validator-loop.js';
import { CLASSES } from './answers.js';
import { Market, type Member } from './market.js';
import { Mining, minersOf, worldOf } from './miners.js';

/** Epochs that are not counted: nobody is known yet, and what is hidden is not revealed. */
const WARM_UP = 4;
const TEMPO = 16;
/** Rows of a question, as a validator of digits asks. */
const ROWS = 64;
const HONEST = ['validator 1', 'validator 2', 'validator 3'];
const COPIER = 'copies weights';

export interface CheatsOptions {
  seed: number;
  /** Epochs that are counted. */
  epochs: number;
  /** Questions of each validator in an epoch. */
  questions: number;
  /** Whether weights are hidden for an epoch. */
  hidden: boolean;
  onEpoch?(epoch: number): Promise<void>;
}

/** What each earned, in TAO over all epochs that count, by name; and how far the copier's row was from the others'. */
export interface Earnings {
  miners: Record<string, number>;
  validators: Record<string, number>;
}

/**
 * Miners that are honest and miners that are not, three honest validators and one that copies: the validators ask and judge with the
 * shipped code, their rows go to a chain by real extrinsics, and the runtime's own epoch pays.
 */
export async function simulateCheats({ seed, epochs, questions, hidden, onEpoch }: CheatsOptions): Promise<Earnings> {
  const source = random(seed, 'cheats');
  const world = worldOf(source);
  const cast = minersOf(4, 12);
  await using market = await Market.open({
    seed,
    tempo: TEMPO,
    hidden,
    weighers: [...HONEST, COPIER],
    members: cast.map(miner => miner.name),
  });
  const minings = new Map(
    cast.map(miner => [memberOf(market, miner.name).hotkey, new Mining(miner, world, random(seed, miner.name))]),
  );
  let epoch = 0;
  const judges = HONEST.map(name => {
    const book = new ScoreBook();
    market.judge(name, () => book.scores());
    const asking = new Questions(world.data, CLASSES, random(seed, name));
    return () => askAll({ book, asking, minings, epoch, steps: questions, seed: `${name}/${epoch}` });
  });
  let copied: ReadonlyMap<string, number> = new Map();
  // It waits as long as it can, for the newest rows.
  market.judge(COPIER, () => copied, {
    lateShare: 0.3,
    before: async () => {
      copied = await market.rowOf(HONEST[epoch % HONEST.length]!);
    },
  });

  const earned = new Map(market.members.map(member => [member.hotkey, 0]));
  for (; epoch < WARM_UP + epochs; epoch++) {
    const metagraph = await market.epoch(async () => {
      await Promise.all(judges.map(judge => judge()));
    });
    await onEpoch?.(epoch);
    if (epoch < WARM_UP) continue;
    for (const { hotkeyHex, emissionRao } of metagraph.neurons) {
      if (earned.has(hotkeyHex)) earned.set(hotkeyHex, earned.get(hotkeyHex)! + Number(emissionRao) / 1e9);
    }
  }
  const earnedBy = (names: readonly string[]) =>
    Object.fromEntries(names.map(name => [name, earned.get(memberOf(market, name).hotkey)!]));
  return { miners: earnedBy(cast.map(miner => miner.name)), validators: earnedBy([...HONEST, COPIER]) };
}

function memberOf(market: Market, name: string): Member {
  return market.members.find(member => member.name === name)!;
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
