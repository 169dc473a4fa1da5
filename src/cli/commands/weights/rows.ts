import { integer, type SettingTable, text } from '../../../base/index.js';
import { netuidRow, networkRows } from '../../settings/network.js';
import { signingRows } from '../../settings/transaction.js';

export const showRows = {
  ...netuidRow,
  uid: integer<number | undefined>({
    about: 'only the weights that this neuron set',
    default: undefined,
    min: 0,
    max: 65_535,
    env: 'BT_UID',
  }),
  ...networkRows,
} satisfies SettingTable;

export const setRows = {
  ...netuidRow,
  uids: {
    ...text<string | undefined>({ argument: 'uid,uid,...', about: 'neurons to rank', default: undefined }),
    flagOnly: true,
    isList: true,
  },
  weights: {
    ...text<string | undefined>({
      argument: 'w,w,...',
      about: 'a weight for each: shares of any size (0.2 0.8), or whole numbers up to 65535 as the chain keeps them',
      default: undefined,
    }),
    flagOnly: true,
    isList: true,
  },
  version_key: integer<number | undefined>({
    flag: 'version-key',
    about: 'version of the weights',
    default: undefined,
    defaultAbout: 'what the subnet asks for',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  }),
  ...signingRows,
} satisfies SettingTable;

export const revealRows = { ...netuidRow, ...signingRows } satisfies SettingTable;
