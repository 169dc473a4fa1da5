import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PeerStatus } from '../../../src/base/index.js';
import { StatusBoard } from '../../../src/neuron/observe/status.js';

const first = {
  role: 'miner',
  neuron: 'mnist',
  name: 'default',
  hotkey: '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
  version: '0.1.0',
  network: { name: 'Local' },
} as const;

const losses = (local: number) => ({ local, network: 2, distillation: 1 });

describe('the status of a node', () => {
  it('tells what was set, and what is derived when it is asked for', () => {
    let asked = 0;
    const board = new StatusBoard(first, { nowMs: () => 1_000 });
    board.derive(() => ({ network: { name: 'Local', block: ++asked } }));
    board.set({ uid: 3, step: 5, losses: losses(0.5) });
    expect(asked).toBe(0);
    expect(board.get()).toEqual({
      ...first,
      startedAt: 1_000,
      network: { name: 'Local', block: 1 },
      uid: 3,
      step: 5,
      epoch: 0,
      losses: losses(0.5),
      history: [{ step: 5, timeMs: 1_000, ...losses(0.5) }],
      peers: [],
    });
  });

  it('keeps the whole run in at most 500 points, first and newest among them, evenly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), steps => {
        const board = new StatusBoard(first);
        for (let step = 1; step <= steps; step++) board.set({ step, losses: losses(step) });
        const found = board.get().history.map(point => point.step);
        expect(found.length).toBeLessThanOrEqual(500);
        expect(found.length).toBeGreaterThanOrEqual(Math.min(steps, 250));
        expect(found[0]).toBe(1);
        expect(found.at(-1)).toBe(steps);
        const gaps = found.slice(1, -1).map((step, i) => step - found[i]!);
        expect(new Set(gaps).size).toBeLessThanOrEqual(1);
      }),
      { seed: 8, numRuns: 60 },
    );
  });

  it('shows the best 256 peers, best first', () => {
    const board = new StatusBoard(first);
    const peers: PeerStatus[] = Array.from({ length: 1_000 }, (_, uid) => ({
      hotkey: `peer ${uid}`,
      uid,
      score: (uid * 37) % 1_000,
      lost: false,
    }));
    board.set({ peers });
    const shown = board.get().peers;
    expect(shown.length).toBe(256);
    expect(shown[0]!.score).toBe(999);
    expect(shown.at(-1)!.score).toBe(744);
    expect(peers[0]!.uid).toBe(0);
  });

  it('tells listeners of each change until they stop listening', () => {
    const board = new StatusBoard(first);
    let told = 0;
    const stop = board.onChange(() => told++);
    board.set({ epoch: 1 });
    board.changed();
    stop();
    board.set({ epoch: 2 });
    expect(told).toBe(2);
  });

  it('names what is wrong for as long as it is wrong', () => {
    const board = new StatusBoard(first);
    let isLost = true;
    board.check('chain', () => (isLost ? 'the chain is not reached' : undefined));
    board.check('axon', () => undefined);
    expect(board.problems()).toEqual({ chain: 'the chain is not reached' });
    isLost = false;
    expect(board.problems()).toEqual({});
  });
});
