import { type Command, Help } from 'commander';
import { groups } from '../catalogue.js';
import { EXITS_TEXT } from '../exit.js';
import { widthOf, wrap } from '../terminal/text.js';

/** Of the terms in front: longer ones have their lines to themselves. */
const TERM_SHARE = 0.45;
/** Nothing is wrapped to less. */
const NARROWEST = 20;
const INDENT = 2;
const USAGE = 'Usage: ';
const DEEP = 6;

/** How commander sets its help, so that every line fits the terminal. */
export const helpLayout = {
  minWidthToWrap: NARROWEST,
  styleUsage(this: Help, usage: string): string {
    return wrapWords(usage, (this.helpWidth ?? 80) - USAGE.length).join(`\n${' '.repeat(USAGE.length)}`);
  },
  padWidth(this: Help, command: Command, help: Help): number {
    const most = Math.floor((this.helpWidth ?? 80) * TERM_SHARE);
    return Math.min(Help.prototype.padWidth.call(this, command, help), most);
  },
  formatItem(this: Help, term: string, termWidth: number, about: string, help: Help): string {
    const width = this.helpWidth ?? 80;
    const start = INDENT + termWidth + 2;
    const lines = wrapWords(about, width - start);
    const first = `${' '.repeat(INDENT)}${term}`;
    const isLong = help.displayWidth(term) > termWidth;
    const head = isLong ? [first] : [`${first.padEnd(start)}${lines.shift() ?? ''}`.trimEnd()];
    return [...head, ...lines.map(line => `${' '.repeat(start)}${line}`)].join('\n');
  },
};

/** Example lines; what is too long goes on behind a backslash, so that it can still be copied. */
export function examplesText(examples: readonly string[], width: number): string {
  const lines = examples.flatMap(example => {
    // An explanation stands behind two spaces.
    const [, line = '', , about] = /^(.*?)(\s{2,}(.*))?$/s.exec(example) ?? [];
    const full = `  bittensor-cli ${example}`;
    if (widthOf(full) <= width) return [full];
    const parts = wrap(shellWords(`bittensor-cli ${line}`), width - DEEP - 2);
    const command = parts.map(
      (part, i) => `${' '.repeat(i === 0 ? INDENT : DEEP)}${part}${i < parts.length - 1 ? ' \\' : ''}`,
    );
    const rest = about === undefined ? [] : wrapWords(about, width - DEEP).map(text => `${' '.repeat(DEEP)}${text}`);
    return [...command, ...rest];
  });
  return [examples.length === 1 ? 'Example:' : 'Examples:', ...lines].join('\n');
}

export function exitsText(width: number): string {
  return wrapWords(EXITS_TEXT.replaceAll('\n', ' '), width).join('\n');
}

/** The names of the first documents, in one paragraph. */
export function flatNamesText(width: number): string {
  const names = groups.flatMap(({ name: group, aliases = [], commands }) =>
    commands.flatMap(({ flat = [] }) => flat.filter(name => name !== group && !aliases.includes(name))),
  );
  const all = names.map(name => name.replaceAll('-', '_')).join(', ');
  return wrapWords(`Also by one name, with _ or -: ${all}.`, width).join('\n');
}

export function wrapWords(text: string, width: number): string[] {
  return wrap(text.split(/\s+/), Math.max(NARROWEST, width));
}

/** Words of a shell, with their quotes. */
function shellWords(line: string): string[] {
  return line.match(/'[^']*'|"[^"]*"|[^\s'"]+/g) ?? [];
}
