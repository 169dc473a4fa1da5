import { join } from 'node:path';
import { homeFolder, type SettingTable, text } from '../base/index.js';

/** Settings of the wallet. This file needs nothing of what they are for, so that a help text loads none of it. */

const path = text<string>({
  flag: 'wallet.path',
  argument: 'folder',
  about: 'folder of the wallets',
  default: join(homeFolder(), '.bittensor', 'wallets'),
  defaultAbout: '~/.bittensor/wallets',
});

function expandHome(folder: string): string {
  return folder.replace(/^~(?=\/|$)/, homeFolder());
}

/** Which wallet, and which of its hotkeys. */
export const walletSettings = {
  wallet_name: text<string>({
    flag: 'wallet.name',
    argument: 'name',
    about: 'wallet to use',
    default: 'default',
    env: ['BT_WALLET_NAME', 'BT_WALLET'],
  }),
  wallet_hotkey: text<string>({
    flag: 'wallet.hotkey',
    argument: 'name',
    about: 'hotkey of the wallet',
    default: 'default',
  }),
  // Of a file, or behind `=`, no shell expands it.
  wallet_path: { ...path, parse: (value: string) => expandHome(path.parse(value)) },
} satisfies SettingTable;
