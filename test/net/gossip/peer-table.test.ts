import { beforeAll, describe, expect, it } from 'vitest';
import { keyText } from '../../../src/net/auth/signed.js';
import { Budget } from '../../../src/net/gossip/budget.js';
import { PeerTable } from '../../../src/net/gossip/peer-table.js';
import { openEntry, sealEntry, type UnverifiedEntry } from '../../../src/net/gossip/synapse-entry.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';

beforeAll(() => ready());

const NOW = 1_800_000_000_000;

function entry(index: number, heartbeatMs: number, port = 9_000, goodbye = false): UnverifiedEntry {
  const own = { synapseKey: '', address: { host: '10.0.0.1', port }, metagraph: undefined, heartbeatMs, goodbye };
  return openEntry(sealEntry(key(index), own))!;
}

const table = (size = 100) => new PeerTable({ size, expiryMs: 60_000, aheadMs: 10_000, renewMs: 2_500 });
const hotkey = (index: number) => keyText(key(index).publicKey);

describe('a peer table', () => {
  it('wants strangers, renewals that are worth it, and moves; nothing old, expired or from the future', () => {
    const peers = table();
    expect(peers.wants(entry(1, NOW), NOW)).toBe('stranger');
    expect(peers.wants(entry(1, NOW - 60_001), NOW)).toBeUndefined();
    expect(peers.wants(entry(1, NOW + 10_001), NOW)).toBeUndefined();
    expect(peers.put(entry(1, NOW))).toBe(true);
    expect(peers.wants(entry(1, NOW), NOW)).toBeUndefined();
    expect(peers.wants(entry(1, NOW - 1, 9_001), NOW)).toBeUndefined();
    expect(peers.wants(entry(1, NOW + 2_499), NOW)).toBeUndefined();
    expect(peers.wants(entry(1, NOW + 2_500), NOW)).toBe('renewal');
    expect(peers.wants(entry(1, NOW + 1, 9_001), NOW)).toBe('renewal');
    expect(peers.wants(entry(1, NOW + 1, 9_000, true), NOW)).toBe('renewal');
  });

  it('expires by the time that the neuron itself signed', () => {
    const peers = table();
    peers.put(entry(1, NOW));
    peers.put(entry(2, NOW + 30_000));
    expect(peers.live(NOW + 60_000).map(peer => peer.hotkey)).toHaveLength(2);
    expect(peers.live(NOW + 60_001).map(peer => peer.hotkey)).toEqual([hotkey(2)]);
    expect(peers.expire(NOW + 60_001)).toBe(true);
    expect(peers.expire(NOW + 60_001)).toBe(false);
    expect(peers.size).toBe(1);
  });

  it('keeps a goodbye until it expires, so that an older entry cannot come back', () => {
    const peers = table();
    peers.put(entry(1, NOW));
    expect(peers.put(entry(1, NOW + 1, 0, true))).toBe(true);
    expect(peers.live(NOW)).toEqual([]);
    expect(peers.size).toBe(1);
    expect(peers.wants(entry(1, NOW), NOW)).toBeUndefined();
    expect(peers.expire(NOW + 60_002)).toBe(false);
    expect(peers.size).toBe(0);
  });

  it('gives up the oldest stranger when it is full, and never a neuron that answered', () => {
    const peers = table(3);
    for (const index of [1, 2, 3]) peers.put(entry(index, NOW + index));
    peers.confirm(hotkey(1));
    peers.put(entry(4, NOW + 4));
    expect(
      peers
        .live(NOW)
        .map(peer => peer.hotkey)
        .sort(),
    ).toEqual([hotkey(1), hotkey(3), hotkey(4)].sort());
    peers.confirm(hotkey(3));
    peers.confirm(hotkey(4));
    expect(peers.put(entry(5, NOW + 5))).toBe(false);
    expect(peers.size).toBe(3);
    // A neuron that moves has to answer again.
    peers.put(entry(3, NOW + 6, 9_001));
    expect(peers.put(entry(5, NOW + 7))).toBe(true);
    expect(peers.live(NOW).some(peer => peer.hotkey === hotkey(3))).toBe(false);
  });

  it('passes on as many entries as are asked for, each once', () => {
    const peers = table();
    for (let index = 1; index <= 20; index++) peers.put(entry(index, NOW));
    const sample = peers.sample(15, NOW).map(message => message.neuronKey);
    expect(new Set(sample).size).toBe(15);
    expect(peers.sample(100, NOW)).toHaveLength(20);
  });
});

describe('a budget', () => {
  it('refuses what is beyond its burst', () => {
    const budget = new Budget(0.001, 3);
    expect([1, 2, 3, 4].map(() => budget.spend())).toEqual([true, true, true, false]);
  });
});
