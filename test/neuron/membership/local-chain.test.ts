import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { pollUntil, silentLog } from '../../../src/base/index.js';
import { connect, openLocalChain, startLocalnet, stopLocalnet } from '../../../src/chain/index.js';
import { patienceFor, reachChain, startWhenGone } from '../../../src/neuron/membership/local-chain.js';
import { joinSubnet } from '../../../src/neuron/membership/membership.js';
import { keypairFromSeed, ready } from '../../../src/wallet/index.js';

const folders: string[] = [];
afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

async function startChain(blockTime: 'manual' | 'instant') {
  const dataFolder = mkdtempSync(join(tmpdir(), 'neuron-chain-'));
  folders.push(dataFolder);
  const { url, port, stop } = await startLocalnet({ port: 0, dataFolder, blockTime, detached: false });
  return { url, port, [Symbol.asyncDispose]: stop };
}

describe('a neuron on a chain that makes blocks on request only', () => {
  it('says once what it waits for, and joins when somebody makes blocks', async () => {
    await ready();
    await using chain = await startChain('manual');
    await using client = await connect({ endpoints: [chain.url] });
    const said: string[] = [];
    const timeoutMs = await patienceFor(client, line => said.push(line));
    expect(said).toEqual([expect.stringContaining(`bittensor-cli localnet mine --port ${chain.port}`)]);
    expect(timeoutMs).toBeGreaterThan(86_400_000);
    const [hotkey, coldkey] = [1, 2].map(byte => keypairFromSeed(new Uint8Array(32).fill(byte)));
    const { signal } = new AbortController();
    const axon = { ip: '127.0.0.1', port: 9000 };
    let uid: number | undefined;
    const joining = joinSubnet({
      ...{ client, netuid: 1, hotkey: hotkey!, coldkey: coldkey!, axon, log: silentLog, signal, timeoutMs },
    }).then(found => {
      uid = found;
    });
    await using local = await openLocalChain(chain.url);
    await pollUntil('the neuron as a member', { withinMs: 40_000 }, async () => {
      if ((await local.status()).ready > 0) await local.mine();
      return uid;
    });
    await joining;
    expect(await client.uidOf(1, hotkey!.address)).toBe(uid);
  });

  it('says nothing of that elsewhere', async () => {
    await using chain = await startChain('instant');
    await using client = await connect({ endpoints: [chain.url] });
    const said: string[] = [];
    expect(await patienceFor(client, line => said.push(line))).toBeUndefined();
    expect(said).toEqual([]);
  });
});

describe('a neuron that finds a local chain which is about to end', () => {
  it('starts it again', async () => {
    const data = mkdtempSync(join(tmpdir(), 'neuron-ending-'));
    folders.push(data);
    // Listens for the first look, and for nothing after it.
    const ending = createServer(socket => {
      socket.destroy();
      ending.close();
    }).listen(0, '127.0.0.1');
    await once(ending, 'listening');
    const { port } = ending.address() as AddressInfo;
    const stopping = new AbortController();
    const said: string[] = [];
    const settings = { chain_endpoint: `ws://127.0.0.1:${port}`, data };
    try {
      await using client = await reachChain(settings, stopping.signal, line => said.push(line));
      expect(client.headBlock()).toBeGreaterThanOrEqual(0);
      expect(said.join('\n')).toContain(`Started a local chain at ws://127.0.0.1:${port}`);
    } finally {
      stopping.abort();
      await stopLocalnet({ dataFolder: join(data, `chain-${port}`) });
    }
  });
});

describe('what is started whenever it is gone', () => {
  it('is tried again however often that failed, later each time', async () => {
    const stop = new AbortController();
    let tries = 0;
    let failures = 0;
    let isGone = true;
    const watching = startWhenGone({
      isGone: async () => isGone,
      start: async () => {
        tries += 1;
        if (tries < 8) throw new Error('the disk is full');
        isGone = false;
      },
      onFailure: () => {
        failures += 1;
      },
      signal: stop.signal,
      everyMs: 1,
    });
    await pollUntil('the eighth', { withinMs: 10_000, everyMs: 5 }, () => (isGone ? undefined : true));
    expect([tries, failures]).toEqual([8, 7]);
    stop.abort();
    await watching;
  });
});
