import { describe } from 'vitest';
import { journeys } from './journeys.js';
import { SdkClient } from './sdk-client.js';

describe('bittensor 10.5.0', () => {
  journeys(stage => SdkClient.start('bittensor-10.5.0', 'sdk10.py', stage));
});
