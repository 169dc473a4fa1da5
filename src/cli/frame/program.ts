import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { packagePath } from '../../base/index.js';
import { groups, settingsOf, topLevel } from '../catalogue.js';
import { EXITS_TEXT } from '../exit.js';
import { outputRows } from '../settings/output.js';
import type { AnyCommand } from './command.js';
import { addFlags, flagTerm } from './flags.js';

export interface ProgramHooks {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly run: (spec: AnyCommand, args: string[], options: Record<string, unknown>) => Promise<void>;
}

/** The commander program of all declarations. */
export function createProgram(hooks: ProgramHooks): Command {
  const { version } = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { version: string };
  const program = new Command('bittensor-cli')
    .description('A Bittensor node: wallets, a local chain, neurons that learn from each other')
    .version(version)
    .configureOutput({ writeOut: hooks.out, writeErr: hooks.err })
    .showHelpAfterError('(--help lists what there is)')
    .exitOverride()
    .addHelpText('after', `\nExamples:\n${HELLO.map(line => `  bittensor-cli ${line}`).join('\n')}\n\n${EXITS_TEXT}`);
  for (const spec of topLevel) addCommand(program, spec, [], hooks);
  for (const { name, aliases = [], about, commands } of groups) {
    const parent = program.command(name).aliases(aliases).description(about);
    for (const spec of commands) addCommand(parent, spec, [name], hooks);
    const example = commands[0]?.examples[0];
    if (example) parent.addHelpText('after', `\nExample:\n  bittensor-cli ${example}`);
  }
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
      optionTerm: option => {
        const key = option.long?.slice(2) ?? '';
        return Object.hasOwn(rows, key) ? flagTerm(key, rows[key]!) : option.flags;
      },
    })
    .addHelpText('after', `\n${examplesText(examples)}${flatText(path, spec)}`)
    .action(async (...all: unknown[]) => {
      const options = all.at(-2) as Record<string, unknown>;
      const args = all
        .slice(0, -2)
        .flat()
        .filter((arg): arg is string => arg !== undefined);
      await hooks.run(spec, args, options);
    });
}

function examplesText(examples: readonly string[]): string {
  return `Examples:\n${examples.map(line => `  bittensor-cli ${line}`).join('\n')}`;
}

function flatText(path: readonly string[], { flat = [], name }: AnyCommand): string {
  const names = flat.filter(other => other !== [...path, name].join(' '));
  return names.length === 0 ? '' : `\n\nAlso: ${names.map(other => `bittensor-cli ${other}`).join(', ')}`;
}
