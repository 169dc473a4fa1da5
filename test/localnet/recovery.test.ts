import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hex } from '../../localnet/engine/codec.js';
import { account, inOrder, keepingLog, openChain, temporaryFolder } from './fixture.js';

const BLOCKS = 12;
const SEGMENT = 'state-0000000000.log';

/** A chain that was closed, and what it held. */
function grown(folder: string) {
  using test = openChain(folder);
  for (let i = 0; i < BLOCKS; i++) test.chain.build(inOrder(test.transfer(account(i), 1_000_000_000n, i)));
  const { chain } = test;
  const roots = Array.from({ length: BLOCKS + 1 }, (_, i) => hex(chain.stateAt(i)!.trie(1).root));
  return { head: chain.head.hash, roots };
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 0x20;
  writeFileSync(path, bytes);
}

const DAMAGE: Record<string, (path: string) => void> = {
  'a byte of its snapshot is another': path => flip(path, 1000),
  'a byte of an early block is another': path => {
    const { length } = readFileSync(path);
    // The blocks take some two kilobytes each, at the end.
    flip(path, length - BLOCKS * 1500);
  },
  'it ends within its snapshot': path => truncateSync(path, 5000),
  'it is empty': path => truncateSync(path, 0),
  'it is gone': path => rmSync(path),
};

describe('a damaged state', () => {
  for (const [what, damage] of Object.entries(DAMAGE)) {
    it(`is made again from the blocks when ${what}`, () => {
      using folder = temporaryFolder();
      const before = grown(folder.path);
      const path = join(folder.path, SEGMENT);
      const wasThere = !what.endsWith('gone');
      damage(path);
      const log = keepingLog();
      using again = openChain(folder.path, { log });
      expect(again.chain.head.hash).toBe(before.head);
      expect(before.roots.map((_, i) => hex(again.chain.stateAt(i)!.trie(1).root))).toEqual(before.roots);
      const warnings = log.lines.filter(line => line.startsWith('warn') && line.includes('again'));
      expect(warnings.length).toBe(wasThere ? 2 : 1);
      expect(warnings.at(-1)).toContain(`executing ${BLOCKS} blocks again`);
      expect(existsSync(`${path}.damaged`)).toBe(wasThere);
      again.chain.build(inOrder(again.transfer(account(99), 1n, BLOCKS)));
    });
  }

  it('is said in words when there is no first state to begin with', () => {
    using folder = temporaryFolder();
    grown(folder.path);
    rmSync(join(folder.path, 'genesis.log'));
    flip(join(folder.path, SEGMENT), 1000);
    const files = readdirSync(folder.path);
    expect(() => openChain(folder.path)).toThrow(expect.objectContaining({ code: 'bad_data' }));
    expect(readdirSync(folder.path)).toEqual(files);
  });

  it('is refused when the first state is damaged as well, and nothing is thrown away', () => {
    using folder = temporaryFolder();
    grown(folder.path);
    flip(join(folder.path, 'genesis.log'), 1000);
    flip(join(folder.path, SEGMENT), 1000);
    expect(() => openChain(folder.path)).toThrow(expect.objectContaining({ code: 'bad_data' }));
    expect(existsSync(join(folder.path, `${SEGMENT}.damaged`))).toBe(true);
    expect(existsSync(join(folder.path, 'blocks.log'))).toBe(true);
  });
});
