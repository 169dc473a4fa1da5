/** A job in a line. */
export interface Waiter {
  readonly priority: bigint;
  readonly caller: string | undefined;
}

/** Since when the caller of a job has waited for any of its own. */
export type SinceMs<T> = (waiter: T) => number;

/** Places kept for stakes that are smaller than those which hold the rest: an eighth, at least one of two or more. */
export function reservedPlaces(maxSize: number): number {
  return maxSize < 2 ? 0 : Math.max(1, maxSize >> 3);
}

/**
 * Which of a line of one too many goes, as its index: of those without a reserved place the one with the least
 * priority, among equals the one whose caller waited least. `line` has the highest priority first.
 */
export function oneTooMany<T extends Waiter>(line: readonly T[], sinceMs: SinceMs<T>): number {
  const maxSize = line.length - 1;
  const kept = keptBelow(line, maxSize, sinceMs);
  let worst = -1;
  for (let i = maxSize; i >= 0; i--) {
    if (kept.has(i)) continue;
    if (worst < 0) worst = i;
    else if (line[i]!.priority > line[worst]!.priority) break;
    else if (sinceMs(line[i]!) > sinceMs(line[worst]!)) worst = i;
  }
  return worst;
}

/** Those who hold reserved places: of the smaller stakes whose callers waited longest, of one caller at most a quarter. */
function keptBelow<T extends Waiter>(line: readonly T[], maxSize: number, sinceMs: SinceMs<T>): Set<number> {
  const reserved = reservedPlaces(maxSize);
  const kept = new Set<number>();
  if (reserved === 0) return kept;
  const least = line[maxSize - reserved - 1]!.priority;
  const below: number[] = [];
  for (let i = maxSize; i >= 0 && line[i]!.priority < least; i--) if (line[i]!.priority > 0n) below.push(i);
  below.sort((a, b) => sinceMs(line[a]!) - sinceMs(line[b]!) || a - b);
  const ofCaller = new Map<string, number>();
  const share = Math.max(1, reserved >> 2);
  for (const i of below) {
    if (kept.size >= reserved) break;
    const { caller } = line[i]!;
    const held = caller === undefined ? 0 : (ofCaller.get(caller) ?? 0);
    if (held >= share) continue;
    if (caller !== undefined) ofCaller.set(caller, held + 1);
    kept.add(i);
  }
  return kept;
}
