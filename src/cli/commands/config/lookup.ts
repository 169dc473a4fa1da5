import { BittensorError, foldKey, nearest, resolveSettings, type SettingSource } from '../../../base/index.js';
import type { Input } from '../../frame/command.js';
import { readConfig } from '../../frame/config-file.js';
import { type KnownSetting, knownSettings } from '../../frame/known-settings.js';

export interface Found extends KnownSetting {
  readonly value: string | number | boolean | null;
  readonly source: SettingSource;
}

/** A setting by its name in the config file, in any spelling. Error `unknown_setting` names the nearest. */
export function knownSetting(name: string): KnownSetting {
  const known = knownSettings();
  const found = known.get(foldKey(name));
  if (found) return found;
  const near = nearest(foldKey(name), [...known.keys()]);
  const hint = near === undefined ? '`bittensor-cli config explain` lists all' : `did you mean "${near}"?`;
  throw new BittensorError('unknown_setting', `there is no setting ${JSON.stringify(name.slice(0, 80))}; ${hint}`);
}

/** The value of a setting without flags, and where it comes from. Error `bad_setting` for one that cannot be. */
export function currentValue(
  setting: KnownSetting,
  { ui, configFile }: Pick<Input<never>, 'ui' | 'configFile'>,
): Found {
  const { key, row, env } = setting;
  const file = readConfig(configFile);
  const table = { [key]: { ...row, env } };
  const own = file && { ...file, values: Object.hasOwn(file.values, key) ? { [key]: file.values[key] } : {} };
  const { values, sources } = resolveSettings(table, { env: ui.env, file: own, otherKeys: [key] });
  const value = values[key] as string | number | boolean | undefined;
  return { ...setting, value: value ?? null, source: sources[key]! };
}
