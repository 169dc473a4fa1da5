import { type Command, Option } from 'commander';
import { envNameOf, type SettingTable } from '../base/index.js';

/**
 * Puts a table's rows on a command as flags. Commander takes one-letter short flags only, so a longer one (`-mp`) is
 * rewritten by `normalizeArgv` before parsing and shown by `helpTerm`.
 */
export function addFlags(command: Command, table: SettingTable): void {
  for (const [key, setting] of Object.entries(table)) {
    const short = setting.short?.length === 2 ? `${setting.short}, ` : '';
    const value = setting.argument === undefined ? '' : ` <${setting.argument}>`;
    const option = new Option(`${short}--${key}${value}`, describe(key, setting));
    command.addOption(option);
    if (setting.argument === undefined) command.addOption(new Option(`--no_${key}`).hideHelp());
  }
  command.configureHelp({ optionTerm: option => helpTerm(option, table) });
}

function describe(key: string, setting: SettingTable[string]): string {
  const standard = setting.defaultAbout ?? (setting.default === undefined ? undefined : String(setting.default));
  const off = setting.default === true ? `; --no_${key} turns it off` : '';
  return `${setting.about}${off}${standard === undefined ? '' : ` (default: ${standard})`} [${envNameOf(key, setting)}]`;
}

function helpTerm(option: Option, table: SettingTable): string {
  const short = table[option.long?.slice(2) ?? '']?.short;
  return short && short.length > 2 ? `${short}, ${option.flags}` : option.flags;
}

/** Rewrites `-mp x` to `--model_path x` and hyphens in known long flags to underscores. Stops at `--`. */
export function normalizeArgv(argv: readonly string[], tables: readonly SettingTable[]): string[] {
  const keys = new Set(tables.flatMap(table => Object.keys(table)));
  const longShorts = new Map(
    tables.flatMap(table =>
      Object.entries(table)
        .filter(([, setting]) => (setting.short?.length ?? 0) > 2)
        .map(([key, setting]) => [setting.short!, `--${key}`] as const),
    ),
  );
  const end = argv.indexOf('--');
  return argv.map((word, i) => {
    if (end !== -1 && i >= end) return word;
    const [name, ...rest] = word.split('=') as [string, ...string[]];
    const tail = rest.length > 0 ? `=${rest.join('=')}` : '';
    const long = longShorts.get(name);
    if (long) return long + tail;
    if (!name.startsWith('--')) return word;
    const key = name.slice(2).replaceAll('-', '_');
    return keys.has(key) || (key.startsWith('no_') && keys.has(key.slice(3))) ? `--${key}${tail}` : word;
  });
}

/** What was typed, by setting key: `--no_train` becomes `train: false`. */
export function typedFlags(
  options: Record<string, unknown>,
  table: SettingTable,
): Record<string, string | boolean | undefined> {
  const flags: Record<string, string | boolean | undefined> = {};
  for (const key of Object.keys(table)) {
    if (options[key] !== undefined) flags[key] = options[key] as string | boolean;
    if (options[`no_${key}`] === true) flags[key] = false;
  }
  return flags;
}
