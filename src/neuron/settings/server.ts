import { integer, type SettingTable, type SettingValues, text } from '../../base/index.js';
import { modelSettings } from './model.js';
import { gossipSettings, nodeSettings } from './shared.js';

/** Of a server: it answers with a model that it is given, and learns from nobody but its callers. */
export const serverSettings = {
  model_path: text<string | undefined>({
    short: '-mp',
    argument: 'file',
    about:
      'model to serve: a checkpoint, the folder of a student, or a BERT or GPT-2 of Hugging Face (safetensors and config.json)',
    default: undefined,
    defaultAbout: 'none: it has to be given',
  }),
  save_interval: integer({
    argument: 'seconds',
    about: 'how often what was learnt from callers is saved',
    default: 60,
    min: 1,
    max: 86_400,
  }),
  ...modelSettings,
  ...nodeSettings,
  ...gossipSettings,
} satisfies SettingTable;

export type ServerSettings = SettingValues<typeof serverSettings>;
