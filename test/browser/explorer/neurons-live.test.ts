import { readFile } from 'node:fs/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Subnet, startSubnet, weigh } from '../../../bench/explorer/subnet.js';
import { type Explorer, startExplorer } from '../../../src/explorer/index.js';
import { expectAccessible } from './parts-page.js';

const VALIDATORS = 2;
const MINERS = 3;

let subnet: Subnet;
let explorer: Explorer;
let browser: Browser;

beforeAll(async () => {
  subnet = await startSubnet(VALIDATORS, MINERS - 1, MINERS);
  explorer = await startExplorer({ port: 0, endpoint: subnet.net.url, nodes: async () => [] });
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser?.close();
  await explorer?.stop();
  await subnet?.[Symbol.asyncDispose]();
});

async function open(hash: string): Promise<Page> {
  const page = await browser.newPage();
  page.on('pageerror', error => {
    throw error;
  });
  await page.goto(`${explorer.url}${hash}`);
  return page;
}

describe('the neuron views on a local chain', () => {
  it('show the metagraph that the chain has, and follow it block by block until stopped', async () => {
    const page = await open('#/subnet/1/metagraph');
    await page.getByRole('grid', { name: 'Neurons of subnet 1' }).waitFor();
    const metagraph = await subnet.client.metagraph(1);
    const { hotkey } = metagraph.neurons[0]!;
    await page.getByRole('gridcell').locator(`a[href="#/neuron/1/0"]`).first().waitFor();
    expect(await page.locator(`[title="${hotkey}"]`).count()).toBe(1);
    const updated = page.locator('[data-uid="0"] [id$="-updated"]');
    const before = Number(await updated.textContent());
    await expect.poll(async () => Number(await updated.textContent()), { timeout: 20_000 }).toBeGreaterThan(before + 2);
    // The daily reward needs the pace of the blocks.
    await expect.poll(() => page.locator('[data-uid="0"] [id$="-daily"]').textContent()).toMatch(/\d/);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('Save CSV').click()]);
    expect((await readFile(await download.path(), 'utf8')).split('\r\n')).toHaveLength(metagraph.n + 2);
    await page.getByRole('button', { name: 'Stop here' }).click();
    await page.getByRole('button', { name: 'Follow the chain' }).waitFor();
    await expectAccessible(page);
    const stopped = Number(await updated.textContent());
    const head = subnet.client.headBlock();
    await expect.poll(() => subnet.client.headBlock()).toBeGreaterThan(head + 5);
    expect(Number(await updated.textContent())).toBeLessThanOrEqual(stopped + 1);
    await page.close();
  });

  it('show an earlier block where one asks for it', async () => {
    const { block, n } = await subnet.client.metagraph(1);
    expect(n).toBe(VALIDATORS + MINERS);
    const page = await open(`#/subnet/1/metagraph?block=${block}`);
    await page.getByText(`Block ${block.toLocaleString('en')} Go to the newest`, { exact: true }).waitFor();
    await page.getByText(`${n} neurons`).waitFor();
    await page.close();
  });

  it('show the same of a chain that describes no runtime APIs', async () => {
    const { block } = await subnet.client.metagraph(1);
    const hash = `#/subnet/1/metagraph?block=${block}`;
    const cells = async (page: Page) => {
      const grid = page.getByRole('grid');
      await grid
        .getByRole('row')
        .nth(VALIDATORS + MINERS)
        .waitFor();
      // The daily reward needs the pace of the blocks.
      await expect.poll(() => page.locator('[data-uid="0"] [id$="-daily"]').textContent()).toMatch(/\d/);
      const texts = await grid.getByRole('gridcell').allTextContents();
      await page.close();
      return texts;
    };
    const wanted = await cells(await open(hash));
    const old = await browser.newPage();
    let refused = 0;
    await old.routeWebSocket(/^ws:/, page => {
      const chain = page.connectToServer();
      page.onMessage(message => {
        const { id, params } = JSON.parse(String(message)) as { id: number; params: unknown[] };
        if (params[0] !== 'Metadata_metadata_at_version') return chain.send(message);
        refused++;
        return page.send(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32_000, message: 'no such method' } }));
      });
    });
    await old.goto(`${explorer.url}${hash}`);
    expect(await cells(old)).toEqual(wanted);
    expect(refused).toBe(1);
  });

  it('show the weights, and new ones without being asked', async () => {
    const page = await open('#/subnet/1/weights');
    const lines = page.getByRole('table').getByRole('row');
    await lines.nth(1).waitFor();
    expect(await page.locator('canvas').evaluate(canvas => (canvas as HTMLCanvasElement).height)).toBe(VALIDATORS);
    const weights = await subnet.client.weights(1);
    const count = [...weights.values()].reduce((sum, row) => sum + row.length, 0);
    expect(await lines.count()).toBe(count + 1);
    await expectAccessible(page);
    for (let uid = 0; uid < VALIDATORS; uid++) await weigh(subnet, uid, VALIDATORS, MINERS);
    await expect.poll(() => lines.count(), { timeout: 30_000 }).toBeGreaterThan(count + 1);
    await page.close();
  });

  it('show a neuron, its history and who weighs it', async () => {
    const page = await open(`#/neuron/1/${VALIDATORS}`);
    await page.getByRole('heading', { name: `Neuron ${VALIDATORS} of subnet 1` }).waitFor();
    await page.getByText(subnet.hotkeys[VALIDATORS]!.address).waitFor();
    await page.getByText(`127.0.0.1:${8000 + VALIDATORS}`).waitFor();
    await page.getByLabel('Up to 40 blocks').selectOption('1');
    const stake = page.getByRole('application', { name: /^Stake, TAO by block/ });
    await stake.waitFor();
    await stake.focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByText(/^block \d+: stake \d/).waitFor();
    const given = page.getByRole('table', { name: 'What it is given' });
    expect(await given.getByRole('row').count()).toBe(VALIDATORS + 1);
    await expectAccessible(page);
    await page.close();
  });

  it('say what is not there', async () => {
    for (const [hash, text] of [
      ['#/neuron/1/4000', 'Subnet 1 has no neuron 4000'],
      ['#/neuron/1/x', 'There is no neuron "1/x"'],
      ['#/subnet/77/metagraph', 'no neurons'],
    ] as const) {
      const page = await open(hash);
      await page.getByText(text).waitFor();
      await page.close();
    }
  });
});
