import { resolve } from 'node:path';
import type { Action } from '../../frame/command.js';
import { readConfig } from '../../frame/config-file.js';
import { knownSettings } from '../../frame/known-settings.js';
import { currentValue, type Found, knownSetting } from './lookup.js';

export const explain: Action<Record<never, never>> = async input => {
  const [name] = input.args;
  const known = name === undefined ? [...knownSettings().values()] : [knownSetting(name)];
  const settings = known.map(setting => currentValue(setting, input));
  const read = readConfig(input.configFile)?.path;
  const file = read === undefined ? null : resolve(read);
  return {
    json: {
      settings: settings.map(({ key, value, source, row, flag, env, defaults, exceptions, commands }) => ({
        key,
        value,
        source,
        about: row.about,
        flag: `--${flag}`,
        environment: env,
        defaults,
        exceptions,
        commands,
      })),
      file,
    },
    show(ui) {
      const [only] = settings;
      if (name !== undefined && only) ui.pairs(pairsOf(only));
      else {
        const rows = settings.map(({ key, value, source, defaults, env }) => [
          key,
          value === null ? defaults[0] : value,
          source,
          env.join(', '),
        ]);
        ui.table(['setting', 'value', 'from', 'environment'], rows);
      }
      ui.note(file === null ? 'No config file is read.' : `The config file is ${file}.`);
    },
  };
};

function pairsOf({ key, value, source, row, flag, env, defaults, exceptions, commands }: Found): [string, unknown][] {
  return [
    ['setting', key],
    ['about', row.about],
    ['value', value],
    ['from', source],
    ['default', defaults[0]],
    ...exceptions.map((other): [string, unknown] => [`  of ${other.commands.join(', ')}`, other.default]),
    ['flag', `--${flag}${row.argument === undefined ? '' : ` <${row.argument}>`}`],
    ['environment', env.join(', ')],
    ['commands', commands.join(', ')],
  ];
}
