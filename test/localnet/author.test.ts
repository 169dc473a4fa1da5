import { afterEach, describe, expect, it, vi } from 'vitest';
import { Author, type BlockTime } from '../../localnet/engine/chain/author.js';
import type { Candidates } from '../../localnet/engine/chain/block-builder.js';
import type { Chain } from '../../localnet/engine/chain/chain.js';
import { engineError } from '../../localnet/engine/errors.js';
import type { Pool } from '../../localnet/engine/pool/pool.js';
import { keepingLog } from './fixture.js';

/** A chain and a pool that only count: `takes` transactions go into each block, `fails` decides how a build ends. */
function setUp(blockTime: BlockTime, takes = 1) {
  const state = {
    ready: 0,
    blocks: 0,
    listeners: new Set<() => void>(),
    discarded: 0,
    isDeterministic: false,
    /** Builds that are under way, and the most that ever were. */
    depth: 0,
    deepest: 0,
    fails: undefined as Error | undefined,
  };
  const chain = {
    get isDeterministic() {
      return state.isDeterministic;
    },
    build(candidates: Candidates) {
      let taken = 0;
      while (taken < takes && candidates.next()) taken++;
      if (state.fails) throw state.fails;
      state.ready -= taken;
      const number = ++state.blocks;
      state.deepest = Math.max(state.deepest, ++state.depth);
      // As the pool does when a block has left something.
      if (state.ready > 0) for (const listener of state.listeners) listener();
      state.depth--;
      return { block: { header: { number } } };
    },
  } as unknown as Chain;
  const pool = {
    candidates() {
      let left = state.ready;
      return { next: () => (left-- > 0 ? { bytes: new Uint8Array(1) } : undefined), rejected() {} };
    },
    discard() {
      state.discarded++;
      state.ready--;
    },
    onReady(listener: () => void) {
      state.listeners.add(listener);
      return () => state.listeners.delete(listener);
    },
    get readyCount() {
      return state.ready;
    },
  } as unknown as Pool;
  const log = keepingLog();
  const author = new Author({ chain, pool, blockTime, log });
  const submit = (count = 1) => {
    state.ready += count;
    for (const listener of state.listeners) listener();
  };
  return { author, state, log, submit };
}

describe('the author', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('keeps the beat of an interval until it is stopped', () => {
    vi.useFakeTimers();
    const { author, state } = setUp(250);
    author.start();
    author.start();
    vi.advanceTimersByTime(2600);
    expect(state.blocks).toBe(10);
    author.stop();
    author.stop();
    vi.advanceTimersByTime(1000);
    expect(state.blocks).toBe(10);
  });

  it('goes on in instant mode while blocks take something from the pool, and rests otherwise', () => {
    vi.useFakeTimers();
    const { author, state, submit } = setUp('instant', 2);
    author.start();
    vi.advanceTimersByTime(1000);
    expect(state.blocks).toBe(0);
    submit(5);
    vi.advanceTimersByTime(100);
    expect(state.blocks).toBe(3);
    expect(state.ready).toBe(0);
    author.stop();
    submit();
    vi.advanceTimersByTime(100);
    expect(state.blocks).toBe(3);
  });

  it('gives each transaction a block of its own, at once, when nothing may depend on the clock', () => {
    vi.useFakeTimers();
    const { author, state, submit } = setUp('instant');
    state.isDeterministic = true;
    author.start();
    submit();
    expect(state.blocks).toBe(1);
    submit();
    submit();
    expect(state.blocks).toBe(3);
    author.stop();
  });

  it.each([true, false])('begins no block within another, and none is forgotten (without a clock: %s)', fixed => {
    vi.useFakeTimers();
    const { author, state } = setUp('instant');
    state.isDeterministic = fixed;
    author.start();
    state.ready = 4;
    author.build();
    vi.advanceTimersByTime(100);
    expect(state).toMatchObject({ ready: 0, blocks: 4, deepest: 1 });
    author.stop();
  });

  it('says once what manual blocks wait for', () => {
    const { author, log } = setUp('manual');
    author.start();
    author.start();
    expect(log.lines).toEqual(['info: blocks are made on request: transactions wait for dev_newBlock']);
    author.stop();
  });

  it('says once that it cannot build, tries again, and says when it can', () => {
    vi.useFakeTimers();
    const { author, state, log } = setUp(100);
    state.fails = engineError('disk', 'cannot write blocks.log: the disk is full');
    author.start();
    vi.advanceTimersByTime(9000);
    expect(log.lines).toEqual(['error: no block: cannot write blocks.log: the disk is full; trying again every 2 s']);
    state.fails = undefined;
    vi.advanceTimersByTime(2500);
    expect(log.lines).toHaveLength(2);
    expect(log.lines[1]).toContain('building blocks again');
    expect(state.blocks).toBeGreaterThan(1);
    expect(state.discarded).toBe(0);
    author.stop();
  });

  it('drops the transactions of a block that does not verify, so that the chain goes on', () => {
    const { author, state } = setUp('manual', 3);
    state.ready = 3;
    state.fails = engineError('bad_block', 'block 1 does not verify');
    expect(() => author.build()).toThrow('does not verify');
    expect(state.discarded).toBe(3);
    state.fails = undefined;
    author.build();
    expect(state.blocks).toBe(1);
  });
});
