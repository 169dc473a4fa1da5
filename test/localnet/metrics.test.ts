import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pollUntil } from '../../src/base/index.js';
import { connect, openLocalChain, startLocalnet } from '../../src/chain/index.js';
import { ready } from '../../src/wallet/index.js';

let folder: string;
beforeEach(async () => {
  await ready();
  folder = mkdtempSync(join(tmpdir(), 'chain-metrics-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';

describe('the figures of a local chain', () => {
  it('tell blocks, extrinsics, the pool, the disk and clients, and health is asked at the same port', async () => {
    const chain = await startLocalnet({
      port: 0,
      dataFolder: folder,
      blockTime: 'manual',
      detached: false,
      metricsPort: 0,
    });
    try {
      const url = await pollUntil(
        'the address in the log',
        { withinMs: 30_000, everyMs: 20 },
        () => /metrics at (http:\S+)\/metrics/.exec(readFileSync(join(folder, 'localnet.log'), 'utf8'))?.[1],
      );
      const figures = async () => {
        const text = await (await fetch(`${url}/metrics`)).text();
        return (line: RegExp) =>
          Number(
            text
              .split('\n')
              .find(one => line.test(one))
              ?.split(' ')
              .at(-1),
          );
      };
      await using client = await connect({ endpoints: [chain.url] });
      await using local = await openLocalChain(chain.url);
      const before = await figures();
      expect(before(/^bittensor_localnet_blocks_total/)).toBe(0);
      const funding = client.devFund({ address: ALICE, amountRao: 1n });
      await pollUntil('the pool to have it', { withinMs: 30_000, everyMs: 20 }, async () =>
        (await figures())(/pool_transactions\{state="ready"/) === 1 ? true : undefined,
      );
      await local.mine(3);
      await funding;
      const later = await figures();
      expect(later(/^bittensor_localnet_blocks_total/)).toBe(3);
      // The inherent of each block, and the transfer.
      expect(later(/^bittensor_localnet_extrinsics_total/)).toBe(4);
      expect(later(/^bittensor_chain_block\{/)).toBe(3);
      expect(later(/^bittensor_chain_finalized_lag_blocks/)).toBe(0);
      expect(later(/pool_transactions\{state="ready"/)).toBe(0);
      expect(later(/^bittensor_localnet_disk_bytes\{file="blocks\.log"/)).toBeGreaterThan(100);
      expect(later(/^bittensor_localnet_clients/)).toBeGreaterThanOrEqual(2);
      expect(later(/^bittensor_process_memory_bytes\{kind="rss"/)).toBeGreaterThan(2 ** 20);
      expect(await (await fetch(`${url}/health`)).json()).toEqual({ ok: true });
      await chain.stop();
      await expect(fetch(`${url}/health`)).rejects.toThrow();
    } finally {
      await chain.stop();
    }
  });

  it('are served nowhere unless that is asked for', async () => {
    const chain = await startLocalnet({ port: 0, dataFolder: folder, blockTime: 'manual', detached: false });
    await chain.stop();
    expect(readFileSync(join(folder, 'localnet.log'), 'utf8')).not.toContain('metrics at');
  });
});
