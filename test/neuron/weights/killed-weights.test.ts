import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packagePath } from '../../../src/base/index.js';
import {
  type ChainClient,
  connect,
  type LocalChain,
  type Localnet,
  openLocalChain,
  startLocalnet,
} from '../../../src/chain/index.js';
import { keypairFromUri, ready } from '../../../src/wallet/index.js';
import { temporaryFolder } from '../../chain/helpers.js';
import { rowsByEpoch } from '../../helpers/rows-on-chain.js';

const NETUID = 1;
const TEMPO = 20;
const KEY = '//KilledWeights';
/** Each life ends before or after one of its writes, or in the middle of sending. */
const DEATHS = ['before 1', 'after 1', 'sent 1', 'before 2', 'after 2', 'never'] as const;

let folder: ReturnType<typeof temporaryFolder>;
let net: Localnet;
let local: LocalChain;
let client: ChainClient;

beforeAll(async () => {
  await ready();
  folder = temporaryFolder();
  net = await startLocalnet({
    port: 0,
    dataFolder: `${folder.path}/chain`,
    blockTime: 250,
    keepBlocks: 'all',
    detached: false,
  });
  local = await openLocalChain(net.url);
  client = await connect({ endpoints: [net.url] });
  const alice = keypairFromUri('//Alice');
  const own = keypairFromUri(KEY).address;
  for (const address of [own, ...['//One', '//Two', '//Three'].map(uri => keypairFromUri(uri).address)]) {
    await client.burnedRegister({ netuid: NETUID, hotkey: address, signer: alice });
  }
  await client.addStake({ netuid: NETUID, hotkey: own, amountRao: 1_000_000_000_000n, signer: alice });
  const tempo = { call: 'AdminUtils.sudo_set_tempo', args: { netuid: NETUID, tempo: TEMPO }, from: alice.address };
  await local.sudo((await client.prepare(tempo)).callHex);
}, 120_000);

afterAll(async () => {
  await client?.close();
  await local?.close();
  await net?.stop();
  folder?.[Symbol.dispose]();
});

/** One life of a process that sets weights, another row each time; how it ended, and what it says it signed. */
async function live(death: string): Promise<{ signal: string | null; code: number | null; said: string }> {
  const program = packagePath('test/helpers/weigher.mjs');
  const child = spawn(process.execPath, [program, net.url, KEY, folder.path, death], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (text: Buffer) => {
    said += text.toString();
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, said };
}

describe('a process that sets weights and is killed', () => {
  it('never lets an epoch see two rows, wherever it dies', async () => {
    for (const death of DEATHS) {
      const { signal, code } = await live(death);
      if (death === 'never') expect(code).toBe(0);
      else expect(signal).toBe('SIGKILL');
    }
    const rows = await rowsByEpoch({ client, url: net.url, netuid: NETUID }, keypairFromUri(KEY).address);
    expect(rows.size).toBeGreaterThanOrEqual(2);
    for (const [epoch, all] of rows) expect(all.size, `rows in epoch ${epoch}`).toBe(1);
  }, 240_000);
});
