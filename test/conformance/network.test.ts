import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NETUID, type Network } from '../../bench/network/network.js';
import { isRunning } from '../../bench/network/processes.js';
import { type RunResult, runOnce } from '../../bench/network/run.js';
import { pollUntil } from '../../src/base/index.js';
import { expectAllRows, smallNetwork } from '../helpers/small-network.js';
import { seesTheMetagraph, seesTheWeights } from './metagraph-lines.js';
import { SdkClient } from './sdk-client.js';

/** The whole of it on a slow machine, and installing the client on a bare one. */
const RUN_MS = 900_000;

describe('two validators and six miners in processes of their own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bittensor-network-'));
  const lines: string[] = [];
  let pids: number[] = [];
  let result: RunResult;
  let seen: Promise<void>[] = [];

  beforeAll(async () => {
    const inspect = async (network: Network) => {
      pids = network.pids();
      const { url, client } = network;
      const environment = (extra: Record<string, string> = {}) => ({
        PATH: process.env['PATH'] ?? '',
        LANG: 'C.UTF-8',
        HOME: folder,
        ...extra,
      });
      await using official = await SdkClient.start('bittensor-10.5.0', 'sdk10.py', {
        engine: { url },
        home: folder,
        environment,
      });
      // Judged by tests of their own, where they are seen to fail.
      const reading = seesTheMetagraph(official, client, NETUID);
      const weighing = reading.catch(() => {}).then(() => seesTheWeights(official, client, NETUID));
      seen = [reading, weighing];
      await Promise.allSettled(seen);
    };
    result = await runOnce({
      ...smallNetwork,
      folder,
      signal: AbortSignal.timeout(RUN_MS - 30_000),
      say: line => lines.push(line),
      inspect,
    });
  }, RUN_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

  it('are ranked by what the miners are worth: good over weak over all others', () => {
    expect(result.rightFrom, lines.join('\n')).toBeDefined();
    const quality = result.miners.map(miner => miner.quality);
    expect(quality[0]).toBeGreaterThan(0.85);
    expect(quality[1]).toBeGreaterThan(quality[2]! + 0.05);
    const { incentive, emission } = result.tempos.at(-1)!;
    for (const [best, good, weak, ...bad] of [incentive, emission]) {
      expect(Math.min(best!, good!), lines.join('\n')).toBeGreaterThan(weak!);
      expect(weak, lines.join('\n')).toBeGreaterThan(Math.max(...bad));
    }
  });

  it('have their weights on the chain as the journals say, one row of a validator in an epoch', () => {
    expectAllRows(result);
  });

  it('are seen by the official bittensor client as our own client sees them', async () => {
    await seen[0];
  });

  it('are weighed as the official bittensor client says', async () => {
    await seen[1];
  });

  it('leave no process behind', async () => {
    expect(pids.length).toBe(9);
    const gone = () => pids.filter(isRunning).length === 0 || undefined;
    await pollUntil('the end of all processes', { withinMs: 30_000 }, gone);
  });
});
