/** What stays of an old gain with each new one. */
const GAIN_KEPT = 0.995;
/** Whether a peer answers is noticed sooner than how well. */
const RELIABILITY_KEPT = 0.98;
/** A channel counts after so many questions. */
const FEWEST_ASKED = 3;
/** Less than this share of the best is what guessing brings by luck. */
const FLOOR = 0.005;
/** A peer is new for so many questions. */
const FRESH = 20;

/** From whom a question seems to come: from the validator, or from a neuron like any other. */
export type Channel = 'open' | 'disguised';
export const CHANNELS = ['open', 'disguised'] as const satisfies readonly Channel[];

/** `sum / weight` is the moving average `kept * old + (1 - kept) * new`, corrected for its beginning at nothing. */
interface Average {
  readonly sum: number;
  readonly weight: number;
}

const NOTHING: Average = { sum: 0, weight: 0 };

function add({ sum, weight }: Average, value: number, kept: number): Average {
  return { sum: kept * sum + value, weight: kept * weight + 1 };
}

function meanOf({ sum, weight }: Average): number {
  return weight === 0 ? 0 : sum / weight;
}

interface Heard {
  readonly gain: Average;
  readonly answered: Average;
  readonly asked: number;
}

const UNHEARD: Heard = { gain: NOTHING, answered: NOTHING, asked: 0 };

/** What is known of a peer. */
export interface Standing {
  /** Nats of loss that its answers take off on average, 0 or more. */
  readonly quality: number;
  /** Share of questions that it answered in time. */
  readonly reliability: number;
  /** The product of the two. */
  readonly score: number;
  readonly asked: number;
}

export type SavedScores = Readonly<Record<string, Readonly<Partial<Record<Channel, readonly number[]>>>>>;

/**
 * What every peer is worth, by hotkey: quality times reliability, each a moving average. Where two channels ask, the worse one counts, so
 * that who treats validators better than others is paid for how it treats the others.
 */
export class ScoreBook {
  private readonly byPeer = new Map<string, Partial<Record<Channel, Heard>>>();
  private readonly turns = new Map<string, number>();
  private turn = 0;

  /** Of `needed` channels each has to have asked a peer before that counts: who is silent to one of them is not paid meanwhile. */
  constructor(private readonly needed: readonly Channel[] = []) {}

  /** Notes an answer that came in time, and its gain in nats; below 0 where it led the others astray. */
  answered(hotkey: string, gain: number, channel: Channel = 'open'): void {
    this.change(hotkey, channel, heard => ({
      gain: Number.isFinite(gain) ? add(heard.gain, gain, GAIN_KEPT) : heard.gain,
      answered: add(heard.answered, 1, RELIABILITY_KEPT),
      asked: heard.asked + 1,
    }));
  }

  /** Notes a question without an answer, or with one that was no answer. */
  failed(hotkey: string, channel: Channel = 'open'): void {
    this.change(hotkey, channel, heard => ({
      ...heard,
      answered: add(heard.answered, 0, RELIABILITY_KEPT),
      asked: heard.asked + 1,
    }));
  }

  standing(hotkey: string): Standing {
    const channels = this.byPeer.get(hotkey) ?? {};
    const all = CHANNELS.map(channel => channels[channel] ?? UNHEARD);
    const asked = all.reduce((sum, heard) => sum + heard.asked, 0);
    const counted = all
      .filter(heard => heard.asked >= FEWEST_ASKED)
      .map(heard => ({ quality: Math.max(0, meanOf(heard.gain)), reliability: meanOf(heard.answered) }));
    const worst = counted.sort((a, b) => a.quality * a.reliability - b.quality * b.reliability)[0];
    const isHeard = this.needed.every(channel => (channels[channel] ?? UNHEARD).asked >= FEWEST_ASKED);
    if (!worst || !isHeard) return { quality: 0, reliability: 0, score: 0, asked };
    return { ...worst, score: worst.quality * worst.reliability, asked };
  }

  /** Scores above what luck brings, by hotkey. */
  scores(): Map<string, number> {
    const all = [...this.byPeer.keys()].map(hotkey => [hotkey, this.standing(hotkey).score] as const);
    const best = Math.max(0, ...all.map(([, score]) => score));
    return new Map(all.filter(([, score]) => score > FLOOR * best));
  }

  /**
   * Whom to ask next, at most `count`: those asked seldom so far have up to half of the places, the others come by how long they have
   * waited. `random` decides between equals.
   */
  choose<P extends { readonly hotkey: string }>(peers: readonly P[], count: number, random: () => number): P[] {
    const drawn = peers.map(peer => ({
      peer,
      asked: this.standing(peer.hotkey).asked,
      turn: this.turns.get(peer.hotkey) ?? 0,
      lot: random(),
    }));
    const fresh = drawn.filter(one => one.asked < FRESH).sort((a, b) => a.asked - b.asked || a.lot - b.lot);
    const known = drawn.filter(one => one.asked >= FRESH).sort((a, b) => a.turn - b.turn || a.lot - b.lot);
    const places = Math.max(count - known.length, Math.ceil(count / 2));
    const chosen = [...fresh.slice(0, places), ...known].slice(0, count);
    this.turn += 1;
    for (const { peer } of chosen) this.turns.set(peer.hotkey, this.turn);
    return chosen.map(one => one.peer);
  }

  /** Forgets who is not on the subnet any more. */
  keep(isKnown: (hotkey: string) => boolean): void {
    for (const hotkey of this.byPeer.keys()) if (!isKnown(hotkey)) this.byPeer.delete(hotkey);
    for (const hotkey of this.turns.keys()) if (!isKnown(hotkey)) this.turns.delete(hotkey);
  }

  toJSON(): SavedScores {
    return Object.fromEntries(
      [...this.byPeer].map(([hotkey, channels]) => [
        hotkey,
        Object.fromEntries(Object.entries(channels).map(([name, heard]) => [name, numbersOf(heard)])),
      ]),
    );
  }

  /** Goes on with what `toJSON` gave; leaves out what is none of that. */
  load(saved: unknown): void {
    for (const [hotkey, channels] of Object.entries((saved ?? {}) as Record<string, unknown>)) {
      for (const channel of CHANNELS) {
        const numbers = (channels as Record<string, unknown> | null)?.[channel];
        const isWhole = Array.isArray(numbers) && numbers.length === 5 && numbers.every(Number.isFinite);
        if (isWhole) this.change(hotkey, channel, () => heardOf(numbers));
      }
    }
  }

  private change(hotkey: string, channel: Channel, change: (heard: Heard) => Heard): void {
    const channels = this.byPeer.get(hotkey) ?? {};
    this.byPeer.set(hotkey, { ...channels, [channel]: change(channels[channel] ?? UNHEARD) });
  }
}

function numbersOf({ gain, answered, asked }: Heard): number[] {
  return [gain.sum, gain.weight, answered.sum, answered.weight, asked];
}

function heardOf(numbers: readonly number[]): Heard {
  const [gainSum, gainWeight, answeredSum, answeredWeight, asked] = numbers.map(Number);
  return {
    gain: { sum: gainSum!, weight: gainWeight! },
    answered: { sum: answeredSum!, weight: answeredWeight! },
    asked: asked!,
  };
}
