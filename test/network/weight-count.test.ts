import { describe, expect, it } from 'vitest';
import type { Network } from '../../bench/network/network.js';
import { WeightCount } from '../../bench/network/weight-count.js';
import type { Metagraph } from '../../src/chain/index.js';

/** A validator `A` that the chain saw set its weights last in these blocks, by the epoch before. */
function counted(blocks: readonly { lastEpochBlock: number; lastUpdate: number }[]): WeightCount {
  let tell: (metagraph: Metagraph) => void = () => {};
  const network = {
    client: {
      onMetagraph(_netuid: number, listener: typeof tell) {
        tell = listener;
        return () => {};
      },
    },
    validators: [{ name: 'A', hotkey: { address: 'a' } }],
  } as unknown as Network;
  const count = new WeightCount(network);
  for (const { lastEpochBlock, lastUpdate } of blocks) {
    tell({ lastEpochBlock, byHotkey: () => ({ lastUpdate }) } as unknown as Metagraph);
  }
  return count;
}

describe('the count of weights', () => {
  it('has one for each block in which a row came, and nothing missed', () => {
    const count = counted([
      { lastEpochBlock: 40, lastUpdate: 20 },
      { lastEpochBlock: 40, lastUpdate: 60 },
      { lastEpochBlock: 80, lastUpdate: 60 },
      { lastEpochBlock: 80, lastUpdate: 100 },
      { lastEpochBlock: 120, lastUpdate: 100 },
    ]);
    expect([count.of('A'), count.missedBy('A')]).toEqual([2, 0]);
  });

  it('has the epoch that a validator let pass after its first row', () => {
    const count = counted([
      { lastEpochBlock: 40, lastUpdate: 20 },
      { lastEpochBlock: 40, lastUpdate: 60 },
      { lastEpochBlock: 80, lastUpdate: 60 },
      { lastEpochBlock: 120, lastUpdate: 60 },
      { lastEpochBlock: 120, lastUpdate: 130 },
      { lastEpochBlock: 160, lastUpdate: 130 },
    ]);
    expect([count.of('A'), count.missedBy('A')]).toEqual([2, 1]);
  });

  it('has nothing of a validator that never sets anything: its rows are none', () => {
    const count = counted([40, 80, 120].map(lastEpochBlock => ({ lastEpochBlock, lastUpdate: 0 })));
    expect([count.of('A'), count.missedBy('A')]).toEqual([0, 0]);
  });
});
