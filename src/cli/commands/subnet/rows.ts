import { choice, integer, onOff, type SettingTable } from '../../../base/index.js';
import { maxCostRow } from '../../settings/amounts.js';
import { hotkeyRow } from '../../settings/hotkey.js';
import { netuidRow, networkRows } from '../../settings/network.js';
import { signingRows } from '../../settings/transaction.js';
import { COLUMN_NAMES, type ColumnName } from './columns.js';

export const listRows = networkRows;

export const oneSubnetRows = { ...netuidRow, ...networkRows } satisfies SettingTable;

export const metagraphRows = {
  ...oneSubnetRows,
  sort: choice<ColumnName>({
    of: COLUMN_NAMES,
    argument: 'column',
    about: `order of the rows, numbers from the largest down: ${COLUMN_NAMES.join(', ')}`,
    default: 'uid',
  }),
  csv: onOff({ about: 'print comma-separated values, with every digit', default: false }),
} satisfies SettingTable;

export const registerRows = { ...netuidRow, ...hotkeyRow, ...maxCostRow, ...signingRows } satisfies SettingTable;

export const powRows = {
  ...netuidRow,
  threads: integer<number | undefined>({
    about: 'threads that search',
    default: undefined,
    defaultAbout: 'one for each processor',
    min: 1,
    max: 256,
    env: 'BT_POW_THREADS',
  }),
  ...signingRows,
} satisfies SettingTable;

export const createRows = { ...hotkeyRow, ...maxCostRow, ...signingRows } satisfies SettingTable;

export const startRows = { ...netuidRow, ...signingRows } satisfies SettingTable;
