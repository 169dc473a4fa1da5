import type { SettingTable } from '../../base/index.js';
import { amountRow } from '../terminal/amounts.js';

/** What a registration may cost. Said each time: no environment variable and no file gives it. */
export const maxCostRow = {
  max_cost: {
    ...amountRow({ about: 'the most that it may cost, in TAO; dearer, it is refused' }),
    flag: 'max-cost',
    flagOnly: true,
  },
} satisfies SettingTable;
