import { describe, expect, it } from 'vitest';
import { silentLog } from '../../src/base/index.js';
import type { Block } from '../../src/chain/connection/header.js';
import { StallWatch } from '../../src/chain/connection/stall.js';

function block(number: number): Block {
  return { number, hash: `0x${number}` };
}

/** A connection that stands at block 1, by a clock of its own. */
function stalled(blockTimeMs: number) {
  const left: string[] = [];
  const at = { nowMs: 0, isConnected: true, head: block(1), newest: async () => at.head, asked: 0 };
  const watch = new StallWatch({
    connection: {
      chain: { blockTimeMs },
      get state() {
        return { isConnected: at.isConnected, reconnections: 0 };
      },
      moveOn: why => void left.push(why),
    },
    heads: {
      get head() {
        return at.head;
      },
      newest: async () => {
        at.asked += 1;
        at.head = await at.newest();
        return at.head;
      },
    },
    log: silentLog,
    nowMs: () => at.nowMs,
  });
  const pass = async (ms: number) => {
    for (const end = at.nowMs + ms; at.nowMs < end; ) {
      at.nowMs += 5_000;
      await watch.look();
    }
  };
  return { at, left, pass };
}

describe('a watch over finalized blocks', () => {
  it('leaves an endpoint that brings none for ten block times, and again when the next one brings none', async () => {
    const { at, left, pass } = stalled(12_000);
    await pass(115_000);
    expect([left, at.asked]).toEqual([[], 0]);
    await pass(5_000);
    expect(left).toEqual(['no finalized block for 120 s']);
    await pass(120_000);
    expect(left).toHaveLength(2);
  });

  it('waits for a minute at least, and from each block and each connection anew', async () => {
    const { at, left, pass } = stalled(250);
    for (let number = 2; number < 6; number++) {
      await pass(55_000);
      at.head = block(number);
    }
    await pass(55_000);
    at.isConnected = false;
    await pass(300_000);
    at.isConnected = true;
    await pass(55_000);
    expect(left).toEqual([]);
    await pass(5_000);
    expect(left).toHaveLength(1);
  });

  it('stays where blocks come that only the subscription does not tell of, or where nothing can be asked', async () => {
    const { at, left, pass } = stalled(250);
    at.newest = async () => block(at.head.number + 1);
    await pass(600_000);
    expect(at.asked).toBeGreaterThanOrEqual(9);
    at.newest = async () => {
      throw new Error('timeout');
    };
    await pass(600_000);
    expect(left).toEqual([]);
  });
});
