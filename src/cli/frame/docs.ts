import { configKeyOf, type SettingTable } from '../../base/index.js';
import { groups, topLevel } from '../catalogue.js';
import { EXITS_TEXT } from '../exit.js';
import { outputRows } from '../settings/output.js';
import type { AnyCommand } from './command.js';
import { describe, flagTerm } from './flags.js';

/** The text of docs/cli.md, of the declarations of all commands. */
export function cliDocs(): string {
  const sections = [
    ...groups.flatMap(({ name, aliases = [], about, commands }) => [
      `## ${name}`,
      '',
      `${capital(about)}.${aliases.length === 0 ? '' : ` Also: ${aliases.map(code).join(', ')}.`}`,
      '',
      ...commands.flatMap(spec => [`### ${name} ${spec.name}`, '', ...commandLines([name, spec.name], spec)]),
    ]),
    ...topLevel.flatMap(spec => [`## ${spec.name}`, '', ...commandLines([spec.name], spec)]),
  ];
  return `${[...HEAD, ...contents(), '', '## On every command', '', ...optionLines(outputRows), '', ...sections].join('\n').trimEnd()}\n`;
}

const HEAD = [
  '# Command line',
  '',
  '<!-- Made by `npm run docs:cli` of the declarations in src/cli; a test compares them. -->',
  '',
  'Settings come from flags, the environment (names in brackets) and the config file, in this order: `./configuration.yaml` if it',
  'is there, else `~/.bittensor/configuration.yaml`. In a flag `.`, `-` and `_` are equal (`--wallet.name`, `--wallet-name`), in a',
  'name of a command `-` and `_` are. In the file `wallet: {name: x}` is `wallet_name: x`.',
  '',
  'Nothing but the result goes to stdout. With `--json` that is one JSON document, on success and on failure; a failure is',
  '`{"error": {"code", "message", "hint", "exit", "data"}}`, and `bittensor-cli explain CODE` says more of it. Amounts of rao are',
  'decimal text.',
  '',
  EXITS_TEXT,
  '',
];

function contents(): string[] {
  return [
    '| command | what it does |',
    '|---|---|',
    ...groups.flatMap(({ name, commands }) =>
      commands.map(spec => `| [\`${name} ${spec.name}\`](#${name}-${spec.name}) | ${cell(spec.about)} |`),
    ),
    ...topLevel.map(spec => `| [\`${spec.name}\`](#${spec.name}) | ${cell(spec.about)} |`),
  ];
}

function commandLines(path: readonly string[], spec: AnyCommand): string[] {
  const { about, long, examples, aliases = [], flat = [], arguments: list = [] } = spec;
  const usage = list.map(({ name, optional, variadic }) => {
    const word = `${name}${variadic ? '...' : ''}`;
    return optional ? `[${word}]` : `<${word}>`;
  });
  const others = [...aliases.map(name => [...path.slice(0, -1), name].join(' ')), ...flat];
  return [
    long ?? `${capital(about)}.`,
    '',
    '```',
    ['bittensor-cli', ...path, ...usage, '[options]'].join(' '),
    '```',
    '',
    ...(others.length === 0 ? [] : [`Also: ${others.map(name => code(`bittensor-cli ${name}`)).join(', ')}.`, '']),
    ...(list.length === 0
      ? []
      : ['| argument | |', '|---|---|', ...list.map(({ name, about: what }) => `| \`${name}\` | ${cell(what)} |`), '']),
    ...optionLines(spec.settings),
    ...(Object.keys(spec.settings).length === 0 ? [] : ['']),
    examples.length === 1 ? 'Example:' : 'Examples:',
    '',
    '```',
    ...examples.map(example => `bittensor-cli ${example}`),
    '```',
    '',
  ];
}

function optionLines(table: SettingTable): string[] {
  const rows = Object.entries(table);
  if (rows.length === 0) return [];
  const lines = rows.map(([key, row]) => {
    const file = row.flagOnly ? '' : code(configKeyOf(key, row));
    return `| ${code(flagTerm(key, row))} | ${cell(describe(key, row))} | ${file} |`;
  });
  return ['| option | | in the config file |', '|---|---|---|', ...lines];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

function capital(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
}
