import { configKeyOf, envNamesOf, nearest, type Setting } from '../../base/index.js';
import { allCommands, settingsOf } from '../catalogue.js';

/** A setting that a config file may hold, and the commands that take it. */
export interface KnownSetting {
  readonly key: string;
  /** That of most commands; they differ in default and help at most. */
  readonly row: Setting<unknown>;
  readonly flag: string;
  readonly env: readonly string[];
  /** The usual one first. */
  readonly defaults: readonly string[];
  /** Where the default is another one. */
  readonly exceptions: readonly { readonly commands: readonly string[]; readonly default: string }[];
  readonly commands: readonly string[];
}

interface Use {
  readonly path: string;
  readonly name: string;
  readonly row: Setting<unknown>;
}

/** All of them, by key. */
export function knownSettings(): ReadonlyMap<string, KnownSetting> {
  const uses = new Map<string, Use[]>();
  for (const { path, spec } of allCommands()) {
    for (const [name, row] of Object.entries(settingsOf(spec))) {
      if (row.flagOnly) continue;
      const key = configKeyOf(name, row);
      const list = uses.get(key);
      const use = { path: path.join(' '), name, row };
      if (list) list.push(use);
      else uses.set(key, [use]);
    }
  }
  return new Map(
    [...uses].map(([key, list]) => [key, knownOf(key, list)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function knownOf(key: string, uses: readonly Use[]): KnownSetting {
  const [usual = [], ...others] = byMost(uses, use => defaultText(use.row));
  const [{ row, name }] = byMost(usual, use => use.row.about)[0] as [Use];
  return {
    key,
    row,
    flag: row.flag ?? name,
    env: [...new Set(uses.flatMap(use => envNamesOf(use.name, use.row)))],
    defaults: [usual, ...others].map(([first]) => defaultText(first!.row)),
    exceptions: others.map(list => ({
      commands: list.map(({ path }) => path),
      default: defaultText(list[0]!.row),
    })),
    commands: uses.map(({ path }) => path),
  };
}

/** In groups of the same text, the largest first. */
function byMost(uses: readonly Use[], textOf: (use: Use) => string): Use[][] {
  const groups = new Map<string, Use[]>();
  for (const use of uses) groups.set(textOf(use), [...(groups.get(textOf(use)) ?? []), use]);
  return [...groups.values()].sort((a, b) => b.length - a.length);
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
