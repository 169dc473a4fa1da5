import { BittensorError } from '../../../base/index.js';
import { cliError } from '../../errors.js';
import type { Ui } from '../../terminal/ui.js';

/** A key that may be there already. */
export interface Place {
  /** As the user knows it: `the coldkey of wallet default`. */
  readonly title: string;
  /** What is typed again to replace it. */
  readonly name: string;
  readonly path: string;
  readonly isTaken: boolean;
}

/**
 * Leaves a key that is there where it is: replacing it needs `--overwrite`, and on a terminal its name typed again.
 * Errors: `wallet_exists`, `declined`.
 */
export async function mayWrite(ui: Ui, { title, name, path, isTaken }: Place, overwrite: boolean): Promise<void> {
  if (!isTaken) return;
  if (!overwrite) {
    throw new BittensorError('wallet_exists', `${title} exists already: ${path}; --overwrite replaces it`, {
      data: { path },
    });
  }
  if (!ui.isInteractive) {
    ui.note(`This replaces ${title}; the old file is kept in the folder "replaced" of the wallet.`);
    return;
  }
  ui.note(
    `This replaces ${title}. Without its words, or the old file, all that it owns is lost; that file is kept in the folder ` +
      '"replaced" of the wallet.',
  );
  const typed = await ui.ask(`Type its name (${name}) to replace it:`);
  if (typed.trim() !== name) throw cliError('declined', `nothing was changed: that is not the name ${name}`);
}
