import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, PartsPage } from './parts-page.js';

const parts = new PartsPage();
beforeAll(() => parts.start());
afterAll(() => parts.stop());

const node = (step: number, name = 'default') => ({
  ...{ role: 'miner', neuron: 'mnist', name, hotkey: '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY' },
  ...{ version: '0.1.0', startedAt: Date.now() - 65_000, uid: 2, step, epoch: 1 },
  network: { name: 'local', endpoint: 'ws://127.0.0.1:9', netuid: 1, block: 77 },
  losses: { local: 0.5, network: 0.4, distillation: 0.6 },
  history: Array.from({ length: 50 }, (_, i) => ({
    ...{ step: i, timeMs: i * 1000, local: 1 / (i + 1), network: 0.8 / (i + 1), distillation: 0.9 / (i + 1) },
  })),
  peers: [
    { hotkey: '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty', uid: 1, score: 0.75, lost: false, latencyMs: 12 },
    { hotkey: '5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy', score: 0.1, lost: true, lastCode: 'timeout' },
  ],
  chain: {
    ...{ token: 'alpha', stake: 100, rank: 0.1, trust: 1, consensus: 0.2, incentive: 0.3, dividends: 0, emission: 1.5 },
    ...{ lastUpdate: 70, validatorPermit: true },
  },
  weights: { block: 70, state: 'set', uids: [1, 0], values: [3, 1] },
});

describe('the own nodes in a browser', () => {
  it('show what a node tells, and follow it', async () => {
    parts.nodes = [node(40)];
    const page = await parts.open('part=nodes');
    const card = page.getByRole('article', { name: 'miner default' });
    await card.getByText('40 (epoch 1)').waitFor();
    for (const text of ['local, subnet 1', 'set in block 70', 'uid 1 75.0 %, uid 0 25.0 %', 'lost (timeout)', '12 ms'])
      expect(await card.getByText(text).count()).toBe(1);
    parts.nodes = [node(41), { ...node(7, 'second'), hotkey: '5second' }];
    await card.getByText('41 (epoch 1)').waitFor();
    expect(await page.getByRole('article').count()).toBe(2);
    await page.close();
  });

  it('draw the losses, and read them out by the arrow keys', async () => {
    parts.nodes = [node(40)];
    const page = await parts.open('part=nodes');
    const chart = page.getByRole('application', { name: /Losses of default by step/ });
    await chart.waitFor();
    expect(await chart.locator('path.lc-line').count()).toBe(3);
    await chart.focus();
    await page.keyboard.press('Home');
    await page.getByText('step 0: local 1, network 0.8, distillation 0.9').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByText('step 1: local 0.5, network 0.4, distillation 0.45').waitFor();
    await page.close();
  });

  it('say when the page is served by a chain, and when no node runs', async () => {
    parts.nodes = undefined;
    const page = await parts.open('part=nodes');
    await page.getByText('served by a chain, which knows no nodes').waitFor();
    parts.nodes = [];
    await page.getByText('No node of yours runs.').waitFor();
    await page.close();
  });

  it('stay in sight, with what is wrong, when their server is gone', async () => {
    parts.nodes = [node(40)];
    const page = await parts.open('part=nodes');
    await page.getByText('1 running').waitFor();
    await page.route('**/api/nodes', route => route.abort());
    await page.getByText('The server of this page does not answer').waitFor();
    expect(await page.getByRole('article').count()).toBe(1);
    await page.unroute('**/api/nodes');
    await page.getByText('1 running').waitFor();
    await page.close();
  });

  it('are told apart where one hotkey is a neuron on two networks', async () => {
    parts.nodes = [node(40), node(7, 'elsewhere')];
    const page = await parts.open('part=nodes');
    await page.getByRole('article', { name: 'miner default' }).getByText('40 (epoch 1)').waitFor();
    await page.getByRole('article', { name: 'miner elsewhere' }).getByText('7 (epoch 1)').waitFor();
    await expectAccessible(page);
    await page.close();
  });

  it('show names of strangers as text', async () => {
    parts.nodes = [node(1, '<img src=x onerror=window.owned=1>')];
    const page = await parts.open('part=nodes');
    await page.getByRole('heading', { name: 'miner <img src=x onerror=window.owned=1>' }).waitFor();
    expect(await page.evaluate(() => 'owned' in window || document.querySelector('main img') !== null)).toBe(false);
    await page.close();
  });

  it.each(['light', 'dark'] as const)('have no accessibility error in %s', async scheme => {
    parts.nodes = [node(40), { ...node(7, 'second'), hotkey: '5second' }];
    const page = await parts.open('part=nodes', scheme);
    await page.getByRole('article').first().waitFor();
    await expectAccessible(page);
    await page.close();
  });
});

describe('a neuron in a browser', () => {
  it('has its columns, links to its accounts and charts that can be read as tables', async () => {
    const page = await parts.open('part=neuron&n=64');
    expect(await page.locator('.np-facts a[href^="#/account/5"]').count()).toBe(2);
    expect(await page.getByRole('application').count()).toBe(5);
    await page.getByText('As a table').first().click();
    expect(await page.getByRole('rowheader', { name: '1000' }).count()).toBe(1);
    await page.close();
  });

  it.each(['light', 'dark'] as const)('has no accessibility error in %s', async scheme => {
    const page = await parts.open('part=neuron&n=64', scheme);
    await expectAccessible(page);
    await page.close();
  });
});
