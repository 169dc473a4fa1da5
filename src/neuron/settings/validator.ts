import { onOff, type SettingTable, type SettingValues } from '../../base/index.js';
import { nodeSettings } from './shared.js';

/** Of a validator: it asks, judges and sets weights. */
export const validatorSettings = {
  serve: onOff({
    about: 'open an axon and announce it, so that others can see who this validator is; it answers no requests',
    default: false,
  }),
  ...nodeSettings,
} satisfies SettingTable;

export type ValidatorSettings = SettingValues<typeof validatorSettings>;
