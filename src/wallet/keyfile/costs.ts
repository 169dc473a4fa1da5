import type { Argon2Cost } from '../password/derive.js';

/** What the derivations of the key files cost. Tests of other things take cheap ones by the functions' own parameters. */
export interface KeyFileCosts {
  readonly nacl: Argon2Cost;
  readonly strong: Argon2Cost;
  /** What a `strong` file may ask for: below, a guess would cost nothing; above, opening a file could stop a machine. */
  readonly strongLimits: { readonly memoryKiB: Range; readonly iterations: Range };
  readonly fernetRounds: number;
}

type Range = readonly [least: number, most: number];

/** 512 MiB and eight passes for each guess, in both forms. */
export const COSTS: KeyFileCosts = {
  nacl: { type: 'argon2i', iterations: 8, memoryKiB: 512 * 1024 },
  strong: { type: 'argon2id', iterations: 8, memoryKiB: 512 * 1024 },
  strongLimits: { memoryKiB: [64 * 1024, 2 * 1024 * 1024], iterations: [3, 64] },
  fernetRounds: 10_000_000,
};
