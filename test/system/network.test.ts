import { mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Network } from '../../bench/network/network.js';
import { type RunResult, runOnce } from '../../bench/network/run.js';
import { WANTED } from '../../bench/network/tempos.js';
import { expectAllRows, smallNetwork } from '../helpers/small-network.js';

/** The whole of it on a slow machine. */
const RUN_MS = 600_000;
const namespaceOf = (pid: number | 'self') => readlinkSync(`/proc/${pid}/ns/net`);

describe('two validators and six miners, each in a network namespace with a veth link', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bittensor-namespaces-'));
  const lines: string[] = [];
  let namespaces: string[] = [];
  let result: RunResult;

  beforeAll(async () => {
    const inspect = async ({ validators, miners }: Network) => {
      namespaces = [...validators, ...miners].map(({ program }) => namespaceOf(program.pid!));
    };
    result = await runOnce({
      ...smallNetwork,
      folder,
      netns: true,
      faults: ['cut'],
      signal: AbortSignal.timeout(RUN_MS - 30_000),
      say: line => lines.push(line),
      inspect,
    });
  }, RUN_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

  it('share a namespace with nobody', () => {
    expect(new Set([namespaceOf('self'), ...namespaces]).size).toBe(1 + 2 + 6);
  });

  it('are ranked by what the miners are worth', () => {
    const { spearmanIncentive, spearmanEmission } = result.tempos[result.calmTempos - 1]!;
    expect(Math.min(spearmanIncentive, spearmanEmission), lines.join('\n')).toBeGreaterThanOrEqual(WANTED);
  });

  it('are ranked so again after a validator and the best miner were cut off and joined again', () => {
    expect(result.faults.length).toBe(1);
    expect(result.faults[0]!.rightFrom, lines.join('\n')).toBeGreaterThan(result.faults[0]!.over);
  });

  it('lose no row of weights, and set no two in an epoch', () => {
    expectAllRows(result);
  });
});
