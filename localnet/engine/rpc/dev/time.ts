import { invalidParams } from '../../rpc-error.js';
import type { Engine, Methods } from '../family.js';

/** The year 9999 ends; later dates are a mistake. */
const LATEST_MS = 253_402_300_799_999;

/** The chain's time, which only moves forward. */
export function timeMethods({ chain, author }: Engine): Methods {
  return {
    dev_travel(params) {
      const by = params.field(0, 'ms', 'ms');
      const to = params.field(0, 'to');
      if ((by === undefined) === (to === undefined)) throw invalidParams('either ms or to is needed');
      const given = by ?? to;
      if (!Number.isSafeInteger(given) || (given as number) < 1) {
        throw invalidParams(`${by === undefined ? 'to' : 'ms'} has to be a whole number of milliseconds above 0`);
      }
      const now = chain.nextTimeMs;
      const target = by === undefined ? (to as number) : now + (by as number);
      if (target < now) {
        throw invalidParams(
          `time only moves forward: the next block is of ${new Date(now).toISOString()} (${now}), later than ${target}`,
        );
      }
      if (target > LATEST_MS) throw invalidParams(`${target} is later than the year 9999`);
      const { hash } = chain.travel(target, timeMs => author.build(timeMs)).block;
      return { timestampMs: chain.timestampMs, block: hash };
    },
  };
}
