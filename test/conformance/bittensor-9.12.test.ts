import { describe } from 'vitest';
import { journeys } from './journeys.js';
import { SdkClient } from './sdk-client.js';

describe('bittensor 9.12.2', () => {
  journeys(stage => SdkClient.start('bittensor-9.12.2', 'sdk9.py', stage));
});
