import type { Random } from '../compute/random.js';
import { ANSWER_NORM } from './normalise.js';
import { leaveOneOut, shapley, type Worth } from './shapley.js';

/** The places of a batch that count: rows of an answer, and the class that is right in each. */
export interface Places {
  /** Numbers of rows; of text, places counted row by row. */
  readonly rows: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  /** The first so many numbers of an answer's row are scores of classes. */
  readonly classes: number;
  /** How frequent each class is; what one can say without having seen the input. */
  readonly prior: ArrayLike<number>;
}

/** What an answer was worth, in nats of loss for each place. */
export interface Gain {
  /** What it adds on average to those that were asked beside it. */
  readonly shapley: number;
  /** What is lost without it. */
  readonly leaveOneOut: number;
}

/** Newton's steps to the best strength of a voice; it is concave in one number. */
const STEPS = 12;
/** Beyond this the scores are as good as certain. */
const MOST_STRENGTH = 64;
/** What the square of a strength costs at each place, halved, in nats. */
const RIDGE = 1e-3;

/** The scores of the places of one half, [places * classes], and what is right there. */
interface Half {
  readonly count: number;
  readonly labels: Int32Array;
  /** By peer. */
  readonly voices: readonly Float32Array[];
}

/**
 * What each answer adds to the prediction that all of them make together. Nobody's parameters are needed: the first numbers of an answer
 * are scores of classes, as in the models' fixed readout, and answers are mixed by gates that add up to one among those that are there.
 * A gate, and how loud the mix is read, are fitted on one half of the places and judged on the other, and the other way round, so
 * that guessing earns nothing: what is noise, what answers backwards, and what says the same of every input has a gate near 0.
 * `answers` are rows of `width` numbers at norm 32, as `normaliseRows` gives them. Forward only.
 */
export function contributions(
  answers: readonly Float32Array[],
  width: number,
  places: Places,
  { source, pairs }: { source: Random; pairs: number },
): Gain[] {
  const worth = worthOfAnswers(answers, width, places);
  const fair = shapley(answers.length, worth, { source, pairs });
  const lost = leaveOneOut(answers.length, worth);
  return answers.map((_, i) => ({ shapley: fair[i]!, leaveOneOut: lost[i]! }));
}

/** The value of a coalition: how much smaller the loss is than that of the prior alone. 0 for nobody. */
export function worthOfAnswers(answers: readonly Float32Array[], width: number, places: Places): Worth {
  const voices = answers.map(answer => voiceOf(answer, width, places));
  const halves = [0, 1].map(parity => halfOf(voices, places, parity));
  const prior = Float32Array.from({ length: places.classes }, (_, k) => Math.log(Math.max(1e-9, places.prior[k]!)));
  // Fitted on the one half, used on the other.
  const gates = halves.map(half => half.voices.map(voice => strengthOf(voice, half, prior)));
  const total = places.labels.length;
  return coalition => {
    let gain = 0;
    for (const [h, half] of halves.entries()) {
      const other = halves[1 - h]!;
      if (half.count === 0 || other.count === 0) continue;
      const strengths = coalition.map(i => gates[1 - h]![i]!);
      const loudness = strengthOf(mixOf(coalition, strengths, other), other, prior);
      const mix = mixOf(coalition, strengths, half);
      gain += half.count * (lossOf(new Float32Array(mix.length), half, prior, 0) - lossOf(mix, half, prior, loudness));
    }
    return gain / total;
  };
}

/** Scores of the places that count, less what the peer says of every place alike, which is no answer to any. */
function voiceOf(answer: Float32Array, width: number, { rows, classes }: Places): Float32Array {
  const voice = new Float32Array(rows.length * classes);
  const means = new Float64Array(classes);
  for (let p = 0; p < rows.length; p++) {
    const from = rows[p]! * width;
    for (let k = 0; k < classes; k++) {
      const score = answer[from + k]! / ANSWER_NORM;
      voice[p * classes + k] = score;
      means[k]! += score / rows.length;
    }
  }
  for (let i = 0; i < voice.length; i++) voice[i]! -= means[i % classes]!;
  return voice;
}

function halfOf(voices: readonly Float32Array[], { labels, classes }: Places, parity: number): Half {
  const at = Array.from({ length: labels.length }, (_, p) => p).filter(p => p % 2 === parity);
  return {
    count: at.length,
    labels: Int32Array.from(at, p => labels[p]!),
    voices: voices.map(voice => {
      const half = new Float32Array(at.length * classes);
      for (const [i, p] of at.entries()) half.set(voice.subarray(p * classes, (p + 1) * classes), i * classes);
      return half;
    }),
  };
}

/** Voices by their gates, which add up to one; nothing where all gates are closed. */
function mixOf(coalition: readonly number[], strengths: readonly number[], { voices }: Half): Float32Array {
  const mix = new Float32Array(voices[0]?.length ?? 0);
  const total = strengths.reduce((sum, strength) => sum + strength, 0);
  if (total === 0) return mix;
  coalition.forEach((i, c) => {
    const gate = strengths[c]! / total;
    const voice = voices[i]!;
    if (gate > 0) for (let k = 0; k < mix.length; k++) mix[k]! += gate * voice[k]!;
  });
  return mix;
}

/** Mean cross entropy of softmax(prior + strength * scores). */
function lossOf(scores: Float32Array, { count, labels }: Half, prior: Float32Array, strength: number): number {
  const classes = prior.length;
  let loss = 0;
  for (let p = 0; p < count; p++) {
    const at = p * classes;
    let largest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) largest = Math.max(largest, prior[k]! + strength * scores[at + k]!);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp(prior[k]! + strength * scores[at + k]! - largest);
    const label = labels[p]!;
    loss += Math.log(sum) + largest - (prior[label]! + strength * scores[at + label]!);
  }
  return loss / count;
}

/** The strength, 0 or more, at which these scores predict best: a maximum of one concave function, by Newton's steps. */
function strengthOf(scores: Float32Array, { count, labels }: Half, prior: Float32Array): number {
  const classes = prior.length;
  let strength = 0;
  for (let step = 0; step < STEPS; step++) {
    let slope = 0;
    let curve = 0;
    for (let p = 0; p < count; p++) {
      const at = p * classes;
      let largest = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < classes; k++) largest = Math.max(largest, prior[k]! + strength * scores[at + k]!);
      let [sum, mean, square] = [0, 0, 0];
      for (let k = 0; k < classes; k++) {
        const score = scores[at + k]!;
        const share = Math.exp(prior[k]! + strength * score - largest);
        sum += share;
        mean += share * score;
        square += share * score * score;
      }
      mean /= sum;
      slope += scores[at + labels[p]!]! - mean;
      curve += square / sum - mean * mean;
    }
    // A little is held back, as if it was less certain than it seems: with few places the best strength would often be without bound.
    slope -= RIDGE * strength * count;
    curve += RIDGE * count;
    if (!(curve > 0)) return strength;
    const next = Math.min(MOST_STRENGTH, Math.max(0, strength + slope / curve));
    if (Math.abs(next - strength) < 1e-3 * (1 + strength)) return next;
    strength = next;
  }
  return strength;
}
