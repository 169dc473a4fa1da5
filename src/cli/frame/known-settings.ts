import { configKeyOf, envNamesOf, nearest, type Setting } from '../../base/index.js';
import { allCommands, settingsOf } from '../catalogue.js';

/** A setting that a config file may hold, and the commands that take it. */
export interface KnownSetting {
  readonly key: string;
  /** The first command's; they differ in default and help at most. */
  readonly row: Setting<unknown>;
  readonly flag: string;
  readonly env: readonly string[];
  readonly defaults: readonly string[];
  readonly commands: readonly string[];
}

/** All of them, by key. */
export function knownSettings(): ReadonlyMap<string, KnownSetting> {
  const found = new Map<string, KnownSetting>();
  for (const { path, spec } of allCommands()) {
    for (const [name, row] of Object.entries(settingsOf(spec))) {
      if (row.flagOnly) continue;
      const key = configKeyOf(name, row);
      const known = found.get(key);
      found.set(key, {
        key,
        row: known?.row ?? row,
        flag: known?.flag ?? row.flag ?? name,
        env: [...new Set([...(known?.env ?? []), ...envNamesOf(name, row)])],
        defaults: [...new Set([...(known?.defaults ?? []), defaultText(row)])],
        commands: [...(known?.commands ?? []), path.join(' ')],
      });
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function defaultText({ default: standard, defaultAbout }: Setting<unknown>): string {
  return defaultAbout ?? (standard === undefined ? 'none' : String(standard));
}

/** Official variables that are no setting of ours. */
const OTHERS = /^BT_(PW_|WALLET_PASSWORD)/;
/** Two letters wrong, missing or too many look like a mistake; more like somebody else's variable. */
const MISTAKES = 2;

/** Variables of the environment that look like a mistyped setting, with what was meant. */
export function mistypedVariables(
  env: Readonly<Record<string, string | undefined>>,
): { name: string; meant: string }[] {
  const names = Object.keys(env).filter(name => name.startsWith('BT_') && !OTHERS.test(name));
  if (names.length === 0) return [];
  const known = [...knownSettings().values()].flatMap(({ env: own }) => own);
  return names
    .filter(name => !known.includes(name))
    .flatMap(name => {
      const meant = nearest(name, known, MISTAKES);
      return meant === undefined ? [] : [{ name, meant }];
    });
}
