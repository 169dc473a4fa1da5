import { expect } from 'vitest';
import { smallCast } from '../../bench/network/cast.js';
import type { RunResult } from '../../bench/network/run.js';

/** The network that the project's check runs: small models, and no longer than it takes to see the right order twice. */
export const smallNetwork = { cast: smallCast, seed: 1, tempos: 15, enough: 2, tempo: 40, blockTimeMs: 250 };

/** Each validator has set rows: the chain and its journal have the same, and none set two in an epoch. */
export function expectAllRows({ weights }: RunResult): void {
  for (const audit of Object.values(weights)) {
    expect(audit.sets).toBeGreaterThan(0);
    expect(audit).toMatchObject({ doubles: [], lost: [], unknown: [] });
  }
}
