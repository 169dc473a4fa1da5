import type { Setting } from '../../../base/index.js';
import { groups, settingsOf, topLevel } from '../../catalogue.js';
import type { AnyCommand } from '../../frame/command.js';

/** What the shells' scripts are made of. */
export interface Tree {
  readonly names: readonly Described[];
  readonly groups: readonly GroupNode[];
  readonly commands: readonly Node[];
}

export interface GroupNode {
  readonly words: readonly string[];
  readonly names: readonly Described[];
  /** What can be given where no command is named. */
  readonly flags: readonly Flag[];
}

export interface Described {
  readonly name: string;
  readonly about: string;
}

export interface Node {
  /** The ways to write it: `['wallet create', 'w create']`; with hyphens only. */
  readonly words: readonly string[];
  readonly flags: readonly Flag[];
  /** What its first argument can be. */
  readonly choices: readonly string[];
  readonly takesFile: boolean;
}

export interface Flag extends Described {
  readonly short: string | undefined;
  readonly value: 'none' | 'text' | 'file' | 'folder' | readonly string[];
}

export function completionTree(): Tree {
  const ofGroups = groups.flatMap(({ name, aliases = [], commands }) =>
    commands.map(spec => {
      const own = [spec.name, ...(spec.aliases ?? [])];
      const words = [name, ...aliases].flatMap(group => own.map(verb => `${group} ${verb}`));
      // Where a flat name is also a group's, the group's commands are offered.
      const flat = (spec.flat ?? []).filter(word => !groups.some(group => group.name === word));
      return nodeOf(spec, [...words, ...flat.map(word => word.replaceAll('_', '-'))]);
    }),
  );
  return {
    names: [...groups, ...topLevel].map(({ name, about }) => ({ name, about })),
    groups: groups.map(({ name, aliases = [], commands, standard }) => ({
      words: [name, ...aliases],
      names: commands.flatMap(spec => {
        const others = spec.aliasFlag === undefined ? [] : (spec.aliases ?? []);
        return [spec.name, ...others].map(word => ({ name: word, about: spec.about }));
      }),
      flags: commands.filter(spec => spec.name === standard).flatMap(spec => nodeOf(spec, []).flags),
    })),
    commands: [...topLevel.map(spec => nodeOf(spec, [spec.name, ...(spec.aliases ?? [])])), ...ofGroups],
  };
}

function nodeOf(spec: AnyCommand, words: readonly string[]): Node {
  const flags = Object.entries(settingsOf(spec)).map(([key, row]) => flagOf(key, row));
  const first = spec.arguments?.[0];
  return {
    words: [...new Set(words)],
    flags: [...flags, { name: '--help', about: 'what the command does', short: '-h', value: 'none' }],
    choices: first?.choices ?? [],
    takesFile: first?.name === 'file',
  };
}

function flagOf(key: string, row: Setting<unknown>): Flag {
  const { flag = key, short, about } = row;
  // A switch that is on is of use only to be turned off.
  const name = row.default === true && !flag.startsWith('no_') ? `--no_${flag}` : `--${flag}`;
  return { name, about, short, value: valueOfFlag(row) };
}

function valueOfFlag({ argument, choices }: Setting<unknown>): Flag['value'] {
  if (argument === undefined) return 'none';
  if (choices) return choices;
  if (argument === 'folder') return 'folder';
  return argument.includes('file') ? 'file' : 'text';
}
