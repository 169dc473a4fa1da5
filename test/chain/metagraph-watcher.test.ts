import { describe, expect, it } from 'vitest';
import { pollUntil, silentLog } from '../../src/base/index.js';
import type { Block } from '../../src/chain/connection/header.js';
import type { Heads } from '../../src/chain/connection/heads.js';
import type { Metagraph } from '../../src/chain/reads/metagraph.js';
import { MetagraphWatcher } from '../../src/chain/reads/metagraph-watcher.js';

describe('the watcher of a metagraph', () => {
  it('shows each one to all, also when one of them fails, which is said', async () => {
    let tell: (block: Block) => void = () => {};
    const on = (callback: typeof tell) => {
      tell = callback;
      return () => {};
    };
    const heads = { head: { number: 1, hash: '0x1' }, on } as unknown as Heads;
    const errors: string[] = [];
    const read = async ({ number }: Block) => ({ block: number }) as Metagraph;
    const watcher = new MetagraphWatcher(heads, read, { ...silentLog, error: line => errors.push(line) }, () => {});
    watcher.add(() => {
      throw new Error('oops');
    });
    const seen: number[] = [];
    watcher.add(({ block }) => seen.push(block));
    tell({ number: 2, hash: '0x2' });
    await pollUntil('block 2', { withinMs: 5_000, everyMs: 2 }, () => (seen.includes(2) ? true : undefined));
    expect(errors).toContain('a metagraph subscriber failed: oops');
  });
});
