import { describe } from 'vitest';
import { Btcli11 } from './btcli11.js';
import { journeys } from './journeys.js';

describe('btcli of bittensor 11.3.0', () => {
  journeys(stage => Btcli11.open(stage));
});
