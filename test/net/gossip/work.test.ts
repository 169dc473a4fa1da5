import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/index.js';
import type { Synapse } from '../../../src/net/gen/bittensor.js';
import { unsignedEntry } from '../../../src/net/gossip/synapse-entry.js';
import {
  beganMsOf,
  judgeWork,
  type WorkRules,
  workDigest,
  workSubject,
  workTime,
  zeroBits,
} from '../../../src/net/gossip/work.js';
import { searchWork } from '../../../src/net/gossip/work-search.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../keys.js';

beforeAll(() => ready());

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const network = new Uint8Array(32).fill(6);
const rules: WorkRules = { difficulty: 10, maxAgeMs: 2 * HOUR, aheadMs: 10_000 };

function entry(change: Partial<Synapse> = {}, beganMs = NOW): Synapse {
  const own = {
    network,
    synapseKey: '0xab',
    address: { host: '10.0.0.1', port: 8_091 },
    metagraph: { host: '10.0.0.1', port: 8_092 },
    heartbeatMs: beganMs,
    proof: { nonce: 0, proofOfWork: workTime(beganMs) },
  };
  return { ...unsignedEntry(key(1).publicKey, own), ...change };
}

function proven(message: Synapse, difficulty = rules.difficulty): Synapse {
  return { ...message, nonce: searchWork(workSubject(message), difficulty, 0, 2 ** 31)! };
}

describe('the search for work', () => {
  it('finds what OpenSSL finds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(2 ** 31 - 1), (subject, from) => {
        const block = Buffer.concat([subject, Buffer.alloc(4)]);
        const digestOf = (nonce: number) => {
          block.writeUInt32LE(nonce, 32);
          return createHash('sha256').update(block).digest();
        };
        const found = searchWork(subject, 4, from, 300);
        if (found === undefined) return;
        expect(zeroBits(digestOf(found))).toBeGreaterThanOrEqual(4);
        expect(workDigest(subject, found)).toEqual(new Uint8Array(digestOf(found)));
        for (let nonce = from; nonce < found; nonce++) expect(zeroBits(digestOf(nonce))).toBeLessThan(4);
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  it('counts zero bits', () => {
    const counts: [string, number][] = [
      ['0x80', 0],
      ['0x01', 7],
      ['0x00ff', 8],
      ['0x0001', 15],
      ['0x0000', 16],
    ];
    for (const [hex, bits] of counts) expect(zeroBits(fromHex(hex))).toBe(bits);
  });

  it('gives up when its nonces are used up', () => {
    expect(searchWork(new Uint8Array(32), 32, 0, 1_000)).toBeUndefined();
  });
});

describe('a proof of work', () => {
  it('is enough from the moment of its making until it is two hours old', () => {
    const good = proven(entry());
    const verdicts = [NOW - 10_001, NOW - 10_000, NOW, NOW + 2 * HOUR, NOW + 2 * HOUR + 1].map(now =>
      judgeWork(good, rules, now),
    );
    expect(verdicts).toEqual(['old', 'enough', 'enough', 'enough', 'old']);
  });

  it('is bound to network, neuron, synapse, address, port, metagraph address, block and time, and to nothing that heartbeats change', () => {
    const good = proven(entry(), 12);
    const strict = { ...rules, difficulty: 12 };
    expect(judgeWork({ ...good, heartbeat: NOW + 60_000, price: 5, signature: new Uint8Array(64) }, strict, NOW)).toBe(
      'enough',
    );
    const other = entry().neuronKey.replace(/.$/, digit => (digit === '0' ? '1' : '0'));
    const changes: Partial<Synapse>[] = [
      { network: new Uint8Array(32).fill(7) },
      { network: new Uint8Array(0) },
      { neuronKey: other },
      { synapseKey: '0xac' },
      { synapseKey: '' },
      { address: '10.0.0.2' },
      { port: '8092' },
      { metagraph: '10.0.0.1:8093' },
      { metagraph: '' },
      { blockHash: `0x${'1'.repeat(64)}` },
      { proofOfWork: workTime(NOW + 1) },
      { nonce: good.nonce + 1 },
    ];
    for (const change of changes) expect(judgeWork({ ...good, ...change }, strict, NOW)).toBe('none');
    // Where one field ends and the next begins is part of it.
    const moved = { ...good, address: '10.0.0.18', port: '091' };
    expect(workSubject(moved)).not.toEqual(workSubject(good));
  });

  it('is none without a time, with a negative nonce, or of too few bits', () => {
    const good = proven(entry());
    expect(judgeWork({ ...good, proofOfWork: new Uint8Array() }, rules, NOW)).toBe('none');
    expect(judgeWork({ ...good, proofOfWork: new Uint8Array(9) }, rules, NOW)).toBe('none');
    expect(judgeWork({ ...good, nonce: -1 }, rules, NOW)).toBe('none');
    const bits = zeroBits(workDigest(workSubject(good), good.nonce));
    expect(judgeWork(good, { ...rules, difficulty: bits }, NOW)).toBe('enough');
    expect(judgeWork(good, { ...rules, difficulty: bits + 1 }, NOW)).toBe('none');
    expect(judgeWork(entry({ proofOfWork: new Uint8Array() }), { ...rules, difficulty: 0 }, NOW)).toBe('enough');
  });

  it('is none without a time or with a negative nonce, however many bits it has', () => {
    for (const length of [0, 7, 9]) {
      expect(judgeWork(proven(entry({ proofOfWork: new Uint8Array(length) })), rules, NOW)).toBe('none');
    }
    const subject = workSubject(entry());
    const nonce = searchWork(subject, rules.difficulty, -(2 ** 20), 2 ** 20)!;
    expect(nonce).toBeLessThan(0);
    expect(zeroBits(workDigest(subject, nonce))).toBeGreaterThanOrEqual(rules.difficulty);
    expect(judgeWork(entry({ nonce }), rules, NOW)).toBe('none');
  });

  it('must name a recent block where blocks are known', () => {
    const recent = `0x${'2'.repeat(64)}`;
    const strict: WorkRules = { ...rules, isRecentBlock: hash => hash === recent };
    expect(judgeWork(proven(entry({ blockHash: recent })), strict, NOW)).toBe('enough');
    expect(judgeWork(proven(entry({ blockHash: `0x${'3'.repeat(64)}` })), strict, NOW)).toBe('old');
    expect(judgeWork(proven(entry()), strict, NOW)).toBe('old');
  });

  it('begins at a time that is read from any place of a buffer', () => {
    const at = new Uint8Array(11);
    at.set(workTime(NOW), 3);
    expect(beganMsOf(entry({ proofOfWork: at.subarray(3) }))).toBe(NOW);
    expect(beganMsOf(entry({ proofOfWork: at.subarray(4) }))).toBeUndefined();
    expect(beganMsOf(entry({ proofOfWork: at }))).toBeUndefined();
    expect(toHex(workTime(0x0102030405))).toBe('0x0504030201000000');
  });

  it('has the digest that docs/protocol.md describes', () => {
    const message = entry({ blockHash: `0x${'5'.repeat(64)}` });
    const sized = (text: string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      return Buffer.concat([length, Buffer.from(text)]);
    };
    const { neuronKey, synapseKey, address, port, metagraph, blockHash, proofOfWork } = message;
    const texts = [synapseKey, address, port, metagraph, blockHash].map(sized);
    const subject = createHash('sha256')
      .update(
        Buffer.concat([
          Buffer.from('bittensor-net/2 work\0'),
          Buffer.of(32),
          network,
          fromHex(neuronKey),
          ...texts,
          proofOfWork,
        ]),
      )
      .digest();
    expect(Buffer.from(workSubject(message))).toEqual(subject);
    const digest = createHash('sha256')
      .update(Buffer.concat([subject, Buffer.from([7, 0, 0, 0])]))
      .digest();
    expect(Buffer.from(workDigest(subject, 7))).toEqual(digest);
  });

  it('with the first of all nonces is as good as any', () => {
    const strict = { ...rules, difficulty: 1 };
    let began = NOW;
    while (zeroBits(workDigest(workSubject(entry({}, began)), 0)) < 1) began++;
    expect(judgeWork(entry({}, began), strict, began)).toBe('enough');
  });
});
