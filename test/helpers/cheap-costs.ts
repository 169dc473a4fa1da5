import type { KeyFileCosts } from '../../src/wallet/keyfile/costs.js';

/**
 * The real derivation takes seconds and half a gigabyte; test/cli/wallet-process.test.ts runs it. Elsewhere:
 * `vi.mock('../../src/wallet/keyfile/costs.js', () => import('../helpers/cheap-costs.js'))`.
 */
export const COSTS: KeyFileCosts = {
  nacl: { type: 'argon2i', iterations: 3, memoryKiB: 64 },
  strong: { type: 'argon2id', iterations: 3, memoryKiB: 64 },
  strongLimits: { memoryKiB: [64, 2 * 1024 * 1024], iterations: [3, 64] },
  fernetRounds: 10,
};
