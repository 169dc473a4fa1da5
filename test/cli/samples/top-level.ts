import { join } from 'node:path';
import type { Samples } from './sample.js';

export const topLevelSamples: Samples = {
  doctor: {
    success: chain => [`doctor --wallet.name alice --data ${join(chain.folder, 'node')}`],
    failure: () => ['doctor --subtensor.network nowhere', 'doctor --netuid 99999'],
  },
  explorer: {
    success: () => [{ line: 'explorer --port 0', untilResult: true }],
    failure: chain => [`explorer --port ${chain.net.port}`, 'explorer --port 0 --subtensor.network nowhere'],
  },
  explain: {
    success: () => ['explain', 'explain needs_password', 'explain amounttoolow', 'explain "Custom error: 6"'],
    failure: () => ['explain AmountToLow'],
  },
  completion: {
    success: () => ['completion bash', 'completion zsh', 'completion fish'],
    failure: () => ['completion tcsh', 'completion'],
  },
};
