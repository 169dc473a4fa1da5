import type { KeyName } from '../../wallet/index.js';

/** The flags that name a key, for a command that a user may copy: no name is anything else to a shell. */
export function keyFlags(wallet: string, which: KeyName): string {
  const hotkey = which === 'coldkey' ? '' : ` --wallet.hotkey ${shellWord(which.hotkey)} --use_hotkey`;
  return `--wallet.name ${shellWord(wallet)}${hotkey}`;
}

/** A text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w.,:@%+/=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
