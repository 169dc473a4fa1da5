import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { packagePath } from '../../base/index.js';
import { groups, settingsOf, topLevel } from '../catalogue.js';
import { outputRows } from '../settings/output.js';
import type { AnyCommand } from './command.js';
import { addFlags, flagTerm } from './flags.js';
import { examplesText, exitsText, flatNamesText, helpLayout, wrapWords } from './help.js';

export interface ProgramHooks {
  /** Columns of the terminal, for the help. */
  readonly width: number;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly run: (spec: AnyCommand, args: string[], options: Record<string, unknown>) => Promise<void>;
}

/** The commander program of all declarations. */
export function createProgram(hooks: ProgramHooks): Command {
  const { width } = hooks;
  const { version } = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { version: string };
  const program = new Command('bittensor-cli')
    .description('A Bittensor node: wallets, a local chain, neurons that learn from each other')
    .version(version)
    .configureOutput({
      writeOut: hooks.out,
      writeErr: hooks.err,
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
      outputError() {},
    })
    .configureHelp(helpLayout)
    .showSuggestionAfterError(false)
    .exitOverride()
    .addHelpText('after', ['', flatNamesText(width), '', examplesText(HELLO, width), '', exitsText(width)].join('\n'));
  for (const { name, aliases = [], about, commands } of groups) {
    const parent = program.command(name).aliases(aliases).description(about);
    for (const spec of commands) addCommand(parent, spec, [name], hooks);
    const example = commands[0]?.examples[0];
    if (example) parent.addHelpText('after', `\n${examplesText([example], width)}`);
  }
  for (const spec of topLevel) addCommand(program, spec, [], hooks);
  return program;
}

const HELLO = [
  'run mnist',
  'localnet start --detach',
  'wallet create --wallet.name mine',
  'subnet register --netuid 1 --dry-run',
  'explain NotEnoughBalanceToStake',
];

function addCommand(parent: Command, spec: AnyCommand, path: readonly string[], hooks: ProgramHooks): void {
  const { name, aliases = [], about, long, examples } = spec;
  const command = parent
    .command(name)
    .aliases(aliases)
    .summary(about)
    .description(long ?? `${about[0]!.toUpperCase()}${about.slice(1)}.`);
  for (const { name: word, about: help, optional, variadic } of spec.arguments ?? []) {
    const text = `${word}${variadic ? '...' : ''}`;
    command.argument(optional ? `[${text}]` : `<${text}>`, help);
  }
  const common = Object.fromEntries(Object.entries(outputRows).filter(([key]) => !Object.hasOwn(spec.settings, key)));
  addFlags(command, spec.settings);
  addFlags(command, common, 'Common options:');
  const rows = settingsOf(spec);
  command
    .configureHelp({
      ...helpLayout,
      optionTerm: option => {
        const key = option.long?.slice(2) ?? '';
        return Object.hasOwn(rows, key) ? flagTerm(key, rows[key]!) : option.flags;
      },
    })
    .addHelpText('after', `\n${examplesText(examples, hooks.width)}${flatText(path, spec, hooks.width)}`)
    .action(async (...all: unknown[]) => {
      const options = all.at(-2) as Record<string, unknown>;
      const args = all
        .slice(0, -2)
        .flat()
        .filter((arg): arg is string => arg !== undefined);
      await hooks.run(spec, args, options);
    });
}

function flatText(path: readonly string[], { flat = [], name }: AnyCommand, width: number): string {
  const names = flat.filter(other => other !== [...path, name].join(' '));
  if (names.length === 0) return '';
  return `\n\n${wrapWords(`Also: ${names.map(other => `bittensor-cli ${other}`).join(', ')}`, width).join('\n')}`;
}
