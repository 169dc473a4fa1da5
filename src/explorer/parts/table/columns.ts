import { TOKEN_SIGNS, type Token } from '../../../base/browser.js';
import type { NeuronRow } from '../../data/types.js';

export type ColumnValue = number | string | boolean | undefined;

/** What a column needs to know besides the row. */
export interface ColumnContext {
  /** Place by stake, 1 for the largest; by uid. */
  readonly position: ReadonlyMap<number, number>;
  /** Epochs in a day, for the daily reward; undefined when the time between blocks is not known. */
  readonly epochsPerDay: number | undefined;
}

export interface Column {
  readonly id: string;
  readonly title: string;
  /** What the column says, in a few words: a tool tip, and what a screen reader hears. */
  readonly about: string;
  readonly kind: 'number' | 'text' | 'flag';
  readonly widthPx: number;
  /** Shown before anybody chose. */
  readonly shown: boolean;
  value(row: NeuronRow, context: ColumnContext): ColumnValue;
  /** As the table shows it. */
  text(value: ColumnValue): string;
}

const DASH = '–';
const count = (value: ColumnValue) => (value === undefined ? DASH : String(value));
const share = (value: ColumnValue) => (typeof value === 'number' ? value.toFixed(5) : DASH);
const flag = (value: ColumnValue) => (value === true ? 'yes' : DASH);

const amountForm = new Intl.NumberFormat('en', { minimumFractionDigits: 4, maximumFractionDigits: 4 });
/** Of TAO or alpha. */
export const amount = (value: ColumnValue) => (typeof value === 'number' ? amountForm.format(value) : DASH);

/** The ends of an address, enough to tell two apart by eye. */
export function shortAddress(address: string): string {
  return address.length > 12 ? `${address.slice(0, 5)}…${address.slice(-4)}` : address;
}
const address = (value: ColumnValue) => (typeof value === 'string' ? shortAddress(value) : DASH);

/** `1.2.3.4:8091`, `[::1]:8091`, or undefined when nothing is served. */
export function axonText(axon: NeuronRow['axon']): string | undefined {
  if (axon === undefined) return undefined;
  return axon.ip.includes(':') ? `[${axon.ip}]:${axon.port}` : `${axon.ip}:${axon.port}`;
}

function column(
  id: string,
  title: string,
  kind: Column['kind'],
  widthPx: number,
  about: string,
  value: Column['value'],
  text: Column['text'],
  shown = true,
): Column {
  return { id, title, kind, widthPx, about, value, text, shown };
}

/** All columns of the metagraph table, in the order in which they stand. */
export const COLUMNS: readonly Column[] = [
  column('pos', 'Pos', 'number', 60, 'place by stake', (row, { position }) => position.get(row.uid), count),
  column('permit', 'Permit', 'flag', 72, 'may validate', row => row.validatorPermit, flag),
  column('immune', 'Immune', 'flag', 78, 'too young to be replaced', row => row.immune, flag),
  column('uid', 'UID', 'number', 62, 'place in the subnet', row => row.uid, count),
  column('stake', 'Stake', 'number', 112, 'stake, in TAO (τ) or the alpha (α) of the subnet', row => row.stake, amount),
  column('rank', 'Rank', 'number', 84, 'weighted by stake, before consensus', row => row.rank, share, false),
  column('trust', 'Trust', 'number', 84, 'stake that gives it weight', row => row.trust, share, false),
  column('vtrust', 'VTrust', 'number', 84, 'agreement of its weights with consensus', row => row.validatorTrust, share),
  column('consensus', 'Consensus', 'number', 106, 'weight that most stake agrees on', row => row.consensus, share),
  column('incentive', 'Incentive', 'number', 96, 'share of what miners earn', row => row.incentive, share),
  column('dividends', 'Dividends', 'number', 104, 'share of what validators earn', row => row.dividends, share),
  column(
    'emission',
    'Emission',
    'number',
    122,
    'earned in the last epoch, in what its stake is',
    row => row.emission,
    amount,
  ),
  column('updated', 'Updated', 'number', 94, 'blocks since its last weights', row => row.updated, count),
  column('active', 'Active', 'flag', 72, 'set weights lately', row => row.active, flag),
  column(
    'axon',
    'Axon',
    'text',
    138,
    'where it serves',
    row => axonText(row.axon),
    v => (v === undefined ? DASH : String(v)),
  ),
  column('hotkey', 'Hotkey', 'text', 124, 'the key that works', row => row.hotkey, address),
  column('coldkey', 'Coldkey', 'text', 124, 'the key that owns', row => row.coldkey, address),
  column(
    'daily',
    'Daily',
    'number',
    96,
    'earned in a day, if every epoch were like the last',
    (row, { epochsPerDay }) => (epochsPerDay === undefined ? undefined : row.emission * epochsPerDay),
    amount,
  ),
];

const byId = new Map(COLUMNS.map(item => [item.id, item]));

export function columnById(id: string): Column | undefined {
  return byId.get(id);
}

/** `Stake (α)`: what is an amount says in its head what of. */
export function inToken(column: Column, token: Token | undefined): Column {
  if (column.text !== amount || token === undefined) return column;
  return { ...column, title: `${column.title} (${TOKEN_SIGNS[token]})` };
}

/** Places by stake; equal stakes by uid. */
export function positions(rows: readonly NeuronRow[]): Map<number, number> {
  const order = [...rows].sort((a, b) => b.stake - a.stake || a.uid - b.uid);
  return new Map(order.map((row, i) => [row.uid, i + 1]));
}
