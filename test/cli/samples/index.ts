import { axonSamples } from './axon.js';
import { chainSamples } from './chain.js';
import { configSamples } from './config.js';
import { localnetSamples } from './localnet.js';
import { modelSamples } from './model.js';
import { runSamples } from './run.js';
import type { Samples } from './sample.js';
import { topLevelSamples } from './top-level.js';
import { walletSamples } from './wallet.js';

/** Of all commands, in the order in which they are run: those that turn the chain's time are last. */
export const samples: Samples = {
  ...configSamples,
  ...walletSamples,
  ...topLevelSamples,
  ...axonSamples,
  ...modelSamples,
  ...chainSamples,
  ...localnetSamples,
  // Last: a neuron that runs takes a uid.
  ...runSamples,
};
