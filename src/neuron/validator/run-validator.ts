import type { ResolvedSettings } from '../../base/index.js';
import { openNode } from '../node.js';
import type { validatorSettings } from '../options.js';
import type { RunHooks, Running } from '../running.js';
import { openDisguise } from './disguise.js';
import { judgeAndRank } from './validator.js';

/** A validator with its node: it asks, judges and sets weights, and serves nothing but its name where that is wanted. */
export async function runValidator(
  { values: settings, sources }: ResolvedSettings<typeof validatorSettings>,
  hooks: RunHooks,
  running: Running,
): Promise<void> {
  const { model, serve: serves } = settings;
  const node = await openNode({ role: 'validator', neuron: model, settings, sources, hooks, running, serves });
  const name = settings.validator_disguise;
  const disguise = name === undefined || !node.chain ? undefined : await openDisguise(name, node, node.chain, hooks);
  const steps = await judgeAndRank(node, settings, disguise);
  node.tellTraffic();
  node.log.info(`Stopped after ${steps} questions`);
  hooks.onDone?.({ hotkey: node.identity.hotkey.address, steps });
}
