import type { ResolvedSettings } from '../base/index.js';
import type { Pulled, PullOptions } from './model/student-pull.js';
import type { runSettings } from './options.js';
import type { RunHooks } from './run.js';

export type { NeuronErrorCode } from './errors.js';
export { NEURON_KINDS, type NeuronKind, type RunSettings, runSettings } from './options.js';
export type { RunHooks } from './run.js';

/** Runs one neuron until its signal aborts. The parts behind it are loaded here, so that help and errors show at once. */
export async function runNeuron(settings: ResolvedSettings<typeof runSettings>, hooks: RunHooks): Promise<void> {
  const run = await import('./run.js');
  await run.runNeuron(settings, hooks);
}

export type { Pulled, PullOptions } from './model/student-pull.js';

/** Fetches a peer's student; see src/neuron/model/student-pull.ts. */
export async function pullStudent(options: PullOptions): Promise<Pulled> {
  const pull = await import('./model/student-pull.js');
  return await pull.pullStudent(options);
}
