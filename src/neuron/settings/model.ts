import { choice, integer, onOff, real, type SettingTable } from '../../base/index.js';
import type { CallerPolicy, RecipeName } from '../../model/index.js';

/** The models by name, which are the example neurons of the documents. */
export const MODEL_KINDS = ['mnist', 'cifar', 'bert', 'gpt2'] as const satisfies readonly RecipeName[];
export type ModelKind = (typeof MODEL_KINDS)[number];

/** Whose gradients a neuron may learn from. */
export const CALLER_POLICIES = ['off', 'all', 'staked'] as const satisfies readonly CallerPolicy[];

/** Whose gradients it learns from: the switch turns off what the policy allows. */
export function callerPolicyOf(settings: {
  learn_from_callers: boolean;
  server_learn_from_callers: CallerPolicy;
}): CallerPolicy {
  return settings.learn_from_callers ? settings.server_learn_from_callers : 'off';
}

/** Of who has a model that is served. */
export const modelSettings = {
  device: choice<'auto' | 'gpu' | 'cpu' | 'wasm' | 'js'>({
    about: 'where to compute',
    default: 'auto',
    of: ['auto', 'gpu', 'cpu', 'wasm', 'js'],
  }),
  server_learn_from_callers: choice<CallerPolicy>({
    flag: 'server.learn_from_callers',
    about:
      'whose gradients are learnt from: of nobody, of all (those without a stake count little), of those with a stake; clipped, weighed by stake, joined as the majority has them',
    default: 'all',
    of: CALLER_POLICIES,
  }),
  learn_from_callers: onOff({
    about: 'learn from the gradients that callers send back, as --server.learn_from_callers says',
    default: true,
  }),
  learning_rate: real<number | undefined>({
    about: 'learning rate',
    default: undefined,
    defaultAbout: "the model's own",
    min: 0,
    max: 10,
  }),
  keep: integer({
    about: 'how many saves of the model to keep; the best one is kept besides',
    default: 3,
    min: 1,
    max: 1_000,
  }),
} satisfies SettingTable;
