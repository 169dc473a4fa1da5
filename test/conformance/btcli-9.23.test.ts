import { describe } from 'vitest';
import { Btcli9 } from './btcli9.js';
import { journeys } from './journeys.js';

describe('btcli 9.23.2', () => {
  // Its `weights commit` asks for a storage item that no chain has; it reads no weights.
  journeys(stage => Btcli9.open(stage), { without: ['setWeights', 'weights'] });
});
