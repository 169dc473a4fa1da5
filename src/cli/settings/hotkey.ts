import { type SettingTable, text } from '../../base/index.js';

/** A hotkey that need not be in the wallet. */
export const hotkeyRow = {
  hotkey_ss58: text<string | undefined>({
    flag: 'hotkey-ss58',
    argument: 'address',
    about: 'a hotkey by its address, instead of by its name in the wallet',
    default: undefined,
  }),
} satisfies SettingTable;
