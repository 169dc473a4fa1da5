import { toU16Weights } from '../../../chain/index.js';
import { cliError } from '../../errors.js';

const U16_MAX = 65_535;

/** A row of weights as the chain keeps it. */
export interface Row {
  readonly uids: readonly number[];
  readonly weightsU16: readonly number[];
}

/**
 * What was typed, by comma or space. Whole numbers with one above 1 are taken as they are, anything else is scaled so that
 * the largest is 65535. Error `usage` names what is wrong.
 */
export function readRow(uidText: string | undefined, weightText: string | undefined): Row {
  if (uidText === undefined || weightText === undefined) {
    throw cliError('usage', 'whom to rank, and how high? Give --uids and --weights');
  }
  const uids = words(uidText, '--uids').map(word => {
    const uid = /^\d{1,5}$/.test(word) ? Number(word) : Number.NaN;
    if (uid <= U16_MAX) return uid;
    throw cliError('usage', `--uids: ${JSON.stringify(word.slice(0, 40))} is no uid`);
  });
  const values = words(weightText, '--weights').map(word => {
    const value = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word) ? Number(word) : Number.NaN;
    if (value >= 0 && Number.isFinite(value)) return value;
    throw cliError('usage', `--weights: ${JSON.stringify(word.slice(0, 40))} is no weight`);
  });
  if (uids.length !== values.length) {
    throw cliError('usage', `${uids.length} uids and ${values.length} weights: there must be a weight for each uid`);
  }
  const twice = uids.find((uid, i) => uids.indexOf(uid) !== i);
  if (twice !== undefined) throw cliError('usage', `--uids: ${twice} is there twice`);
  if (values.every(value => value === 0)) throw cliError('usage', '--weights: one of them must be more than 0');
  const isRaw = values.every(Number.isInteger) && values.some(value => value > 1);
  const tooLarge = isRaw ? values.find(value => value > U16_MAX) : undefined;
  if (tooLarge !== undefined) {
    throw cliError(
      'usage',
      `--weights: whole numbers go up to ${U16_MAX}, and ${tooLarge} is more; shares like 0.5 are of any size`,
    );
  }
  return { uids, weightsU16: isRaw ? values : toU16Weights(values) };
}

/** Each weight's part of their sum. */
export function sharesOf(weightsU16: readonly number[]): number[] {
  const sum = weightsU16.reduce((total, weight) => total + weight, 0);
  return weightsU16.map(weight => (sum === 0 ? 0 : weight / sum));
}

/** A row as the JSON documents have it. */
export function rowJson({ uids, weightsU16 }: Row) {
  const shares = sharesOf(weightsU16);
  return uids.map((uid, i) => ({ uid, weightU16: weightsU16[i]!, share: shares[i]! }));
}

/** `uid 0 ranks uid 1: 25.00 %, uid 2: 75.00 %`. */
export function rowLine(uid: number, row: Row): string {
  const list = rowJson(row).map(one => `uid ${one.uid}: ${(100 * one.share).toFixed(2)} %`);
  return `uid ${uid} ranks ${list.join(', ')}`;
}

function words(text: string, flag: string): string[] {
  const list = text
    .replace(/^\[|\]$/g, '')
    .split(/[\s,]+/)
    .filter(word => word !== '');
  if (list.length === 0) throw cliError('usage', `${flag} is empty`);
  return list;
}
