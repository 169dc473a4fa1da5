import { permutation, type Random } from '../compute/random.js';

/** What a coalition of players is worth; players are numbered from 0 and come in ascending order. */
export type Worth = (coalition: readonly number[]) => number;

/** Up to so many players every coalition is looked at. */
const MOST_EXACT = 4;

/** Keeps what a coalition is worth: many orders pass through the same ones. */
function remembered(worth: Worth): Worth {
  const known = new Map<string, number>();
  return coalition => {
    const name = coalition.join();
    let value = known.get(name);
    if (value === undefined) {
      value = worth(coalition);
      known.set(name, value);
    }
    return value;
  };
}

/** What is lost when a player leaves the others: v(all) - v(all but it). Two players who say the same are worth nothing here. */
export function leaveOneOut(count: number, worth: Worth): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  const whole = worth(all);
  return all.map(player => whole - worth(all.filter(other => other !== player)));
}

/**
 * The Shapley value of each player: what it adds, on average over all orders in which the players may come. Exact for up to four
 * players; beyond that the mean over `pairs` random orders, each walked forward and backward. Either way the values add up to
 * v(all) - v(none), and who never adds anything gets exactly 0. Source: Castro, Gómez, Tejada 2009; antithetic orders: Mitchell et al. 2022.
 */
export function shapley(count: number, worth: Worth, { source, pairs }: { source: Random; pairs: number }): number[] {
  const value = remembered(worth);
  return count <= MOST_EXACT ? exact(count, value) : sampled(count, value, source, Math.max(1, pairs));
}

function exact(count: number, value: Worth): number[] {
  const members = (set: number) => Array.from({ length: count }, (_, i) => i).filter(i => set & (1 << i));
  const factorials = Array.from({ length: count + 1 }, () => 1);
  for (let i = 1; i <= count; i++) factorials[i] = i * factorials[i - 1]!;
  return Array.from({ length: count }, (_, player) => {
    let sum = 0;
    for (let set = 0; set < 1 << count; set++) {
      if (set & (1 << player)) continue;
      const before = members(set);
      const orders = factorials[before.length]! * factorials[count - before.length - 1]!;
      sum += (orders / factorials[count]!) * (value(members(set | (1 << player))) - value(before));
    }
    return sum;
  });
}

function sampled(count: number, value: Worth, source: Random, pairs: number): number[] {
  const sums = new Array<number>(count).fill(0);
  const walk = (order: readonly number[]) => {
    let before = value([]);
    for (let i = 0; i < count; i++) {
      const after = value(order.slice(0, i + 1).sort((a, b) => a - b));
      sums[order[i]!]! += after - before;
      before = after;
    }
  };
  for (let pair = 0; pair < pairs; pair++) {
    const order = Array.from(permutation(count, source));
    walk(order);
    walk(order.reverse());
  }
  return sums.map(sum => sum / (2 * pairs));
}
