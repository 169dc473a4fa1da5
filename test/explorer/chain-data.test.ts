import { describe, expect, it, vi } from 'vitest';
import type { Block } from '../../src/explorer/data/blocks.js';
import { ChainData } from '../../src/explorer/data/chain-data.js';
import { Rpc } from '../../src/explorer/data/rpc.js';
import { readEpochBlocks } from '../../src/explorer/data/subnet-reads.js';
import type { Head } from '../../src/explorer/data/types.js';

/** A chain of names: block 5 is `a5`. By number a node gives those of the branch that it holds for the best one. */
class NamedChain extends ChainData {
  readonly asked: string[] = [];

  constructor(private readonly best: string) {
    super(new Rpc('ws://127.0.0.1:9'));
  }

  override async hashOf(number: number): Promise<string> {
    return `${this.best}${number}`;
  }

  override async block(hash: string): Promise<Block> {
    this.asked.push(hash);
    const number = Number(hash.slice(1));
    // Branch b leaves a after block 20.
    const parent = number - 1 <= 20 ? 'a' : hash[0];
    return { number, hash, parentHash: `${parent}${number - 1}` } as Block;
  }
}

const names = (blocks: readonly Block[]) => blocks.map(({ hash }) => hash);
const walk = (from: string, count: number) => {
  let [branch, number] = [from[0]!, Number(from.slice(1))];
  const found: string[] = [];
  while (found.length < count && number >= 0) {
    found.push(`${branch}${number}`);
    number -= 1;
    if (number <= 20) branch = 'a';
  }
  return found;
};

describe('the blocks before one', () => {
  it('are the chain of its parents, newest first, down to the first one', async () => {
    expect(names(await new NamedChain('a').blocksBefore('a40', 30))).toEqual(walk('a40', 30));
    expect(names(await new NamedChain('a').blocksBefore('a3', 30))).toEqual(['a3', 'a2', 'a1', 'a0']);
    expect(names(await new NamedChain('a').blocksBefore('a0', 1))).toEqual(['a0']);
  });

  it('stay on their branch where the node goes by another one', async () => {
    expect(names(await new NamedChain('b').blocksBefore('a40', 35))).toEqual(walk('a40', 35));
    expect(names(await new NamedChain('a').blocksBefore('b25', 12))).toEqual(walk('b25', 12));
  });

  it('are read once each where the node has that branch', async () => {
    const chain = new NamedChain('a');
    await chain.blocksBefore('a60', 50);
    expect(chain.asked).toHaveLength(50);
  });
});

describe('the newest block', () => {
  it('is told with the one that was final last, also where that was heard of meanwhile', async () => {
    vi.useFakeTimers();
    const items: ((item: unknown) => void)[] = [];
    const asked: (() => void)[] = [];
    const rpc = {
      subscribe: (_: unknown, __: unknown, onItem: (item: unknown) => void) => {
        items.push(onItem);
        return () => {};
      },
      call: (method: string) =>
        new Promise(resolve => {
          asked.push(() => resolve(method === 'chain_getHeader' ? { number: '0x5', parentHash: '0x4' } : '0x5'));
        }),
    };
    const told: Head[] = [];
    const end = new ChainData(rpc as unknown as Rpc).watchHeads(head => told.push(head));
    const [onNew, onFinal] = items as [(item: unknown) => void, (item: unknown) => void];
    const answerAll = async () => {
      for (let answer = asked.shift(); answer; answer = asked.shift()) {
        answer();
        await vi.advanceTimersByTimeAsync(0);
      }
    };
    try {
      onNew({ number: '0x5' });
      await vi.advanceTimersByTimeAsync(200);
      // While the header is asked for.
      onFinal({ number: '0x5' });
      await vi.advanceTimersByTimeAsync(200);
      await answerAll();
      await vi.advanceTimersByTimeAsync(200);
      await answerAll();
      expect(told.at(-1)).toMatchObject({ number: 5, finalized: 5 });
      // No node says such things; the page stays.
      for (const item of [undefined, null, 'x', { number: {} }]) {
        expect(() => [onNew(item), onFinal(item)]).not.toThrow();
      }
    } finally {
      end();
      vi.useRealTimers();
    }
  });
});

describe('the way from one epoch to the next', () => {
  it('is a block longer than the tempo, and there is none without a tempo', async () => {
    const of = (tempo: number | undefined) =>
      readEpochBlocks({ read: async () => [tempo] } as unknown as ChainData, 1, {} as never);
    expect([await of(360), await of(0), await of(undefined)]).toEqual([361, undefined, undefined]);
  });
});
