import { BittensorError, messageOf } from './errors.js';

/**
 * One setting, declared once. Flags, environment names, config-file keys, help texts and types all come from the row.
 * The key in the table is the long flag and the file key (`axon_port`); hyphens are accepted for underscores.
 */
export interface Setting<T> {
  readonly about: string;
  readonly default: T;
  /** Reads the text of a flag or an environment variable; throws a `RangeError` that says what is allowed. */
  readonly parse: (text: string) => T;
  /** What the help shows for the value; none for a switch. */
  readonly argument?: string;
  /** All values there are, where they are few. */
  readonly choices?: readonly string[];
  /** Short flag with its hyphen: `-a`, `-mp`. */
  readonly short?: string;
  /** Environment variables, the main one first; default `BT_` and the key in capitals. */
  readonly env?: string | readonly string[];
  /** How the help writes the long flag: `wallet.name`. On the command line `.`, `-` and `_` are equal. */
  readonly flag?: string;
  /** What has to be said each time: no environment variable and no config file gives it. */
  readonly flagOnly?: true;
  /** A list: words that follow the flag up to the next one belong to it, and are joined with commas. */
  readonly isList?: true;
  /** How the help shows the default, where the value itself says little. */
  readonly defaultAbout?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: a table mixes settings of many types; each row keeps its own
export type SettingTable = Readonly<Record<string, Setting<any>>>;
export type SettingValues<T extends SettingTable> = { readonly [K in keyof T]: T[K]['default'] };

type Row<T> = Omit<Setting<T>, 'parse'>;

export function text<T extends string | undefined>(row: Row<T>): Setting<T> {
  return {
    ...row,
    argument: row.argument ?? 'text',
    parse: value => {
      if (value === '') throw new RangeError('must not be empty');
      return value as T;
    },
  };
}

export function integer<T extends number | undefined>(row: Row<T> & { min: number; max: number }): Setting<T> {
  const { min, max, ...rest } = row;
  return {
    ...rest,
    argument: row.argument ?? 'n',
    parse: value => {
      const n = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
      if (!(n >= min && n <= max)) throw new RangeError(`must be a whole number from ${min} to ${max}`);
      return n as T;
    },
  };
}

export function real<T extends number | undefined>(row: Row<T> & { min: number; max: number }): Setting<T> {
  const { min, max, ...rest } = row;
  return {
    ...rest,
    argument: row.argument ?? 'x',
    parse: value => {
      const n = value.trim() === '' ? Number.NaN : Number(value);
      if (!(n >= min && n <= max)) throw new RangeError(`must be a number from ${min} to ${max}`);
      return n as T;
    },
  };
}

/** A port to bind, 0 for a free one; `min: 1` for one that others dial. */
export function port<T extends number | undefined>(row: Row<T> & { min?: 0 | 1 }): Setting<T> {
  return integer<T>({ argument: 'port', min: 0, ...row, max: 65535 });
}

export function choice<T extends string>(row: Row<T> & { of: readonly T[] }): Setting<T> {
  const { of, ...rest } = row;
  return {
    ...rest,
    argument: row.argument ?? of.join('|'),
    choices: of,
    parse: value => {
      if (!of.includes(value as T)) throw new RangeError(`must be one of ${of.join(', ')}`);
      return value as T;
    },
  };
}

/** A switch: the bare flag means true; `--no_<key>`, `false`, `0`, `no`, `off` mean false. */
export function onOff(row: Omit<Row<boolean>, 'argument'>): Setting<boolean> {
  return {
    ...row,
    parse: value => {
      if (/^(true|1|yes|on)$/i.test(value)) return true;
      if (/^(false|0|no|off)$/i.test(value)) return false;
      throw new RangeError('must be true or false');
    },
  };
}

type EnvNames = { readonly env?: string | readonly string[] };

/** The environment variable of a setting that the help shows. */
export function envNameOf(key: string, setting: EnvNames): string {
  return envNamesOf(key, setting)[0]!;
}

/** All environment variables that give a setting, the first one that is set wins. */
export function envNamesOf(key: string, { env }: EnvNames): readonly [string, ...string[]] {
  const names = typeof env === 'string' ? [env] : (env ?? []);
  return names.length > 0 ? (names as [string, ...string[]]) : [`BT_${key.toUpperCase()}`];
}

/** Key of a setting in a config file: its environment variable without `BT_`, so that `localnet_port` is not `port`. */
export function configKeyOf(key: string, setting: EnvNames): string {
  const name = envNameOf(key, setting);
  return name.startsWith('BT_') ? name.slice(3).toLowerCase() : key;
}

/** The one spelling of a key or a long flag: `wallet.name`, `wallet-name` and `wallet_name` are one. */
export function foldKey(text: string): string {
  return text.replaceAll(/[.-]/g, '_');
}

export interface SettingSources {
  /** Values as typed on the command line, by key. */
  flags?: Readonly<Record<string, string | boolean | undefined>>;
  env?: Readonly<Record<string, string | undefined>>;
  /** A parsed config file and its path. */
  file?: { path: string; values: Readonly<Record<string, unknown>> } | undefined;
  /** Keys of the file that belong to other tables, and are no mistakes here. */
  otherKeys?: readonly string[];
}

export type SettingSource = 'default' | 'file' | 'environment' | 'flag';

export interface ResolvedSettings<T extends SettingTable> {
  readonly values: SettingValues<T>;
  readonly sources: { readonly [K in keyof T]: SettingSource };
}

/**
 * Settles every setting of a table: default < file < environment < flag.
 * Errors: `bad_setting` names the source and what is allowed; `unknown_setting` for a file key that is in no row.
 */
export function resolveSettings<T extends SettingTable>(table: T, from: SettingSources): ResolvedSettings<T> {
  refuseUnknownKeys(table, from);
  const values: Record<string, unknown> = {};
  const sources: Record<string, SettingSource> = {};
  for (const [key, setting] of Object.entries(table)) {
    const env = setting.flagOnly ? undefined : envNamesOf(key, setting).find(name => from.env?.[name]);
    const flag = from.flags?.[key];
    const configKey = configKeyOf(key, setting);
    const fileValue = setting.flagOnly ? undefined : from.file?.values[configKey];
    if (flag !== undefined) {
      values[key] = typeof flag === 'boolean' ? flag : read(setting, flag, `--${setting.flag ?? key}`);
      sources[key] = 'flag';
    } else if (env !== undefined) {
      values[key] = read(setting, from.env![env]!, env);
      sources[key] = 'environment';
    } else if (fileValue !== undefined && fileValue !== null) {
      const where = `${from.file!.path}: ${configKey}`;
      if (typeof fileValue === 'object') {
        throw new BittensorError('bad_setting', `${where} must be a single value`, { data: { key } });
      }
      values[key] = read(setting, String(fileValue), where);
      sources[key] = 'file';
    } else {
      values[key] = setting.default;
      sources[key] = 'default';
    }
  }
  return { values: Object.freeze(values) as SettingValues<T>, sources: sources as { [K in keyof T]: SettingSource } };
}

function refuseUnknownKeys(table: SettingTable, { file, otherKeys = [] }: SettingSources): void {
  const rows = Object.entries(table).filter(([, setting]) => !setting.flagOnly);
  const known = [...rows.map(([key, setting]) => configKeyOf(key, setting)), ...otherKeys];
  const key = Object.keys(file?.values ?? {}).find(name => !known.includes(name));
  if (key === undefined) return;
  const near = nearest(key, known);
  throw new BittensorError(
    'unknown_setting',
    `${file!.path}: unknown setting "${key}"${near ? `; did you mean "${near}"?` : ''}`,
    { data: { key } },
  );
}

function read<T>(setting: Setting<T>, value: string, where: string): T {
  try {
    return setting.parse(value);
  } catch (error) {
    throw new BittensorError('bad_setting', `${where} ${messageOf(error)}, not "${value}"`, { data: { where, value } });
  }
}

/** The known word nearest to a mistyped one, if it is near enough to be meant. */
export function nearest(
  word: string,
  known: readonly string[],
  most = Math.max(2, Math.floor(word.length / 3)),
): string | undefined {
  let best: string | undefined;
  let bestDistance = most + 1;
  for (const candidate of known) {
    const distance = editDistance(word, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, change));
    }
    previous = row;
  }
  return previous[b.length]!;
}
