import type { ResolvedSettings } from '../base/index.js';
import { runMiner } from './model/miner.js';
import { runServer } from './model/serve-model.js';
import type { minerSettings, serverSettings, validatorSettings } from './options.js';
import { type RunHooks, runToTheEnd } from './running.js';
import { runValidator } from './validator/run-validator.js';

/** What runs, with the settings of its role. */
export type Neuron =
  | { readonly role: 'miner'; readonly settings: ResolvedSettings<typeof minerSettings> }
  | { readonly role: 'server'; readonly settings: ResolvedSettings<typeof serverSettings> }
  | { readonly role: 'validator'; readonly settings: ResolvedSettings<typeof validatorSettings> };

/**
 * Runs one neuron from the first key to the clean stop. Resolves when its steps are done or the signal aborts; rejects with the first
 * error it cannot go on after.
 */
export async function runNeuron(neuron: Neuron, hooks: RunHooks): Promise<void> {
  const { stop_after: seconds } = neuron.settings.values;
  await runToTheEnd(hooks.signal, seconds === undefined ? undefined : seconds * 1_000, running => {
    switch (neuron.role) {
      case 'miner':
        return runMiner(neuron.settings, hooks, running);
      case 'server':
        return runServer(neuron.settings, hooks, running);
      case 'validator':
        return runValidator(neuron.settings, hooks, running);
    }
  });
}
