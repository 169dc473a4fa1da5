import { beforeAll, describe, expect, it } from 'vitest';
import { Gossip } from '../../../src/net/index.js';
import { gossipDirectory } from '../../../src/neuron/membership/directory.js';
import { keypairFromSeed, ready } from '../../../src/wallet/index.js';

beforeAll(() => ready());

describe('the directory of a gossiping neuron', () => {
  it('counts the own synapse, and makes local weights of scores: 0.99 of the old one and 0.01 of the score', async () => {
    const start = async (n: number, bootstrap: string[]) => {
      const signer = keypairFromSeed(new Uint8Array(32).fill(n));
      const synapse = { synapseKey: '', host: '127.0.0.1', port: 9_000 + n };
      const gossip = new Gossip({ signer, synapse, host: '127.0.0.1', bootstrap, difficulty: 0 });
      await gossip.listen();
      return gossip;
    };
    await using first = await start(1, []);
    await using second = await start(2, [String(first.port)]);
    const directory = gossipDirectory(second);
    expect([directory.peers().length, directory.synapseCount()]).toEqual([0, 1]);
    await second.update();
    expect([directory.peers().length, directory.synapseCount()]).toEqual([1, 2]);
    const [peer] = second.peers();
    directory.score!({ [peer!.hotkey]: 0.5, unknown: 1 });
    expect(second.getWeights([peer!])[0]).toBeCloseTo(0.005, 12);
    directory.score!({ [peer!.hotkey]: 1 });
    expect(second.getWeights([peer!])[0]).toBeCloseTo(0.99 * 0.005 + 0.01, 12);
    const before = second.getWeights([peer!]);
    directory.score!({});
    directory.score!({ [peer!.hotkey]: Number.NaN });
    expect(second.getWeights([peer!])).toEqual(before);
  });
});
