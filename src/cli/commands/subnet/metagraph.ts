import { formatCoins, TOKEN_SIGNS, type Token } from '../../../base/index.js';
import type { Metagraph, Neuron } from '../../../chain/index.js';
import type { Action } from '../../frame/command.js';
import type { Column } from '../../terminal/table.js';
import type { Ui } from '../../terminal/ui.js';
import { checkSubnet, withChain } from '../../transaction/network.js';
import { COLUMN_NAMES, type ColumnName } from './columns.js';
import { axonText, blocksSince, neuronJson } from './neuron-json.js';
import type { metagraphRows } from './rows.js';

const DAY_MS = 86_400_000n;

/** A neuron as the table, the CSV and the JSON document have it. */
interface Row extends Neuron {
  /** Blocks since its last weights or its registration. */
  readonly updatedBlocks: number;
  /** What a day of epochs like the last one would bring. */
  readonly dailyRao: bigint;
}

export const metagraph: Action<typeof metagraphRows> = async input => {
  const { settings, ui, signal } = input;
  return withChain(input, async ({ client, name }) => {
    const { netuid, sort } = settings;
    const [graph, blocksUntilEpoch] = await ui.busy(
      `reading subnet ${netuid}`,
      Promise.all([client.metagraph(netuid, { signal }), client.blocksUntilEpoch(netuid, { signal })]),
    );
    if (graph.n === 0) await checkSubnet(client, netuid, signal);
    const rows = graph.neurons.map(neuron => rowOf(neuron, graph, client.blockTimeMs)).sort(orderBy(sort));
    const { block, blockHash, token, tempo, lastEpochBlock, n } = graph;
    const untilEpoch = Number.isFinite(blocksUntilEpoch) ? blocksUntilEpoch : null;
    return {
      json: {
        network: name,
        netuid,
        block,
        blockHash,
        token,
        tempo,
        lastEpochBlock,
        blocksUntilEpoch: untilEpoch,
        n,
        neurons: rows.map(row => ({ ...neuronJson(row, block), dailyRao: row.dailyRao })),
      },
      show: shown => (settings.csv ? showCsv(shown, rows) : showTable(shown, graph, rows, untilEpoch)),
    };
  });
};

function rowOf(neuron: Neuron, { block, tempo }: Metagraph, blockTimeMs: number): Row {
  const epochMs = BigInt((tempo + 1) * blockTimeMs);
  const dailyRao = tempo === 0 || epochMs === 0n ? 0n : (neuron.emissionRao * DAY_MS) / epochMs;
  return { ...neuron, updatedBlocks: blocksSince(neuron, block), dailyRao };
}

type Value = string | number | bigint | boolean;

const VALUES: Readonly<Record<ColumnName, (row: Row) => Value>> = {
  uid: row => row.uid,
  stake: row => row.stakeRao,
  rank: row => row.rank,
  trust: row => row.trust,
  consensus: row => row.consensus,
  incentive: row => row.incentive,
  dividends: row => row.dividends,
  emission: row => row.emissionRao,
  vtrust: row => row.validatorTrust,
  permit: row => row.validatorPermit,
  updated: row => row.updatedBlocks,
  active: row => row.active,
  daily: row => row.dailyRao,
  axon: row => axonText(row.axon) ?? '',
  hotkey: row => row.hotkey,
  coldkey: row => row.coldkey,
};

/** Uids and texts upwards, amounts and shares from the largest down. */
function orderBy(column: ColumnName): (a: Row, b: Row) => number {
  const value = VALUES[column];
  const isUpwards = ['uid', 'axon', 'hotkey', 'coldkey'].includes(column);
  return (a, b) => {
    const [x, y] = isUpwards ? [value(a), value(b)] : [value(b), value(a)];
    return x < y ? -1 : x > y ? 1 : a.uid - b.uid;
  };
}

const SHARES = ['rank', 'trust', 'consensus', 'incentive', 'dividends'] as const;

const right = (title: string, spare?: number): Column => ({
  title,
  align: 'right',
  whole: true,
  ...(spare === undefined ? {} : { spare }),
});
const left = (title: string, spare?: number): Column => ({
  title,
  align: 'left',
  ...(spare === undefined ? {} : { spare }),
});

/** On a narrow terminal the columns that say least to most people go first. */
const headsOf = (token: Token): readonly Column[] => [
  right('UID'),
  right(`STAKE(${TOKEN_SIGNS[token]})`),
  right('RANK', 10),
  right('TRUST', 11),
  right('CONSENSUS', 9),
  right('INCENTIVE'),
  right('DIVIDENDS'),
  right('EMISSION(ρ)', 3),
  right('VTRUST', 8),
  left('PERMIT', 4),
  right('UPDATED', 2),
  left('ACTIVE', 6),
  right(`${TOKEN_SIGNS[token]}/DAY`, 7),
  left('AXON', 1),
  left('HOTKEY'),
  left('COLDKEY', 5),
];

function showTable(ui: Ui, graph: Metagraph, rows: readonly Row[], blocksUntilEpoch: number | null): void {
  const { netuid, block, tempo, n } = graph;
  const epoch = blocksUntilEpoch === null ? '' : `, next epoch in ${blocksUntilEpoch} blocks`;
  ui.line(`Subnet ${netuid} at block ${block}: ${n === 1 ? '1 neuron' : `${n} neurons`}, tempo ${tempo}${epoch}`);
  if (n === 0) return;
  const cells = rows.map(row => [
    row.uid,
    coins(row.stakeRao, 3),
    ...SHARES.map(name => share(row[name])),
    row.emissionRao,
    share(row.validatorTrust),
    row.validatorPermit ? '*' : '',
    row.updatedBlocks,
    row.active ? '1' : '0',
    coins(row.dailyRao, 3),
    axonText(row.axon) ?? 'none',
    row.hotkey,
    row.coldkey,
  ]);
  const sum = (value: (row: Row) => bigint) => rows.reduce((total, row) => total + value(row), 0n);
  cells.push([
    n,
    coins(
      sum(row => row.stakeRao),
      3,
    ),
    ...SHARES.map(name => share(rows.reduce((total, row) => total + row[name], 0))),
    sum(row => row.emissionRao),
    share(rows.reduce((total, row) => total + row.validatorTrust, 0)),
    '',
    '',
    '',
    coins(
      sum(row => row.dailyRao),
      3,
    ),
    '',
    'total',
    '',
  ]);
  ui.table(headsOf(graph.token), cells);
}

function share(value: number): string {
  return value.toFixed(5);
}

/** With as many decimals as a column shows; `--json` and `--csv` have all of them. */
function coins(rao: bigint, decimals: number): string {
  const unit = 10n ** BigInt(9 - decimals);
  const [whole = '0', part = ''] = formatCoins((rao / unit) * unit).split('.');
  return `${whole}.${part.padEnd(decimals, '0')}`;
}

function showCsv(ui: Ui, rows: readonly Row[]): void {
  ui.line(COLUMN_NAMES.join(','));
  for (const row of rows) ui.line(COLUMN_NAMES.map(name => csvText(VALUES[name](row))).join(','));
}

function csvText(value: Value): string {
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
}
