// The explorer on a local chain whose subnet has 4,096 neurons and 64 validators that weigh them all: how long until each
// view shows, and the processor time of the page's thread per block. `npm run bench:explorer`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CDPSession, chromium, type Page } from 'playwright-core';
import { hex, keyBytes } from '../../localnet/engine/codec.js';
import { startLocalnet } from '../../src/chain/index.js';
import { startExplorer } from '../../src/explorer/index.js';
import { largeSubnetState } from '../epoch.js';
import { freshRuntimes } from '../own-chain.js';

const NEURONS = 4096;
const VALIDATORS = 64;
const BLOCK_MS = 2000;
const BLOCKS = 6;
const VIEWS: readonly (readonly [name: string, hash: string, ready: string])[] = [
  ['metagraph', '#/subnet/1/metagraph', `[role=grid][aria-rowcount="${NEURONS + 1}"]`],
  ['weights', '#/subnet/1/weights', '.wg-node'],
  ['neuron', '#/neuron/1/100', '.lc-picture'],
];

function writeSpec(file: string): void {
  const subnet = { neurons: NEURONS, validators: VALIDATORS, yuma3: true, tempo: 360 };
  const state = [...largeSubnetState(freshRuntimes(), subnet)];
  const top = Object.fromEntries(state.map(([key, value]) => [hex(keyBytes(key)), hex(value)]));
  writeFileSync(file, JSON.stringify({ name: 'large', id: 'large', genesis: { raw: { top, childrenDefault: {} } } }));
}

/** The block in the page's head line, and the processor time that its thread has taken. */
async function reading(page: Page, session: CDPSession) {
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name: string) => metrics.find(metric => metric.name === name)?.value ?? 0;
  const block = Number(await page.locator('[data-block]').first().getAttribute('data-block'));
  return { block, cpuMs: 1000 * of('TaskDuration'), heapMb: of('JSHeapUsedSize') / 1e6 };
}

const folder = mkdtempSync(join(tmpdir(), 'large-'));
const chainSpec = join(folder, 'spec.json');
writeSpec(chainSpec);
const dataFolder = join(folder, 'data');
const net = await startLocalnet({ port: 0, dataFolder, chainSpec, blockTime: BLOCK_MS, detached: false });
const explorer = await startExplorer({ port: 0, endpoint: net.url, nodes: async () => [] });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  const rows = [];
  for (const [view, hash, ready] of VIEWS) {
    const page = await browser.newPage({ viewport: { width: 1440, height: 960 } });
    const started = performance.now();
    await page.goto(`${explorer.url}${hash}`);
    await page.locator(ready).first().waitFor({ timeout: 120_000 });
    const shownMs = Math.round(performance.now() - started);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const before = await reading(page, session);
    let after = before;
    while (after.block < before.block + BLOCKS) {
      await page.waitForTimeout(500);
      after = await reading(page, session);
    }
    const cpuMsPerBlock = Math.round((after.cpuMs - before.cpuMs) / (after.block - before.block));
    rows.push({ view, shownMs, cpuMsPerBlock, heapMb: Math.round(after.heapMb) });
    await page.close();
  }
  console.table(rows);
} finally {
  await browser.close();
  await explorer.stop();
  await net.stop();
  rmSync(folder, { recursive: true, force: true });
}
