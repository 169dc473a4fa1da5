import type { Samples } from './sample.js';

export const topLevelSamples: Samples = {
  explain: {
    success: () => ['explain', 'explain needs_password', 'explain amounttoolow', 'explain "Custom error: 6"'],
    failure: () => ['explain AmountToLow'],
  },
  completion: {
    success: () => ['completion bash', 'completion zsh', 'completion fish'],
    failure: () => ['completion tcsh', 'completion'],
  },
};
