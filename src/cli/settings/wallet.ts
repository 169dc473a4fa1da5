import { choice, integer, onOff, type SettingTable, text } from '../../base/index.js';

export { walletSettings as walletRows } from '../../wallet/options.js';

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
