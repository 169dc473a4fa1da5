import type { SettingTable } from '../base/index.js';
import { axon } from './commands/axon/group.js';
import { completion } from './commands/completion/command.js';
import { config } from './commands/config/group.js';
import { doctor } from './commands/doctor/command.js';
import { explain } from './commands/explain/command.js';
import { explorer } from './commands/explorer/command.js';
import { localnet } from './commands/localnet/group.js';
import { model } from './commands/model/group.js';
import { run } from './commands/run/group.js';
import { stake } from './commands/stake/group.js';
import { subnet } from './commands/subnet/group.js';
import { wallet } from './commands/wallet/group.js';
import { weights } from './commands/weights/group.js';
import type { AnyCommand, Group } from './frame/command.js';
import { outputRows } from './settings/output.js';

/** All commands. Declarations only: what they do is loaded when they run. */
export const groups: readonly Group[] = [run, wallet, subnet, stake, weights, axon, model, localnet, config];
export const topLevel: readonly AnyCommand[] = [explorer, doctor, explain, completion];

export interface Place {
  /** `['wallet', 'new-coldkey']` */
  readonly path: readonly string[];
  readonly spec: AnyCommand;
}

export function allCommands(): Place[] {
  return [
    ...groups.flatMap(group => group.commands.map(spec => ({ path: [group.name, spec.name], spec }))),
    ...topLevel.map(spec => ({ path: [spec.name], spec })),
  ];
}

/** All settings of a command, those that every command has included. */
export function settingsOf(spec: AnyCommand): SettingTable {
  return { ...outputRows, ...spec.settings };
}

export interface Located {
  /** The command line with the present names of group and command. */
  readonly argv: readonly string[];
  readonly group?: Group;
  readonly spec?: AnyCommand;
}

/** Finds what a command line is about: names in both spellings, aliases, and the flat names of old documents. */
export function locate(given: readonly string[]): Located {
  const group = groups.find(candidate => isNamed(candidate, given[0] ?? ''));
  const argv = group?.standard === undefined ? given : withCommand(group, given);
  const [first = '', second = '', ...rest] = argv;
  if (group) {
    const spec = group.commands.find(candidate => isNamed(candidate, second));
    const alias = spec?.aliasFlag !== undefined && hyphens(second) !== spec.name ? [`--${spec.aliasFlag}`, second] : [];
    // `stake --amount 1`, as when there were no groups.
    const flat = /^-(?!h$|-help$)/.test(second) ? flatOf(group, first) : undefined;
    if (flat) return { argv: [group.name, flat.name, ...argv.slice(1)], group, spec: flat };
    if (!spec) return { argv: [group.name, ...argv.slice(1)], group };
    return { argv: [group.name, spec.name, ...alias, ...rest], group, spec };
  }
  const top = topLevel.find(candidate => isNamed(candidate, first));
  if (top) return { argv: [top.name, ...argv.slice(1)], spec: top };
  for (const owner of groups) {
    const spec = flatOf(owner, first);
    if (spec) return { argv: [owner.name, spec.name, ...argv.slice(1)], group: owner, spec };
  }
  return { argv };
}

/** Names the command of a group that may do without: the one that a flag chooses, else the standard one. */
function withCommand(group: Group, [first = '', ...rest]: readonly string[]): readonly string[] {
  const [second = ''] = rest;
  if (second !== '' && (!second.startsWith('-') || second === '-h' || second === '--help')) return [first, ...rest];
  const isCommand = (word: string) => group.commands.some(candidate => isNamed(candidate, word));
  for (const [i, word] of rest.entries()) {
    if (word === '--') break;
    const [flag, value = rest[i + 1] ?? ''] = word.split(/=(.*)/s, 2) as [string, string | undefined];
    if (!group.chosenBy?.includes(flag) || !isCommand(value)) continue;
    return [first, value, ...rest.slice(0, i), ...rest.slice(i + (word === flag ? 2 : 1))];
  }
  return [first, group.standard!, ...rest];
}

function flatOf({ commands }: Group, word: string): AnyCommand | undefined {
  return commands.find(({ flat = [] }) => flat.some(name => hyphens(name) === hyphens(word)));
}

function isNamed({ name, aliases = [] }: { name: string; aliases?: readonly string[] }, word: string): boolean {
  return [name, ...aliases].some(candidate => hyphens(candidate) === hyphens(word));
}

function hyphens(word: string): string {
  return word.replaceAll('_', '-');
}
