import { beforeAll, describe, expect, it } from 'vitest';
import { keyText } from '../../../src/net/auth/signed.js';
import { Bucket } from '../../../src/net/bucket.js';
import { readHave } from '../../../src/net/gossip/have.js';
import { PeerTable } from '../../../src/net/gossip/peer-table.js';
import { openEntry, sealEntry, type UnverifiedEntry } from '../../../src/net/gossip/synapse-entry.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';

beforeAll(() => ready());

const NOW = 1_800_000_000_000;

function entry(index: number, heartbeatMs: number, port = 9_000, goodbye = false): UnverifiedEntry {
  const own = {
    network: new Uint8Array(32),
    synapseKey: '',
    address: { host: '10.0.0.1', port },
    metagraph: metagraph(index),
    heartbeatMs,
    goodbye,
  };
  return openEntry(sealEntry(key(index), own))!;
}

const metagraph = (index: number) => ({ host: '10.0.0.2', port: 8_000 + index });
const table = (size = 100, weightOf: (name: string) => number = () => 0) =>
  new PeerTable({ size, expiryMs: 60_000, aheadMs: 10_000, renewMs: 2_500, weightOf });
const answers = (peers: PeerTable, index: number) => peers.answered(hotkey(index), metagraph(index));
const hotkey = (index: number) => keyText(key(index).publicKey);

describe('a peer table', () => {
  it('wants strangers, renewals that are worth it, and moves; nothing old, expired or from the future', () => {
    const peers = table();
    expect(peers.wants(entry(1, NOW), NOW)).toBe('stranger');
    expect(peers.wants(entry(1, NOW - 60_001), NOW)).toBeUndefined();
    expect(peers.wants(entry(1, NOW + 10_001), NOW)).toBeUndefined();
    expect(peers.put(entry(1, NOW), NOW)).toBe(true);
    expect(peers.wants(entry(1, NOW), NOW)).toBeUndefined();
    expect(peers.wants(entry(1, NOW - 1, 9_001), NOW)).toBeUndefined();
    expect(peers.wants(entry(1, NOW + 2_499), NOW)).toBeUndefined();
    expect(peers.wants(entry(1, NOW + 2_500), NOW)).toBe('renewal');
    expect(peers.wants(entry(1, NOW + 1, 9_001), NOW)).toBe('renewal');
    expect(peers.wants(entry(1, NOW + 1, 9_000, true), NOW)).toBe('renewal');
  });

  it('expires by the time that the neuron itself signed', () => {
    const peers = table();
    peers.put(entry(1, NOW), NOW);
    peers.put(entry(2, NOW + 30_000), NOW);
    expect(peers.live(NOW + 60_000).map(peer => peer.hotkey)).toHaveLength(2);
    expect(peers.live(NOW + 60_001).map(peer => peer.hotkey)).toEqual([hotkey(2)]);
    expect(peers.expire(NOW + 60_001)).toEqual({ changed: true, left: [] });
    expect(peers.expire(NOW + 60_001)).toEqual({ changed: false, left: [] });
    expect(peers.size).toBe(1);
  });

  it('keeps a goodbye until it expires, so that an older entry cannot come back', () => {
    const peers = table();
    peers.put(entry(1, NOW), NOW);
    expect(peers.put(entry(1, NOW + 1, 0, true), NOW)).toBe(true);
    expect(peers.live(NOW)).toEqual([]);
    expect(peers.size).toBe(1);
    expect(peers.wants(entry(1, NOW), NOW)).toBeUndefined();
    expect(peers.expire(NOW + 60_002).changed).toBe(false);
    expect(peers.size).toBe(0);
  });

  it('takes no goodbye of one that it does not know', () => {
    expect(table().wants(entry(1, NOW, 0, true), NOW)).toBeUndefined();
  });

  it('hears a neuron that moves at once, and one that moves to and fro only so often', () => {
    const peers = table();
    peers.put(entry(1, NOW), NOW);
    expect(peers.wants(entry(1, NOW + 1, 9_001), NOW)).toBe('renewal');
    peers.put(entry(1, NOW + 1, 9_001), NOW);
    expect(peers.wants(entry(1, NOW + 2, 9_000), NOW + 83)).toBeUndefined();
    expect(peers.wants(entry(1, NOW + 3, 9_000), NOW + 84)).toBe('renewal');
    expect(peers.wants(entry(1, NOW + 3, 9_000, true), NOW + 3)).toBe('renewal');
  });

  it('gives up the newest that never answered when it is full, and never a neuron that answered or has a weight', () => {
    const weights = new Map<string, number>();
    const peers = table(3, name => weights.get(name) ?? 0);
    const present = () => peers.live(NOW).map(peer => peer.hotkey);
    const put = (index: number, nowMs: number) => peers.put(entry(index, NOW), nowMs);
    for (const index of [1, 2, 3]) put(index, NOW + index);
    answers(peers, 3);
    expect(put(4, NOW + 4)).toBe(true);
    expect(present().sort()).toEqual([1, 3, 4].map(hotkey).sort());
    expect(put(5, NOW + 5)).toBe(true);
    expect(present().sort()).toEqual([1, 3, 5].map(hotkey).sort());
    weights.set(`${hotkey(5)}/`, 0.01);
    peers.failed(metagraph(1));
    expect(put(6, NOW + 6)).toBe(true);
    expect(present().sort()).toEqual([3, 5, 6].map(hotkey).sort());
    answers(peers, 6);
    expect(put(7, NOW + 7)).toBe(false);
    expect(peers.size).toBe(3);
    expect(peers.best(NOW + 10).map(peer => peer.hotkey)).toEqual([5, 3, 6].map(hotkey));
    // A neuron that moves has to answer again.
    peers.put(entry(3, NOW + 6, 9_001), NOW + 8);
    expect(put(7, NOW + 9)).toBe(true);
    expect(present()).not.toContain(hotkey(3));
  });

  it('believes an answer only of the neuron whose own entry names the address', () => {
    const peers = table(2);
    for (const index of [1, 2]) peers.put(entry(index, NOW), NOW);
    peers.answered(hotkey(1), metagraph(2));
    peers.answered(hotkey(2), { host: '10.0.0.9', port: 1 });
    peers.put(entry(3, NOW), NOW);
    peers.put(entry(4, NOW), NOW);
    expect(peers.live(NOW)).toHaveLength(2);
    expect(peers.live(NOW).map(peer => peer.hotkey)).toContain(hotkey(4));
  });

  it('tells where those answered whose entries expired', () => {
    const peers = table();
    for (const index of [1, 2]) peers.put(entry(index, NOW), NOW);
    answers(peers, 1);
    expect(peers.expire(NOW + 60_001)).toEqual({ changed: true, left: [metagraph(1)] });
  });

  it('keeps eight synapses of one neuron', () => {
    const peers = table();
    const synapse = (n: number) => {
      const place = { address: metagraph(1), metagraph: undefined };
      const own = { network: new Uint8Array(32), synapseKey: `${n}`, ...place, heartbeatMs: NOW };
      return openEntry(sealEntry(key(1), own))!;
    };
    for (let n = 0; n < 8; n++) {
      expect(peers.wants(synapse(n), NOW)).toBe('stranger');
      peers.put(synapse(n), NOW);
    }
    expect(peers.wants(synapse(8), NOW)).toBeUndefined();
    expect(peers.wants(entry(2, NOW), NOW)).toBe('stranger');
    peers.expire(NOW + 60_001);
    expect(peers.wants({ ...synapse(8), heartbeatMs: NOW + 60_000 }, NOW + 60_001)).toBe('stranger');
  });

  it('finds the newest neuron that was never asked', () => {
    const peers = table();
    expect(peers.newcomer(NOW)).toBeUndefined();
    for (const index of [1, 2, 3]) peers.put(entry(index, NOW), NOW + index);
    expect(peers.newcomer(NOW)).toEqual(metagraph(3));
    peers.failed(metagraph(3));
    answers(peers, 2);
    expect(peers.newcomer(NOW)).toEqual(metagraph(1));
    expect(peers.newcomer(NOW + 60_001)).toBeUndefined();
  });

  it('tells another what is news to it, and nothing else', () => {
    const mine = table();
    const theirs = table();
    const news = () => mine.newsFor(readHave(theirs.have())!, 100, NOW).map(message => message.neuronKey);
    for (const index of [1, 2, 3]) mine.put(entry(index, NOW), NOW);
    expect(news().sort()).toEqual([1, 2, 3].map(hotkey).sort());
    for (const index of [1, 2, 4]) theirs.put(entry(index, NOW), NOW);
    expect(news()).toEqual([hotkey(3)]);
    mine.put(entry(3, NOW + 1, 0, true), NOW);
    expect(news()).toEqual([]);
    mine.put(entry(1, NOW + 2_499), NOW);
    expect(news()).toEqual([]);
    mine.put(entry(1, NOW + 2_500), NOW);
    expect(news()).toEqual([hotkey(1)]);
    // A move and a goodbye are news at once.
    mine.put(entry(2, NOW + 1, 9_001), NOW);
    expect(news().sort()).toEqual([1, 2].map(hotkey).sort());
    theirs.put(entry(2, NOW + 1, 9_001), NOW);
    mine.put(entry(2, NOW + 2, 0, true), NOW);
    expect(news().sort()).toEqual([1, 2].map(hotkey).sort());
    expect(mine.newsFor(readHave(theirs.have())!, 1, NOW)).toHaveLength(1);
    expect(mine.newsFor(readHave(theirs.have())!, 9, NOW + 62_501)).toHaveLength(0);
  });

  it('passes on as many entries as are asked for, each once', () => {
    const peers = table();
    for (let index = 1; index <= 20; index++) peers.put(entry(index, NOW), NOW);
    const sample = peers.sample(15, NOW).map(message => message.neuronKey);
    expect(new Set(sample).size).toBe(15);
    expect(peers.sample(100, NOW)).toHaveLength(20);
  });
});

describe('a budget', () => {
  it('refuses what is beyond its burst', () => {
    const budget = new Bucket(3, 0.001, NOW);
    expect([1, 2, 3, 4].map(() => budget.take(NOW))).toEqual([true, true, true, false]);
  });
});
