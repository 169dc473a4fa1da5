import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { resolveSettings, withConfigValue, writeFileAtomic } from '../../../base/index.js';
import type { Action } from '../../frame/command.js';
import { configPath } from '../../frame/config-file.js';
import { knownSetting } from './lookup.js';

/** Of a new file; one that is there keeps its own. */
const MODE = 0o600;

export const set: Action<Record<never, never>> = async ({ args: [name = '', text = ''], configFile }) => {
  const { key, row } = knownSetting(name);
  const checked = resolveSettings({ [key]: { ...row, flag: key } }, { flags: { [key]: text } }).values[key] as unknown;
  const value = typeof checked === 'number' || typeof checked === 'boolean' ? checked : text;
  const asked = resolve(configPath(configFile));
  const isThere = existsSync(asked);
  // Behind a link the file is written, not the link.
  const path = isThere ? realpathSync(asked) : asked;
  const before = isThere ? readFileSync(path, 'utf8') : '';
  writeFileAtomic(path, withConfigValue(before, path, key, value), isThere ? statSync(path).mode & 0o777 : MODE);
  return { json: { key, value, path }, show: ui => ui.line(`${key} is ${String(value)} now, in ${path}.`) };
};
