import type { ResolvedSettings, SettingSource, SettingTable, SettingValues } from '../../../base/index.js';

/** What the command line, the environment and the config file said. */
export interface Given<T extends SettingTable> {
  readonly settings: SettingValues<T>;
  readonly sources: { readonly [K in keyof T]: SettingSource };
}

const RANK: readonly SettingSource[] = ['default', 'file', 'environment', 'flag'];

/** The same with one setting taken from another name for it, where that was said closer. */
export function prefer<T extends SettingTable, G extends Given<T>>(
  { settings, sources }: G & Given<T>,
  key: keyof T,
  other: keyof T,
): Given<T> {
  if (RANK.indexOf(sources[other]) <= RANK.indexOf(sources[key])) return { settings, sources };
  return {
    settings: { ...settings, [key]: settings[other] },
    sources: { ...sources, [key]: sources[other] },
  };
}

/** The settings that a neuron of this table knows; the other names for them are settled. */
export function neuronSettings<T extends SettingTable>(given: Given<SettingTable>, table: T): ResolvedSettings<T> {
  const pairs = [
    ['chain_endpoint', 'subtensor_chain_endpoint'],
    ['chain_endpoint', 'subtensor_network'],
    ['neuron_key', 'wallet_hotkey'],
  ] as const;
  const { settings, sources } = pairs.reduce((known, [key, other]) => prefer(known, key, other), given);
  const keys = Object.keys(table);
  return {
    values: Object.fromEntries(keys.map(key => [key, settings[key]])) as SettingValues<T>,
    sources: Object.fromEntries(keys.map(key => [key, sources[key]])) as ResolvedSettings<T>['sources'],
  };
}
