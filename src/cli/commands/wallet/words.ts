import { rmSync, writeFileSync } from 'node:fs';
import { plainReason, systemCodeOf } from '../../../base/index.js';
import {
  generateMnemonic,
  type Keypair,
  keypairFromMnemonic,
  keypairFromUri,
  type WordCount,
} from '../../../wallet/index.js';
import { cliError } from '../../errors.js';
import type { Ui } from '../../terminal/ui.js';

/** A new key, with its words unless it is that of a URI. */
export interface NewKey {
  readonly keypair: Keypair;
  readonly words: string | undefined;
}

export function newKey({ n_words: count, uri }: { n_words: WordCount; uri: string | undefined }): NewKey {
  if (uri === undefined) {
    const words = generateMnemonic(count);
    return { keypair: keypairFromMnemonic(words), words };
  }
  // A name alone, as btcli takes it: Alice is //Alice.
  return { keypair: keypairFromUri(/^\w+$/.test(uri) && !uri.startsWith('0x') ? `//${uri}` : uri), words: undefined };
}

/**
 * Writes words to a new file of their own, mode 0600; gives what takes it back. It is there before the key is, so that
 * nobody has a key whose words could not be kept. Errors: `file_exists`, `file_system`.
 */
export function writeWords(path: string, text: string): () => void {
  try {
    writeFileSync(path, `${text}\n`, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST')
      throw cliError('file_exists', `${path} is there already and is not overwritten`, { path });
    throw cliError(
      'file_system',
      `cannot write the words to ${path}: ${plainReason(error)}; no key was made`,
      { path },
      error,
    );
  }
  return () => rmSync(path, { force: true });
}

export interface Telling {
  readonly ui: Ui;
  readonly reveal: boolean;
  readonly file: string | undefined;
  /** The command that shows the words again. */
  readonly again: string;
}

/** Shows new words to who sits at the terminal, once; says to others where they are. Never on stdout. */
export function tellWords(title: string, words: string, { ui, reveal, file, again }: Telling): void {
  if (file !== undefined) ui.note(`The words of ${title} are in ${file}: keep them where nobody else can read them.`);
  if (reveal || file !== undefined) return;
  if (!ui.isInteractive) {
    ui.note(`The words of ${title} are in its key file; \`${again}\` prints them.`);
    return;
  }
  const { yellow, bold } = ui.colors;
  ui.note(
    [
      '',
      `${yellow('Write these words down')}, on paper. Who has them has all that ${title} owns; they are not shown again:`,
      '',
      `    ${bold(words)}`,
      '',
    ].join('\n'),
  );
}
