import type { SettingTable } from '../base/index.js';
import { axon } from './commands/axon/group.js';
import { completion } from './commands/completion/command.js';
import { config } from './commands/config/group.js';
import { explain } from './commands/explain/command.js';
import { localnet } from './commands/localnet/group.js';
import { model } from './commands/model/group.js';
import { run } from './commands/run/command.js';
import { stake } from './commands/stake/group.js';
import { subnet } from './commands/subnet/group.js';
import { wallet } from './commands/wallet/group.js';
import { weights } from './commands/weights/group.js';
import type { AnyCommand, Group } from './frame/command.js';
import { outputRows } from './settings/output.js';

/** All commands. Declarations only: what they do is loaded when they run. */
export const groups: readonly Group[] = [wallet, subnet, stake, weights, axon, model, localnet, config];
export const topLevel: readonly AnyCommand[] = [run, explain, completion];

export interface Place {
  /** `['wallet', 'new-coldkey']` */
  readonly path: readonly string[];
  readonly spec: AnyCommand;
}

export function allCommands(): Place[] {
  return [
    ...topLevel.map(spec => ({ path: [spec.name], spec })),
    ...groups.flatMap(group => group.commands.map(spec => ({ path: [group.name, spec.name], spec }))),
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
export function locate(argv: readonly string[]): Located {
  const [first = '', second = '', ...rest] = argv;
  const group = groups.find(candidate => isNamed(candidate, first));
  if (group) {
    const spec = group.commands.find(candidate => isNamed(candidate, second));
    // `stake --amount 1`, as when there were no groups.
    const flat = /^-(?!h$|-help$)/.test(second) ? flatOf(group, first) : undefined;
    if (flat) return { argv: [group.name, flat.name, ...argv.slice(1)], group, spec: flat };
    if (!spec) return { argv: [group.name, ...argv.slice(1)], group };
    return { argv: [group.name, spec.name, ...rest], group, spec };
  }
  const top = topLevel.find(candidate => isNamed(candidate, first));
  if (top) return { argv: [top.name, ...argv.slice(1)], spec: top };
  for (const owner of groups) {
    const spec = flatOf(owner, first);
    if (spec) return { argv: [owner.name, spec.name, ...argv.slice(1)], group: owner, spec };
  }
  return { argv };
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
