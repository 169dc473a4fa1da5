import { type Hyperparameters, toU16Weights } from '../chain/index.js';
import { fitWeights } from '../neuron/parts.js';
import { whole } from './checks.js';
import { libraryError } from './errors.js';

const U16_MAX = 65_535;

/** Any numbers that stand for weights. */
export type Numbers = readonly number[] | Float32Array | { readonly data: Float32Array };

/** As many numbers as uids, none below 0 and one above, no uid twice. Error `bad_argument`. */
export function checkedWeights(uids: readonly number[], weights: Numbers): number[] {
  const values = Array.from('data' in weights ? weights.data : weights);
  if (values.length !== uids.length) {
    throw libraryError('bad_argument', `${values.length} weights for ${uids.length} uids`);
  }
  for (const uid of uids) whole('a uid', uid, 0, U16_MAX);
  const twice = uids.find((uid, i) => uids.indexOf(uid) !== i);
  if (twice !== undefined) throw libraryError('bad_argument', `uid ${twice} is there twice`);
  const wrong = values.findIndex(value => !(Number.isFinite(value) && value >= 0));
  if (wrong >= 0) throw libraryError('bad_argument', `the weight of uid ${uids[wrong]} is ${values[wrong]}`);
  if (values.some(value => value > 0)) return values;
  throw libraryError('bad_argument', 'there is no weight above 0: nothing to set');
}

/** A row as the subnet takes it: what rounds to nothing is left out, unless the subnet wants more uids. */
export function rowOf(uids: readonly number[], values: readonly number[], limits: Hyperparameters) {
  const u16 = toU16Weights(values);
  const zeros = [...uids.keys()].filter(i => u16[i] === 0);
  const missing = limits.minAllowedWeights - (uids.length - zeros.length);
  const left = new Set(zeros.slice(Math.max(0, missing)));
  const kept = [...uids.keys()].filter(i => !left.has(i));
  return {
    uids: kept.map(i => uids[i]!),
    weightsU16: fitWeights(
      kept.map(i => values[i]!),
      limits,
    ),
  };
}
