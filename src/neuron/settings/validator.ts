import { choice, integer, onOff, type SettingTable, type SettingValues } from '../../base/index.js';
import { judgeSettings } from '../validator/settings.js';
import { MODEL_KINDS, type ModelKind } from './model.js';
import { nodeSettings } from './shared.js';

/** Of a validator: it asks, judges and sets weights. */
export const validatorSettings = {
  model: choice<ModelKind>({ about: 'model whose held-out rows are asked', default: 'mnist', of: MODEL_KINDS }),
  seed: integer<number | undefined>({
    about: 'seed of the order of the questions; with one, miners who know it know the questions',
    default: undefined,
    defaultAbout: 'one that nobody can guess',
    min: 0,
    max: 2 ** 31 - 1,
  }),
  ...judgeSettings,
  serve: onOff({
    about: 'open an axon and announce it, so that others can see who this validator is; it answers no requests',
    default: false,
  }),
  ...nodeSettings,
} satisfies SettingTable;

export type ValidatorSettings = SettingValues<typeof validatorSettings>;
