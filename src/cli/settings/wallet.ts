import { join } from 'node:path';
import { choice, homeFolder, integer, onOff, type SettingTable, text } from '../../base/index.js';

const walletPath = text<string>({
  flag: 'wallet.path',
  argument: 'folder',
  about: 'folder of the wallets',
  default: join(homeFolder(), '.bittensor', 'wallets'),
  defaultAbout: '~/.bittensor/wallets',
});

function expandHome(path: string): string {
  return path.replace(/^~(?=\/|$)/, homeFolder());
}

/** Which wallet, and which of its hotkeys. */
export const walletRows = {
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
  wallet_path: { ...walletPath, parse: (value: string) => expandHome(walletPath.parse(value)) },
} satisfies SettingTable;

/** Where a password comes from when it is not typed; see src/cli/secrets/password.ts. */
export const passwordRows = {
  password_file: text<string | undefined>({
    flag: 'password-file',
    argument: 'file',
    about: 'file with the password of the key',
    default: undefined,
  }),
  password_fd: {
    ...integer<number | undefined>({
      flag: 'password-fd',
      argument: 'n',
      about: 'open file descriptor to read the password from',
      default: undefined,
      min: 0,
      max: 2 ** 31 - 1,
    }),
    flagOnly: true,
  },
} satisfies SettingTable;

/** Of commands that write keys. */
export const encryptionRows = {
  use_password: onOff({ about: 'encrypt the key', default: true }),
  no_password: { ...onOff({ about: 'keep the key unencrypted', default: false }), flagOnly: true },
  encryption: choice<'nacl' | 'strong'>({
    about: 'nacl is what every Bittensor program reads; strong has a salt, and only this one reads it',
    default: 'nacl',
    of: ['nacl', 'strong'],
  }),
} satisfies SettingTable;
