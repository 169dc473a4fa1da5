import type { Pulled, PullOptions } from './model/student-pull.js';
import type { RunningNode } from './observe/running-nodes.js';
import type { Neuron } from './run.js';
import type { RunHooks } from './running.js';

export type { NeuronErrorCode } from './errors.js';
export type { RunningNode } from './observe/running-nodes.js';
export {
  locksFolder,
  type MinerSettings,
  MODEL_KINDS,
  type ModelKind,
  minerSettings,
  ROLES,
  type Role,
  type ServerSettings,
  serverSettings,
  type ValidatorSettings,
  validatorSettings,
} from './options.js';
export type { Neuron } from './run.js';
export type { RunHooks, RunSummary } from './running.js';

/** Runs one neuron until its signal aborts. The parts behind it are loaded here, so that help and errors show at once. */
export async function runNeuron(neuron: Neuron, hooks: RunHooks): Promise<void> {
  const run = await import('./run.js');
  await run.runNeuron(neuron, hooks);
}

export type { Pulled, PullOptions } from './model/student-pull.js';

/** Fetches a peer's student; see src/neuron/model/student-pull.ts. */
export async function pullStudent(options: PullOptions): Promise<Pulled> {
  const pull = await import('./model/student-pull.js');
  return await pull.pullStudent(options);
}

/** What the running nodes of a data folder say of themselves; see src/neuron/observe/node-statuses.ts. */
export async function askNodes(dataFolder: string, signal: AbortSignal): Promise<unknown[]> {
  const statuses = await import('./observe/node-statuses.js');
  return await statuses.askNodes(dataFolder, signal);
}

/** The nodes of one data folder whose process lives, and what they say is wrong with them. */
export async function runningNodes(dataFolder: string, options: { signal?: AbortSignal } = {}): Promise<RunningNode[]> {
  const nodes = await import('./observe/running-nodes.js');
  return await nodes.runningNodes(dataFolder, options);
}
