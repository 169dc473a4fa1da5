import { choice, integer, onOff, type SettingTable, type SettingValues, text } from '../../base/index.js';
import { MODEL_KINDS, type ModelKind, modelSettings } from './model.js';
import { gossipSettings, nodeSettings } from './shared.js';

/** Of the template miner: it trains a model of its own with the network's help, serves it, and ranks who helped. */
export const minerSettings = {
  model: choice<ModelKind>({
    about: 'model that learns, is served and asks its peers',
    default: 'mnist',
    of: MODEL_KINDS,
  }),
  model_path: text<string | undefined>({
    short: '-mp',
    argument: 'file',
    about:
      'model to begin with: a checkpoint, the folder of a student, or a BERT or GPT-2 of Hugging Face (safetensors and config.json); one that was begun with goes on from its saves',
    default: undefined,
    defaultAbout: "the slot's own checkpoint",
  }),
  steps: integer<number | undefined>({
    about: 'stop cleanly after this many batches',
    default: undefined,
    defaultAbout: 'run until Ctrl-C',
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
  }),
  seed: integer<number | undefined>({
    about: 'seed of the first parameters and of the order of the data',
    default: undefined,
    defaultAbout: 'from the hotkey',
    min: 0,
    max: 2 ** 31 - 1,
  }),
  dataset: text<string | undefined>({
    argument: 'path',
    about:
      'file or folder to learn from: IDX (.gz) for mnist, CIFAR-10 binary, text, CSV or Parquet for bert and gpt2; what is named test does the testing',
    default: undefined,
    defaultAbout: 'what comes with the package',
  }),
  labels: integer<number | undefined>({
    about: 'how many training rows keep their label; the others teach the student without',
    default: undefined,
    defaultAbout: 'all',
    min: 64,
    max: 10_000_000,
  }),
  train: onOff({
    about: "learn from this neuron's own batches; without, it serves and learns from callers only",
    default: true,
  }),
  ...modelSettings,
  ...nodeSettings,
  ...gossipSettings,
} satisfies SettingTable;

export type MinerSettings = SettingValues<typeof minerSettings>;
