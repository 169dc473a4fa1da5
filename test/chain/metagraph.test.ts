import { describe, expect, it } from 'vitest';
import { encodeAddress, toHex } from '../../src/base/index.js';
import { createMetagraph, loadMetagraph, type Metagraph, type Neuron, saveMetagraph } from '../../src/chain/index.js';
import { failure } from '../wallet/helpers.js';

function neuron(uid: number, more: Partial<Neuron> = {}): Neuron {
  const hotkeyBytes = new Uint8Array(32).fill(uid + 1);
  return {
    uid,
    hotkey: encodeAddress(hotkeyBytes),
    hotkeyHex: toHex(hotkeyBytes),
    hotkeyBytes,
    coldkey: encodeAddress(new Uint8Array(32).fill(200)),
    stakeRao: 2n ** 60n + BigInt(uid),
    rank: 0.1,
    trust: 0.2,
    consensus: 0.3,
    incentive: 0.25 * uid,
    dividends: 0.5,
    validatorTrust: 0.6,
    emissionRao: 1_500_000_000n,
    lastUpdate: 17,
    active: true,
    validatorPermit: uid === 0,
    axon: uid === 0 ? undefined : { ip: '1.2.3.4', port: 8091, ipType: 4, protocol: 4, version: 10, block: 9 },
    ...more,
  };
}

function graph(): Metagraph {
  const head = {
    netuid: 1,
    block: 100,
    blockHash: `0x${'ab'.repeat(32)}`,
    token: 'alpha',
    tempo: 40,
    lastEpochBlock: 80,
  } as const;
  return createMetagraph(head, [neuron(0), neuron(1), neuron(2)]);
}

describe('a metagraph', () => {
  it('finds neurons by address and by hexadecimal key', () => {
    const metagraph = graph();
    expect(metagraph.byHotkey(encodeAddress(new Uint8Array(32).fill(2)))?.uid).toBe(1);
    expect(metagraph.byHotkey(`0x${'03'.repeat(32)}`)?.uid).toBe(2);
    expect(metagraph.byHotkey('nobody')).toBeUndefined();
    expect(metagraph.n).toBe(3);
  });

  it("has the manual's columns", () => {
    const { S, R, C, I, T, E, D } = graph();
    expect([R[0], C[1], T[2], D[0]]).toEqual([0.1, 0.3, 0.2, 0.5]);
    expect(I).toEqual([0, 0.25, 0.5]);
    expect(E).toEqual([1.5, 1.5, 1.5]);
    expect(S[0]).toBeCloseTo(2 ** 60 / 1e9, 0);
  });

  it('never changes', () => {
    const metagraph = graph();
    expect(() => Object.assign(metagraph, { block: 1 })).toThrow(TypeError);
    expect(() => (metagraph.neurons as Neuron[]).push(neuron(3))).toThrow(TypeError);
    expect(() => (metagraph.I as number[]).push(1)).toThrow(TypeError);
  });

  it('comes back from JSON with every value', () => {
    const metagraph = graph();
    const loaded = loadMetagraph(saveMetagraph(metagraph));
    expect(loaded.neurons).toEqual(metagraph.neurons);
    expect({ ...loaded, byHotkey: null, neurons: null }).toEqual({ ...metagraph, byHotkey: null, neurons: null });
    expect(loaded.byHotkey(`0x${'03'.repeat(32)}`)?.uid).toBe(2);
  });

  it('is refused with the reason when a file is broken', async () => {
    const good = JSON.parse(saveMetagraph(graph())) as { neurons: Record<string, unknown>[] };
    const broken = (change: Record<string, unknown>) =>
      JSON.stringify({ ...good, neurons: [{ ...good.neurons[0], ...change }] });
    for (const text of [
      '',
      'null',
      '{}',
      '{"format":"bittensor-metagraph/1"}',
      JSON.stringify({ ...good, block: -1 }),
      JSON.stringify({ ...good, tempo: '40' }),
      broken({ hotkey: '5Grw' }),
      broken({ uid: 1 }),
      broken({ stakeRao: 5 }),
      broken({ incentive: 1.5 }),
      broken({ axon: { ip: 7 } }),
      broken({ axon: { ip: '1.2.3.4', port: 70_000 } }),
      broken({ axon: null }),
    ]) {
      expect(await failure(() => loadMetagraph(text))).toMatchObject({ code: 'bad_metagraph_file' });
    }
  });
});
