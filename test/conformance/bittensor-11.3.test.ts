import { describe } from 'vitest';
import { journeys } from './journeys.js';
import { SdkClient } from './sdk-client.js';

describe('bittensor 11.3.0', () => {
  journeys(stage => SdkClient.start('bittensor-11.3.0', 'sdk11.py', stage));
});
