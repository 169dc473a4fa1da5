import { describe, expect, it } from 'vitest';
import { formatAmount, type Token } from '../../src/base/index.js';
import { readAccount } from '../../src/explorer/data/accounts.js';
import type { ChainData, Place } from '../../src/explorer/data/chain-data.js';
import { compareMetagraphs } from '../../src/explorer/data/changes.js';
import { readMetagraph } from '../../src/explorer/data/neurons.js';
import { Account } from '../../src/explorer/data/scale/values.js';
import { readSubnets } from '../../src/explorer/data/subnets.js';
import { historyCharts } from '../../src/explorer/parts/neuron/history.js';
import { factsOf } from '../../src/explorer/parts/nodes/node-facts.js';
import { parseNodes } from '../../src/explorer/parts/nodes/parse-status.js';
import { COLUMNS, inToken } from '../../src/explorer/parts/table/columns.js';
import { neuronRow } from './rows.js';

/** A subnet of one neuron that has two and a half of whatever its token is. */
async function rowOn(netuid: number, mechanism: number | undefined) {
  const values = new Map([['SubtensorModule.SubnetMechanism', mechanism]]);
  const chain = {
    ask: async () => [{ uid: 0, stake: [[undefined, 2_500_000_000n]], emission: 1_000_000_000n }],
    read: async (_: Place, queries: readonly (readonly [path: string])[]) => queries.map(([path]) => values.get(path)),
    entries: async () => [],
  };
  const place = { number: 9, hash: '0x', runtime: { apiMethod: () => ({}) }, signal: undefined };
  const { rows } = await readMetagraph(chain as unknown as ChainData, netuid, place as unknown as Place);
  return rows[0]!;
}

/** Subnets 0, 1 (of mechanism 0) and 2 (of mechanism 1), and somebody who has 1.5 of what each counts in. */
const threeSubnets = {
  entries: async () => [0, 1, 2].map(netuid => [[netuid], true] as const),
  read: async (_: Place, queries: readonly (readonly [path: string, ...keys: (string | number)[]])[]) =>
    queries.map(([path, netuid]) => {
      if (path === 'SubtensorModule.SubnetMechanism') return netuid === 2 ? 1 : 0;
      return path === 'SubtensorModule.SubnetAlphaOutEmission' ? 7n : undefined;
    }),
  askIfAny: async (_: Place, path: string) => {
    if (path === 'SwapRuntimeApi.current_alpha_price') return 1_000_000_000n;
    const hotkey = new Account('0x01', new Uint8Array(32).fill(1));
    return [0, 1, 2].map(netuid => ({ netuid, hotkey, stake: 1_500_000_000n }));
  },
} as unknown as ChainData;
const somewhere = { number: 9, hash: '0x', runtime: {}, signal: undefined } as unknown as Place;

describe('what stake and emission are counted in', () => {
  it.each([
    [0, undefined, 'TAO'],
    [0, 1, 'TAO'],
    [3, 0, 'TAO'],
    [3, undefined, 'TAO'],
    [3, 1, 'alpha'],
  ] as const)('on subnet %i of mechanism %s is %s', async (netuid, mechanism, token) => {
    expect(await rowOn(netuid, mechanism)).toMatchObject({ token, stake: 2.5, emission: 1 });
  });

  it('is said in the heads of the columns that are amounts', () => {
    const titles = (token: Token) =>
      COLUMNS.map(column => inToken(column, token).title).filter(title => title.endsWith(')'));
    expect(titles('alpha')).toEqual(['Stake (α)', 'Emission (α)', 'Daily (α)']);
    expect(titles('TAO')).toEqual(['Stake (τ)', 'Emission (τ)', 'Daily (τ)']);
  });

  it("is said of a node of one's own", () => {
    const columns = {
      rank: 0,
      trust: 0,
      consensus: 0,
      incentive: 0,
      dividends: 0,
      lastUpdate: 0,
      validatorPermit: false,
    };
    const [node] = parseNodes([
      { role: 'miner', hotkey: '5G', network: {}, chain: { token: 'alpha', stake: 3, emission: 0.5, ...columns } },
    ]);
    expect(Object.fromEntries(factsOf(node!, 0))).toMatchObject({
      ...{ Stake: '3.0000 alpha', Emission: '0.5000 alpha an epoch' },
    });
  });

  it('is said in what changed, and over the charts', () => {
    const row = neuronRow({ token: 'alpha', stake: 1, hotkey: 'mine' });
    const graph = (stake: number) => ({ block: 1, netuid: 3, rows: [{ ...row, stake }] });
    expect(compareMetagraphs(graph(1), graph(2))).toMatchObject([{ before: '1.0000 alpha', after: '2.0000 alpha' }]);
    const titles = historyCharts([{ block: 1, row }], 'mine').map(({ title }) => title);
    expect(titles.slice(0, 2)).toEqual(['Stake, alpha', 'Emission, alpha an epoch']);
  });

  it('is told of each subnet, and only one with a token of its own has a price', async () => {
    expect(await readSubnets(threeSubnets, somewhere)).toMatchObject([
      { netuid: 0, token: 'TAO', priceRao: undefined, emissionRao: 7n },
      { netuid: 1, token: 'TAO', priceRao: undefined, emissionRao: 7n },
      { netuid: 2, token: 'alpha', priceRao: 1_000_000_000n, emissionRao: 7n },
    ]);
  });

  it("is told of each of an account's stakes", async () => {
    const { stakes } = await readAccount(threeSubnets, 'anybody', somewhere);
    expect(stakes.map(({ netuid, rao, token }) => [netuid, formatAmount(rao, token)])).toEqual([
      [0, '1.5 TAO'],
      [1, '1.5 TAO'],
      [2, '1.5 alpha'],
    ]);
  });
});
