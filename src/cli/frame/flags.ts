import { type Command, Option } from 'commander';
import { envNamesOf, foldKey, type Setting, type SettingTable } from '../../base/index.js';

/**
 * Puts a table's rows on a command as flags. Commander takes one-letter short flags only, so a longer one (`-mp`) is
 * rewritten by `normalizeArgv` before parsing and shown by `helpTerm`.
 */
export function addFlags(command: Command, table: SettingTable, heading?: string): void {
  for (const [key, setting] of Object.entries(table)) {
    const short = setting.short?.length === 2 ? `${setting.short}, ` : '';
    const value = setting.argument === undefined ? '' : ` <${setting.argument}>`;
    const option = new Option(`${short}--${key}${value}`, describe(key, setting));
    if (heading !== undefined) option.helpGroup(heading);
    command.addOption(option);
    if (setting.argument === undefined) command.addOption(new Option(`--no_${key}`).hideHelp());
  }
}

/** What the help says of a setting. */
export function describe(key: string, setting: Setting<unknown>): string {
  const isSwitch = setting.argument === undefined;
  const isOff = isSwitch && setting.flag?.startsWith('no_');
  const standard =
    setting.defaultAbout ?? (setting.default === undefined || isSwitch ? undefined : String(setting.default));
  const off = setting.default === true && !isOff ? `; --no_${key} turns it off` : '';
  const env = setting.flagOnly ? '' : ` [${envNamesOf(key, setting).join(', ')}]`;
  return `${setting.about}${off}${standard === undefined ? '' : ` (default: ${standard})`}${env}`;
}

/** The flags of a setting as the help shows them: `-mp, --model_path <file>`. */
export function flagTerm(key: string, { short, flag = key, argument }: Setting<unknown>): string {
  return `${short === undefined ? '' : `${short}, `}--${flag}${argument === undefined ? '' : ` <${argument}>`}`;
}

/**
 * Rewrites `-mp x` to `--model_path x`, and `.` and `-` in known long flags to `_`. Stops at `--`. What has a digit
 * behind its hyphen (`-5s`) is an argument and no flag: it goes behind a `--`.
 */
export function normalizeArgv(argv: readonly string[], table: SettingTable): string[] {
  const shorts = new Map(Object.entries(table).flatMap(([key, { short }]) => (short ? [[short, key] as const] : [])));
  const out: string[] = [];
  const numbers: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === '--') return [...out, '--', ...numbers, ...argv.slice(i + 1)];
    if (/^-\d/.test(word)) {
      numbers.push(word);
      continue;
    }
    const [, name = '', tail = ''] = /^(-[^=]*)(=.*)?$/s.exec(word) ?? [];
    const key = name.startsWith('--') ? keyOf(name.slice(2), table) : shorts.get(name);
    if (key === undefined) {
      out.push(word);
      continue;
    }
    const isLong = name.startsWith('--') || name.length > 2;
    out.push(isLong ? `--${key}${tail}` : word);
    // The value of a flag is no flag, whatever it looks like.
    if (tail === '' && table[key]?.argument !== undefined && i + 1 < argv.length) out.push(argv[++i]!);
    // A list goes on until the next flag.
    while (table[key]?.isList && i + 1 < argv.length && !argv[i + 1]!.startsWith('-'))
      out.push(`${out.pop()},${argv[++i]}`);
  }
  return numbers.length === 0 ? out : [...out, '--', ...numbers];
}

function keyOf(name: string, table: SettingTable): string | undefined {
  const key = foldKey(name);
  if (Object.hasOwn(table, key)) return key;
  const positive = key.startsWith('no_') ? key.slice(3) : '';
  return Object.hasOwn(table, positive) && table[positive]!.argument === undefined ? key : undefined;
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
