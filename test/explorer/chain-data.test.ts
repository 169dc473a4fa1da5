import { describe, expect, it } from 'vitest';
import type { Block } from '../../src/explorer/data/blocks.js';
import { ChainData } from '../../src/explorer/data/chain-data.js';
import { Rpc } from '../../src/explorer/data/rpc.js';
import { readEpochBlocks } from '../../src/explorer/data/subnet-reads.js';

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

describe('the way from one epoch to the next', () => {
  it('is a block longer than the tempo, and there is none without a tempo', async () => {
    const of = (tempo: number | undefined) =>
      readEpochBlocks({ read: async () => [tempo] } as unknown as ChainData, 1, {} as never);
    expect([await of(360), await of(0), await of(undefined)]).toEqual([361, undefined, undefined]);
  });
});
