import { describe } from 'vitest';
import { journeys } from './journeys.js';
import { PolkadotClient } from './polkadot-client.js';

describe('@polkadot/api', () => {
  journeys(stage => PolkadotClient.open(stage));
});
