import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeStatus } from '../../src/base/index.js';
import { factsOf, runningFor, weightsOf } from '../../src/explorer/parts/nodes/node-facts.js';
import { parseNodes } from '../../src/explorer/parts/nodes/parse-status.js';

const STATUS = {
  role: 'miner',
  neuron: 'mnist',
  name: 'default',
  hotkey: '5Grw',
  version: '0.1.0',
  startedAt: 1000,
  network: { name: 'local', netuid: 1, block: 12 },
  uid: 3,
  axon: { ip: '127.0.0.1', port: 8091 },
  step: 40,
  epoch: 2,
  losses: { local: 0.5, network: 0.4, distillation: null },
  history: [{ step: 1, timeMs: 2, local: 1, network: 2, distillation: 3 }],
  peers: [{ hotkey: '5Ping', score: 0.5, lost: false, latencyMs: 12 }],
  weights: { block: 9, state: 'set', uids: [4, 5, 6], values: [1, 3, 0] },
};

describe('the own nodes', () => {
  it('are read as they tell of themselves', () => {
    const [node] = parseNodes([STATUS]);
    expect(node).toMatchObject({
      ...{ role: 'miner', uid: 3, startedAt: 1000, step: 40, chain: undefined },
      losses: { local: 0.5, network: 0.4, distillation: Number.NaN },
      peers: [{ hotkey: '5Ping', score: 0.5, uid: undefined, latencyMs: 12, lost: false }],
    });
    expect(Object.fromEntries(factsOf(node!, 3_661_000))).toMatchObject({
      ...{ Network: 'local, subnet 1', Block: '12', UID: '3', Axon: '127.0.0.1:8091', Step: '40 (epoch 2)' },
      ...{ Weights: 'set in block 9', 'Running for': '1 h 1 min' },
    });
    expect(weightsOf(node!)).toEqual([
      { uid: 5, share: 0.75 },
      { uid: 4, share: 0.25 },
    ]);
  });

  it('lose nothing of what a node tells', () => {
    const told: NodeStatus = {
      ...{
        role: 'validator',
        neuron: 'mnist',
        name: 'v',
        hotkey: '5Grw',
        version: '1',
        startedAt: 5,
        step: 1,
        epoch: 2,
      },
      network: { name: 'local', endpoint: 'ws://127.0.0.1:1', netuid: 1, block: 2 },
      uid: 0,
      axon: { ip: '::1', port: 1 },
      losses: { local: 1, network: 2, distillation: 3 },
      history: [{ step: 1, timeMs: 2, local: 3, network: 4, distillation: 5 }],
      peers: [{ hotkey: '5P', uid: 1, address: '::1', score: 0.1, lastCode: 'timeout', latencyMs: 1, lost: true }],
      chain: {
        ...{
          token: 'alpha',
          stake: 1,
          rank: 0.1,
          trust: 0.2,
          consensus: 0.3,
          incentive: 0.4,
          dividends: 0.5,
          emission: 6,
        },
        ...{ lastUpdate: 7, validatorPermit: true },
      },
      weights: { block: 1, state: 'revealed', uids: [1], values: [2] },
    };
    const [read] = parseNodes(JSON.parse(JSON.stringify([told])));
    expect(read).toEqual(told);
  });

  it('leave out what is no status, and never throw', () => {
    expect(parseNodes([null, 7, {}, { ...STATUS, role: 'king' }, { ...STATUS, hotkey: 5 }, STATUS])).toHaveLength(1);
    expect(parseNodes({ error: 'x' })).toEqual([]);
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.constantFrom(...Object.keys(STATUS)), fc.anything())), list => {
        for (const node of parseNodes(list.map(item => ({ ...STATUS, ...item })))) {
          factsOf(node, 0);
          weightsOf(node);
        }
      }),
      { seed: 12 },
    );
  });

  it('are bounded, whatever is sent', () => {
    const many = { ...STATUS, history: Array(9000).fill(STATUS.history[0]), peers: Array(9000).fill(STATUS.peers[0]) };
    const [node, ...others] = parseNodes(Array(900).fill(many));
    expect([others.length, node!.history.length, node!.peers.length]).toEqual([63, 500, 256]);
  });

  it.each([
    [5_000, '5 s'],
    [65_000, '1 min 5 s'],
    [90_000_000, '1 d 1 h'],
    [-1, '–'],
    [Number.NaN, '–'],
  ])('run %s ms for %s', (ms, text) => {
    expect(runningFor(0, ms)).toBe(text);
  });
});
