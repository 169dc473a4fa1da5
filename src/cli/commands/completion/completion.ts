import { cliError } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { bashScript } from './bash.js';
import { SHELLS } from './command.js';
import { fishScript } from './fish.js';
import { completionTree } from './tree.js';
import { zshScript } from './zsh.js';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export const completion: Action<Record<never, never>> = async ({ args: [name = ''] }) => {
  const shell = SHELLS.find(known => known === name);
  if (!shell) {
    throw cliError('usage', `no completion for ${JSON.stringify(name.slice(0, 80))}, only for ${SHELLS.join(', ')}`);
  }
  const script = SCRIPTS[shell](completionTree());
  return { json: { shell, script }, show: ui => ui.line(script.trimEnd()) };
};
