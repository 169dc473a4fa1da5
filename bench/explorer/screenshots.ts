// Pictures of the explorer for docs/explorer.md: a subnet of a local chain, light and dark. `npm run screenshots`.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import type { NodeStatus } from '../../src/base/index.js';
import { startExplorer } from '../../src/explorer/index.js';
import { type Subnet, startSubnet } from './subnet.js';

const VALIDATORS = 4;
const MINERS = 20;
/** The views need some epochs to have a history. */
const FIRST_BLOCK = 500;
const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../../../docs/images');
const VIEWS: readonly (readonly [name: string, hash: string, ready: string])[] = [
  ['overview', '#/', '.spark'],
  ['metagraph', '#/subnet/1/metagraph', '[role=row][data-uid="3"]'],
  ['weights', '#/subnet/1/weights', '.wg-node'],
  ['neuron', '#/neuron/1/5', '.lc-picture'],
  ['nodes', '#/nodes', '.np-card .lc-picture'],
];

/** What a miner tells after a while. Its losses are made up, its peers and columns are the subnet's. */
async function statusOf({ client, net }: Subnet, uid: number): Promise<NodeStatus> {
  const { neurons, block, token } = await client.metagraph(1);
  const own = neurons[uid]!;
  const history = Array.from({ length: 200 }, (_, i) => {
    const fall = 2.2 * Math.exp(-i / 45) + 0.12;
    const ripple = 1 + 0.08 * Math.sin(i * 1.7) * Math.cos(i * 0.6);
    const losses = { local: fall * ripple, network: fall * 0.8 * ripple, distillation: fall * 1.1 };
    return { step: i * 10, timeMs: i * 5000, ...losses };
  });
  const { local, network, distillation } = history.at(-1)!;
  return {
    ...{ role: 'miner', neuron: 'mnist', name: 'default', hotkey: own.hotkey, version: '0.1.0', uid },
    ...{ startedAt: Date.now() - 4_000_000, step: 1990, epoch: 3, losses: { local, network, distillation }, history },
    network: { name: 'local', endpoint: net.url, netuid: 1, block },
    axon: { ip: own.axon?.ip ?? '127.0.0.1', port: own.axon?.port ?? 0 },
    peers: neurons.slice(VALIDATORS, VALIDATORS + 8).map((peer, i) => ({
      ...{ hotkey: peer.hotkey, uid: peer.uid, address: `127.0.0.1:${8000 + peer.uid}` },
      ...{ score: 0.42 * 0.75 ** i, latencyMs: 9 + 3 * i, lost: i === 7, lastCode: i === 7 ? 'timeout' : 'success' },
    })),
    chain: {
      ...{ token, stake: Number(own.stakeRao) / 1e9, rank: own.rank, trust: own.trust, consensus: own.consensus },
      ...{ incentive: own.incentive, dividends: own.dividends, emission: Number(own.emissionRao) / 1e9 },
      ...{ lastUpdate: own.lastUpdate, validatorPermit: own.validatorPermit },
    },
    weights: { block: block - 12, state: 'set', uids: [6, 7, 8, 9], values: [30_000, 20_000, 9_000, 4_000] },
  };
}

async function shoot(browser: Browser, url: string, colorScheme: 'light' | 'dark'): Promise<void> {
  for (const [name, hash, ready] of VIEWS) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1440, height: 960 } });
    await page.goto(`${url}${hash}`);
    await page.locator(ready).first().waitFor();
    if (name === 'weights') await page.locator('#wg-5').click();
    await page.evaluate('scrollTo(0, 0)');
    await page.screenshot({ path: join(FOLDER, `explorer-${name}-${colorScheme}.png`) });
    await page.close();
    console.log(`docs/images/explorer-${name}-${colorScheme}.png`);
  }
}

mkdirSync(FOLDER, { recursive: true });
await using subnet = await startSubnet(VALIDATORS, MINERS, MINERS);
while (subnet.client.headBlock() < FIRST_BLOCK) await new Promise(resolve => setTimeout(resolve, 500));
const nodes = async () => [await statusOf(subnet, 5)];
const explorer = await startExplorer({ port: 0, endpoint: subnet.net.url, nodes });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  await shoot(browser, explorer.url, 'light');
  await shoot(browser, explorer.url, 'dark');
} finally {
  await browser.close();
  await explorer.stop();
}
