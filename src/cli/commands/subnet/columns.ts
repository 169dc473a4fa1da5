/** Columns of the metagraph, as they are named for `--sort` and in the head of the table. */
export const COLUMN_NAMES = [
  'uid',
  'stake',
  'rank',
  'trust',
  'consensus',
  'incentive',
  'dividends',
  'emission',
  'vtrust',
  'permit',
  'updated',
  'active',
  'daily',
  'axon',
  'hotkey',
  'coldkey',
] as const;

export type ColumnName = (typeof COLUMN_NAMES)[number];
