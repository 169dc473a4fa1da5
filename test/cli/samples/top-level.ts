import { join } from 'node:path';
import type { Samples } from './sample.js';

export const topLevelSamples: Samples = {
  run: {
    success: chain => [`run mnist -m 0 --steps 1 --labels 64 --device wasm --data ${join(chain.folder, 'node')}`],
    failure: () => ['run nothing', 'run mnist --axon_port 99999'],
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
