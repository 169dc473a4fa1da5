import { onOff, type SettingTable, text } from '../../../base/index.js';
import { hotkeyRow } from '../../settings/hotkey.js';
import { netuidRow, networkRows } from '../../settings/network.js';
import { signingRows } from '../../settings/transaction.js';
import { walletRows } from '../../settings/wallet.js';
import { amountRow } from '../../terminal/amounts.js';

const partial = {
  ...onOff({ about: 'where the price gets worse than the limit: as much as possible, not nothing', default: false }),
  flagOnly: true,
} as const;

export const addRows = {
  ...netuidRow,
  ...hotkeyRow,
  amount: { ...amountRow({ about: 'how much TAO to stake' }), flagOnly: true },
  all: {
    ...onOff({ about: 'all that the coldkey has, but what fees and the account need', default: false }),
    flagOnly: true,
  },
  max_cost: {
    ...amountRow({ about: 'the most that it may take from the balance, fee included; with --all, that much at most' }),
    flag: 'max-cost',
    flagOnly: true,
  },
  max_price: {
    ...amountRow({ about: 'the most to pay for one alpha, in TAO; dearer, nothing is staked' }),
    flag: 'max-price',
    flagOnly: true,
  },
  partial,
  ...signingRows,
} satisfies SettingTable;

export const removeRows = {
  ...netuidRow,
  ...hotkeyRow,
  amount: { ...amountRow({ argument: 'alpha', about: "how much of the subnet's alpha to take back" }), flagOnly: true },
  all: { ...onOff({ about: 'all of it; without --netuid, from all subnets', default: false }), flagOnly: true },
  min_price: {
    ...amountRow({ about: 'the least to get for one alpha, in TAO; cheaper, nothing is taken back' }),
    flag: 'min-price',
    flagOnly: true,
  },
  partial,
  ...signingRows,
} satisfies SettingTable;

export const listRows = {
  ...walletRows,
  ...networkRows,
  coldkey_ss58: text<string | undefined>({
    flag: 'coldkey-ss58',
    argument: 'address',
    about: "somebody's stakes, by the address of the coldkey, instead of your wallet's",
    default: undefined,
  }),
} satisfies SettingTable;
