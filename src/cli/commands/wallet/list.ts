import { isBittensorError, messageOf } from '../../../base/index.js';
import { openWallet, walletNames } from '../../../wallet/index.js';
import type { Action } from '../../frame/command.js';
import type { walletRows } from '../../settings/wallet.js';
import type { Ui } from '../../terminal/ui.js';

interface Listed {
  readonly address: string | null;
  /** Why there is no address. */
  readonly problem: string | null;
}

interface ListedWallet {
  readonly name: string;
  readonly coldkey: Listed;
  /** The private key is not here. */
  readonly watchOnly: boolean;
  readonly hotkeys: readonly (Listed & { readonly name: string })[];
}

/** What is in the folder of the wallets; what cannot be read is listed, too. */
export const list: Action<typeof walletRows> = async ({ settings }) => {
  const path = settings.wallet_path;
  const wallets = walletNames(path).map(name => listWallet(name, path));
  return {
    json: { path, wallets },
    show: ui => {
      if (wallets.length === 0) {
        ui.line(`No wallets in ${path}.`);
        ui.note('`bittensor-cli wallet create` makes one.');
      }
      for (const wallet of wallets) showWallet(ui, wallet);
    },
  };
};

function listWallet(name: string, path: string): ListedWallet {
  const wallet = openWallet({ name, path });
  return {
    name,
    coldkey: look(() => wallet.coldkeyAddress()),
    watchOnly: !wallet.hasColdkey(),
    hotkeys: wallet.hotkeyNames().map(hotkey => ({ name: hotkey, ...look(() => wallet.hotkeyAddress(hotkey)) })),
  };
}

function look(read: () => string): Listed {
  try {
    return { address: read(), problem: null };
  } catch (error) {
    // Whatever is wrong with one file, the others are listed.
    return { address: null, problem: isBittensorError(error) ? error.message : `cannot be read: ${messageOf(error)}` };
  }
}

function showWallet(ui: Ui, { name, coldkey, watchOnly, hotkeys }: ListedWallet): void {
  const { bold, dim, yellow } = ui.colors;
  const say = ({ address, problem }: Listed) => address ?? yellow(problem ?? '');
  const mark = watchOnly && coldkey.address !== null ? dim('  (no private key here)') : '';
  ui.line(`${bold(name)}  ${say(coldkey)}${mark}`);
  const width = Math.max(0, ...hotkeys.map(hotkey => hotkey.name.length));
  hotkeys.forEach((hotkey, i) => {
    ui.line(`${dim(i === hotkeys.length - 1 ? '└──' : '├──')} ${hotkey.name.padEnd(width)}  ${say(hotkey)}`);
  });
}
