import { BittensorError } from '../base/index.js';
import { type BertConfig, BertSynapse } from './bert.js';
import { type CifarConfig, CifarSynapse } from './cifar.js';
import type { ModelErrorCode } from './errors.js';
import { GPT2LMSynapse, type Gpt2Config } from './gpt2.js';
import { type MnistConfig, MnistSynapse } from './mnist.js';
import type { Synapse } from './synapse.js';

/** The models by name, each one file and one row here. */
const models = {
  mnist: (config: Partial<MnistConfig>) => new MnistSynapse(config),
  cifar: (config: Partial<CifarConfig>) => new CifarSynapse(config),
  bert: (config: Partial<BertConfig>) => new BertSynapse(config),
  gpt2: (config: Partial<Gpt2Config>) => new GPT2LMSynapse(config),
} as const;

export type ModelName = keyof typeof models;
export const modelNames = Object.keys(models) as ModelName[];

/** Builds a model; code `unknown_model` for a name that is not there. Needs a started backend. */
export function createModel(name: string, config: { seed: number } & Record<string, unknown>): Synapse {
  const make = Object.hasOwn(models, name) ? models[name as ModelName] : undefined;
  if (make) return make(config);
  throw new BittensorError<ModelErrorCode>(
    'unknown_model',
    `there is no model '${name}' here (there is: ${modelNames.join(', ')})`,
    {
      data: { name },
    },
  );
}
