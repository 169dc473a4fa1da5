import { Market, type Setting } from './market.js';
import type { Miner } from './miners.js';
import { type Opinion, opinionsOf } from './opinions.js';

const TEMPO = 16;
const HONEST = ['validator 1', 'validator 2', 'validator 3'];
export const COPIER = 'copies weights';
/** The part of an epoch, its last, in which the copier comes: it waits for the newest rows. */
const COPIER_SHARE = 0.3;

/** What the subnet's owner, and its honest validators, decide. */
export interface Rules {
  readonly settings: readonly Setting[];
  /** Honest validators set weights in this last part of an epoch only, and the copier waits as long; by default as the shipped code does. */
  readonly lateShare?: number;
}

/** Weights are committed first, and revealed an epoch later: what subnets of the public chain begin with. */
export const HIDDEN: Rules = { settings: [['sudo_set_commit_reveal_weights_enabled', { enabled: true }]] };
/** What the local chain's first subnet begins with. */
export const OPEN: Rules = { settings: [['sudo_set_commit_reveal_weights_enabled', { enabled: false }]] };

export interface SimulationOptions<Name extends string> {
  seed: number;
  miners: readonly Miner[];
  /** Epochs before those that count: at first nobody is known, and what is hidden is not revealed. */
  uncounted: number;
  epochs: number;
  /** Questions of each validator in an epoch. */
  questions: number;
  /** The same opinions are paid by each of these. */
  rules: Readonly<Record<Name, Rules>>;
  /** After each epoch that was judged, and each that was paid. */
  onEpoch?(what: string): Promise<void>;
}

/** What each earned, in TAO over all epochs that count, by name. */
export interface Earnings {
  miners: Record<string, number>;
  validators: Record<string, number>;
}

/**
 * Miners that are honest and miners that are not, three honest validators and one that copies: the validators ask and judge with the
 * shipped code, their rows go to a chain by real extrinsics, and the runtime's own epoch pays.
 */
export async function simulate<Name extends string>(options: SimulationOptions<Name>): Promise<Record<Name, Earnings>> {
  const { seed, miners, uncounted, epochs, questions, onEpoch } = options;
  const opinions = await opinionsOf({
    seed,
    miners,
    questions,
    validators: HONEST,
    epochs: uncounted + epochs,
    onEpoch: async epoch => onEpoch?.(`judging, epoch ${epoch}`),
  });
  const earnings: Partial<Record<Name, Earnings>> = {};
  for (const [name, rules] of Object.entries(options.rules) as [Name, Rules][]) {
    earnings[name] = await pay(opinions, rules, { ...options, onEpoch: async what => onEpoch?.(`${name}, ${what}`) });
  }
  return earnings as Record<Name, Earnings>;
}

/** A chain of its own on which these opinions become weights. */
async function pay(
  opinions: readonly ReadonlyMap<string, Opinion>[],
  { settings, lateShare }: Rules,
  { seed, miners, uncounted, onEpoch }: Pick<SimulationOptions<string>, 'seed' | 'miners' | 'uncounted' | 'onEpoch'>,
): Promise<Earnings> {
  const names = miners.map(miner => miner.name);
  const weighers = [...HONEST, COPIER];
  await using market = await Market.open({ seed, tempo: TEMPO, settings, weighers, members: names });
  const hotkeys = new Map(market.members.map(member => [member.name, member.hotkey]));
  let epoch = 0;
  for (const name of HONEST) {
    const scores = () =>
      new Map([...opinions[epoch]!.get(name)!].map(([miner, score]) => [hotkeys.get(miner)!, score]));
    market.judge(name, scores, lateShare === undefined ? {} : { lateShare });
  }
  let copied: ReadonlyMap<string, number> = new Map();
  market.judge(COPIER, () => copied, {
    lateShare: lateShare ?? COPIER_SHARE,
    before: async () => {
      copied = await market.rowOf(HONEST[epoch % HONEST.length]!);
    },
  });

  const earned = new Map(market.members.map(member => [member.hotkey, 0]));
  for (; epoch < opinions.length; epoch++) {
    const metagraph = await market.epoch();
    await onEpoch?.(`epoch ${epoch}`);
    if (epoch < uncounted) continue;
    for (const { hotkeyHex, emissionRao } of metagraph.neurons) {
      if (earned.has(hotkeyHex)) earned.set(hotkeyHex, earned.get(hotkeyHex)! + Number(emissionRao) / 1e9);
    }
  }
  const earnedBy = (all: readonly string[]) =>
    Object.fromEntries(all.map(name => [name, earned.get(hotkeys.get(name)!)!]));
  return { miners: earnedBy(names), validators: earnedBy(weighers) };
}
