import type { CommanderError } from 'commander';
import { type BittensorError, foldKey, nearest, type SettingTable } from '../../base/index.js';
import { groups, type Located, settingsOf, topLevel } from '../catalogue.js';
import { type CliErrorCode, cliError } from '../errors.js';
import { outputRows } from '../settings/output.js';
import { BTCLI_FLAGS } from './btcli-names.js';
import type { AnyCommand, Group } from './command.js';
import { flagTerm } from './flags.js';

/** Of a command line that cannot be parsed: commander's complaint in one line, with the names that the help shows. Error `usage`. */
export function usageError(error: CommanderError, located: Located): BittensorError<CliErrorCode> {
  const { group, spec } = located;
  const said = error.message.replace(/^error: /, '').replace(/\.$/, '');
  const quoted = /'([^']*)/.exec(said)?.[1] ?? '';
  switch (error.code) {
    case 'commander.unknownOption':
      // What stands behind the = may be a secret.
      return unknownOption(quoted.replace(/=.*$/s, '').slice(0, MOST), located);
    case 'commander.unknownCommand': {
      const word = quoted.slice(0, MOST);
      const near = nearest(foldKey(word).replaceAll('_', '-'), verbsOf(group));
      const where = group ? `${group.name} has no command` : 'there is no command';
      return cliError('usage', `${where} '${word}'; ${near ? `did you mean ${near}?` : lists(group?.name)}`);
    }
    case 'commander.optionMissingArgument': {
      const key = /--(\w+)/.exec(quoted)?.[1] ?? '';
      const rows = spec ? settingsOf(spec) : outputRows;
      const term = Object.hasOwn(rows, key) ? flagTerm(key, (rows as SettingTable)[key]!) : quoted;
      return cliError('usage', `${term} needs a value`);
    }
    case 'commander.help':
      return nameOne(group);
    default:
      return cliError('usage', said.replaceAll(/\s*\n\s*/g, ' '));
  }
}

/** Of a word that is repeated. */
const MOST = 80;

function unknownOption(option: string, { argv, group, spec }: Located): BittensorError<CliErrorCode> {
  const message = `unknown option '${option}'`;
  const name = foldKey(option.replace(/^--?/, ''));
  if (!spec) {
    const near = option.startsWith('--') ? nearest(name, ['help', 'version']) : undefined;
    if (near !== undefined) return cliError('usage', `${message}; did you mean --${near}?`);
    const start = group ? 1 : 0;
    if (argv.slice(start).some(word => !word.startsWith('-'))) {
      return cliError('usage', `${option} comes too early: first the command, then its options`);
    }
    return nameOne(group);
  }
  const ours = ownNames(name, spec);
  if (ours.length > 0) return cliError('usage', `${message}; here it is ${ours.join(' or ')}`);
  const near = option.startsWith('--') ? nearestFlag(name, settingsOf(spec)) : undefined;
  const path = group ? `${group.name} ${spec.name}` : spec.name;
  return cliError('usage', `${message}; ${near ? `did you mean ${near}?` : lists(path)}`);
}

/** What a flag of btcli is called on this command. */
function ownNames(name: string, spec: AnyCommand): string[] {
  if (!Object.hasOwn(BTCLI_FLAGS, name)) return [];
  const rows = settingsOf(spec);
  const args = (spec.arguments ?? []).map(argument => `<${argument.name}>`);
  return BTCLI_FLAGS[name]!.flatMap(key => {
    if (key.startsWith('<')) return args.includes(key) ? [`the argument ${key}`] : [];
    return Object.hasOwn(rows, key) ? [`--${rows[key]!.flag ?? key}`] : [];
  });
}

function nearestFlag(name: string, table: SettingTable): string | undefined {
  const shown = new Map<string, string>([['help', '--help']]);
  for (const [key, { flag = key, argument }] of Object.entries(table)) {
    shown.set(key, `--${flag}`);
    shown.set(foldKey(flag), `--${flag}`);
    if (argument === undefined && !flag.startsWith('no_')) shown.set(`no_${key}`, `--no_${key}`);
  }
  return shown.get(nearest(name, [...shown.keys()]) ?? '');
}

/** For a group, or nothing at all, where a command must stand. */
function nameOne(group: Group | undefined): BittensorError<CliErrorCode> {
  const commands = verbsOf(group);
  const what = group ? `name a command of ${group.name}` : 'name a command';
  return cliError('usage', `${what}: ${commands.join(', ')}`, { commands });
}

function verbsOf(group: Group | undefined): string[] {
  if (group) return group.commands.map(({ name }) => name);
  return [...groups, ...topLevel].map(({ name }) => name);
}

function lists(path: string | undefined): string {
  return `bittensor-cli ${path === undefined ? '' : `${path} `}--help lists what there is`;
}
