/** A point as several arrays by name; a missing array is zeros. */
type Point = ReadonlyMap<string, Float32Array>;

/** Points this many times as far from the middle as the majority's last one are still of it: honest ones differ, too. */
const TOLERANCE = 1.2;

/**
 * The mean of a majority, as what each point is to be multiplied by; the result is their sum. Points longer than the median length are
 * first cut to it. Then the smallest ball around one of the points that holds more than half of the weight is found, and the points in
 * it (and just outside) are averaged by weight. What holds less than half of the weight can only be in there by being close to honest
 * points: one that is opposite or far away is left out, however much it weighs. (After minimum-diameter averaging, El Mhamdi, Guerraoui
 * and Rouault 2018. The geometric median was tried and does not do: where honest gradients are as noisy as those of small batches, it
 * lies on any single point of 49 % of the weight.) The points are long and few: no more of them is needed than their products.
 */
export function majorityShares(points: readonly Point[], weights: readonly number[]): number[] {
  const products = productsOf(points);
  const lengths = products.map((row, i) => Math.sqrt(row[i]!));
  const limit = belowWhichIsHalf(lengths, weights);
  const cuts = lengths.map(length => (length > limit ? limit / length : 1));
  const distance = (i: number, j: number) => {
    const square =
      cuts[i]! ** 2 * products[i]![i]! + cuts[j]! ** 2 * products[j]![j]! - 2 * cuts[i]! * cuts[j]! * products[i]![j]!;
    return Math.sqrt(Math.max(0, square));
  };
  let best = { radius: Number.POSITIVE_INFINITY, distances: [] as number[] };
  for (let i = 0; i < points.length; i++) {
    const distances = points.map((_, j) => (i === j ? 0 : distance(i, j)));
    const radius = belowWhichIsHalf(distances, weights);
    if (radius < best.radius) best = { radius, distances };
  }
  const kept = best.distances.map((far, i) => (far <= TOLERANCE * best.radius ? weights[i]! : 0));
  const total = kept.reduce((sum, weight) => sum + weight, 0);
  return kept.map((weight, i) => (weight / total) * cuts[i]!);
}

/** The value up to which more than half of the weight lies: the weighted median, or of distances the radius. */
function belowWhichIsHalf(values: readonly number[], weights: readonly number[]): number {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const half = weights.reduce((sum, weight) => sum + weight, 0) / 2;
  let held = 0;
  for (const i of order) {
    held += weights[i]!;
    if (held > half * (1 + 1e-9)) return values[i]!;
  }
  return values[order.at(-1)!]!;
}

function productsOf(points: readonly Point[]): number[][] {
  const products = points.map(() => points.map(() => 0));
  for (let i = 0; i < points.length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (const [name, values] of points[i]!) {
        const others = points[j]!.get(name);
        if (others) sum += dot(values, others);
      }
      products[i]![j] = sum;
      products[j]![i] = sum;
    }
  }
  return products;
}

function dot(a: Float32Array, b: Float32Array): number {
  // Two sums at a time: one would wait for itself at each addition.
  let [even, odd] = [0, 0];
  const whole = a.length & ~1;
  for (let i = 0; i < whole; i += 2) {
    even += a[i]! * b[i]!;
    odd += a[i + 1]! * b[i + 1]!;
  }
  if (whole < a.length) odd += a[whole]! * b[whole]!;
  return even + odd;
}
