import { expect } from 'vitest';
import { foldKey } from '../../src/base/index.js';
import { locate, settingsOf } from '../../src/cli/catalogue.js';

/** A command line of this program: the command is there, and so are its flags, each with a value that it takes. HOTKEY stands for any. */
export function checkCommand(words: readonly string[]): void {
  const line = words.join(' ');
  const { spec, group } = locate(words);
  // `--help`, of all or of a group, and a group by its name.
  if (words.at(-1) === '--help' && words.length === 1) return;
  if (group && words.slice(1).every(word => word === '--help')) return;
  expect(spec, line).toBeDefined();
  const table = settingsOf(spec!);
  for (const [i, word] of words.entries()) {
    if (!word.startsWith('--') || word === '--help') continue;
    const [flag = '', given] = word.slice(2).split('=', 2);
    const setting = table[foldKey(flag)];
    expect(setting, `${word} in ${line}`).toBeDefined();
    const value = given ?? words[i + 1];
    if (setting!.argument === undefined || value === undefined || /^[A-Z]+(:[A-Z]+)?$/.test(value)) continue;
    expect(() => setting!.parse(value), `${word} ${value} in ${line}`).not.toThrow();
  }
}
