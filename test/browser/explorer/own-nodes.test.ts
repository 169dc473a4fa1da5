import { type Browser, chromium, type Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../../bench/free-port.js';
import { TestHome } from '../../helpers/cli.js';

const PATIENCE_MS = 120_000;

const home = new TestHome();
let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser?.close();
  await home[Symbol.asyncDispose]();
});

/** A value of a node's card by its name; '' where the card has no such name. */
const fact = async (card: Locator, name: string) =>
  (
    await card
      .locator('.np-facts > div', { has: card.page().getByText(name, { exact: true }) })
      .locator('dd')
      .allTextContents()
  ).join();

const eventually = (card: Locator, name: string) => expect.poll(() => fact(card, name), { timeout: PATIENCE_MS });

it('two miners that learn from each other are shown with losses, scores and peers that change, until they end', async () => {
  const endpoint = `ws://127.0.0.1:${await freePort()}`;
  const miners = [1, 2].map(() => home.run('run', 'miner', '-c', endpoint, '--device', 'wasm'));
  const hotkeys = await Promise.all(miners.map(async miner => (await miner.waitFor(/hotkey (5\w+)/))[1]!));
  const uids = await Promise.all(
    miners.map(async miner => (await miner.waitFor(/Axon \S+ of uid (\d+) published/, PATIENCE_MS))[1]!),
  );
  const explorer = home.run('explorer', '--port', '0', '--subtensor.chain_endpoint', endpoint);
  const [, url] = await explorer.waitFor(/Explorer at (http:\S+),/);
  const page = await browser.newPage();
  page.on('pageerror', error => {
    throw error;
  });
  await page.goto(`${url}#/nodes`);
  for (const [i, hotkey] of hotkeys.entries()) {
    const card = page.locator(`article[aria-labelledby="node-${hotkey}"]`);
    const peer = card.getByRole('row').filter({ has: page.locator(`[title="${hotkeys[1 - i]}"]`) });
    await peer.waitFor({ timeout: PATIENCE_MS });
    await eventually(card, 'UID').toBe(uids[i]);
    await eventually(card, 'Stake').toMatch(/^[\d,]+\.\d{4} TAO$/);
    expect(await fact(card, 'Endpoint')).toBe(endpoint);
    await eventually(card, 'Local loss').toMatch(/^\d+\.\d{4}$/);
    const before = { step: await fact(card, 'Step'), loss: await fact(card, 'Local loss') };
    await eventually(card, 'Step').not.toBe(before.step);
    await eventually(card, 'Local loss').not.toBe(before.loss);
    expect(await card.locator('.lc-picture path.lc-line').count()).toBe(3);
    // The router has weighed its only peer, which has answered.
    const score = async () => Number(await peer.locator('meter').getAttribute('value'));
    await expect.poll(score, { timeout: PATIENCE_MS }).toBeGreaterThan(0);
    await expect.poll(() => peer.textContent(), { timeout: PATIENCE_MS }).toMatch(/success.*\d ms/i);
  }
  expect((await miners[1]!.stop()).code).toBe(0);
  await page.getByText('1 running', { exact: true }).waitFor({ timeout: PATIENCE_MS });
  expect(await page.getByRole('article').count()).toBe(1);
}, 300_000);
