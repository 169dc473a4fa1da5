import { describe, expect, it } from 'vitest';
import type { ChainClient, Metagraph } from '../../../src/chain/index.js';
import { chainDirectory } from '../../../src/neuron/membership/directory.js';

describe('the directory of a neuron on a chain', () => {
  it('names those that the chain ranks highest first, without itself and those that do not serve', () => {
    const axon = { ip: '127.0.0.1', port: 1 };
    const neurons = [
      { uid: 0, hotkeyHex: '0xa', incentive: 0.1, axon },
      { uid: 1, hotkeyHex: '0xb', incentive: 0, axon },
      { uid: 2, hotkeyHex: '0xc', incentive: 0.6, axon },
      { uid: 3, hotkeyHex: '0xd', incentive: 0.3, axon: undefined },
      { uid: 4, hotkeyHex: '0xe', incentive: 0, axon },
      { uid: 5, hotkeyHex: '0xself', incentive: 1, axon },
    ];
    let tell: (metagraph: Metagraph) => void = () => {};
    const client = {
      onMetagraph: (_netuid: number, listener: typeof tell) => {
        tell = listener;
        return () => {};
      },
    } as unknown as ChainClient;
    const directory = chainDirectory(client, 1, '0xself');
    expect(directory.peers()).toEqual([]);
    tell({ neurons, byHotkey: () => undefined } as unknown as Metagraph);
    expect(directory.peers().map(({ hotkey }) => hotkey)).toEqual(['0xc', '0xa', '0xb', '0xe']);
    expect(directory.synapseCount()).toBe(5);
  });
});
