import type { SettingSource, SettingTable, SettingValues } from '../../base/index.js';
import type { Exit } from '../exit.js';
import type { Ui } from '../terminal/ui.js';

/** A JSON Schema, as a plain object. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * One command, declared: name, arguments, settings, help and the shape of its answer. The declaration is light; what does
 * the work is loaded when the command is run. Flags, config file, help, docs/cli.md, completion and tests come from it.
 */
export interface CommandSpec<T extends SettingTable = SettingTable> {
  /** With hyphens: `new-coldkey`. Every name works with `_`, too. */
  readonly name: string;
  /** Other names within its group. */
  readonly aliases?: readonly string[];
  /** The setting that an alias is a value of: `run mnist` is `run miner --model mnist`. */
  readonly aliasFlag?: string;
  /** Names without the group, as the old documents have them: `new-coldkey`, `metagraph`. */
  readonly flat?: readonly string[];
  /** One line for the list of commands, small first letter, no full stop. */
  readonly about: string;
  readonly long?: string;
  readonly arguments?: readonly CommandArgument[];
  /** Rows; those of src/cli/settings are shared. The output rows (--json, --quiet, ...) are there without asking. */
  readonly settings: T;
  /** Whole command lines without the program's name: `wallet list --json`. An explanation follows after two spaces. */
  readonly examples: readonly string[];
  /** Of the JSON document on success. */
  readonly output: JsonSchema;
  /** True for what runs until Ctrl-C: that is then its normal end, and takes the time it needs. */
  readonly untilStopped?: boolean;
  /** True for what must work whatever the config file and the environment say. */
  readonly ignoresConfig?: boolean;
  readonly load: () => Promise<Action<T>>;
}

export interface CommandArgument {
  readonly name: string;
  readonly about: string;
  readonly optional?: boolean;
  readonly variadic?: boolean;
  /** What can be given, for completion; anything else is still passed on. */
  readonly choices?: readonly string[];
}

export type Action<T extends SettingTable> = (input: Input<T>) => Promise<Result | undefined>;

export interface Input<T extends SettingTable> {
  readonly settings: SettingValues<T>;
  readonly sources: { readonly [K in keyof T]: SettingSource };
  /** Missing optional arguments at the end are missing here, too. */
  readonly args: readonly string[];
  readonly ui: Ui;
  readonly isJson: boolean;
  /** The config file that --config names. */
  readonly configFile: string | undefined;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  /** Shows the result now; for a command that goes on after it, which then returns nothing. */
  readonly publish: (result: Result) => void;
}

/** What a command has to say: one JSON document (a bigint prints as decimal text), and the same for people. */
export interface Result {
  readonly json: Readonly<Record<string, unknown>>;
  readonly show?: (ui: Ui) => void;
  /** For an answer that is a "no". Default 0. */
  readonly exit?: Exit;
}

// biome-ignore lint/suspicious/noExplicitAny: commands of a list have settings of their own each
export type AnyCommand = CommandSpec<any>;

export interface Group {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly about: string;
  readonly commands: readonly AnyCommand[];
  /** The command that is meant where none is named. */
  readonly standard?: string;
  /** Flags whose value may name the command, in place of a word: `run -n validator`. */
  readonly chosenBy?: readonly string[];
}

/** Declares a command; the types of its settings reach its action. */
export function command<T extends SettingTable>(spec: CommandSpec<T>): CommandSpec<T> {
  return spec;
}

/** Declares `bittensor-cli <noun> <verb>`. */
export function group(spec: Group): Group {
  return spec;
}
