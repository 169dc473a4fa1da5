import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Block } from '../../localnet/engine/chain/header.js';
import { hex } from '../../localnet/engine/codec.js';
import type { TransactionStatus } from '../../localnet/engine/pool/pool.js';
import { account, keepingLog, openChain, type TestChain, temporaryFolder } from './fixture.js';

const SEED = 23;
const AMOUNT = 1_000_000_000n;

/** Builds a block with that many transfers from //Alice. */
function grow(test: TestChain, transfers = 0): Block {
  const nonce = test.nonce();
  for (let i = 0; i < transfers; i++) test.pool.submit(test.transfer(account(nonce + i), AMOUNT, nonce + i));
  return test.author.build().block;
}

const root = (test: TestChain) => hex(test.chain.state.trie(test.chain.runtime.version.stateVersion).root);

describe('a chain that is rewound', () => {
  it('goes on from the older block as if the later ones had never been', () => {
    using folder = temporaryFolder();
    using test = openChain(folder.path);
    const blocks = [grow(test, 2), grow(test, 1), grow(test), grow(test, 3)];
    const heads: string[] = [];
    test.chain.onRevert(head => heads.push(head.hash));
    expect(test.chain.revert(2)).toEqual(blocks[1]);
    expect(heads).toEqual([blocks[1]!.hash]);
    expect(test.chain.head).toEqual(blocks[1]);
    expect(test.chain.finalized).toEqual({ number: 2, hash: blocks[1]!.hash });
    expect(root(test)).toBe(hex(blocks[1]!.header.stateRoot));
    expect(test.nonce()).toBe(3);
    for (const { hash, header } of blocks.slice(2)) {
      expect(test.chain.numberOf(hash)).toBeUndefined();
      expect(test.chain.block(header.number)).toBeUndefined();
      expect(test.chain.stateAt(header.number)).toBeUndefined();
    }
    const other = grow(test, 1);
    expect(other.header.number).toBe(3);
    expect(other.hash).not.toBe(blocks[2]!.hash);
    expect(test.chain.numberOf(other.hash)).toBe(3);
    expect(hex(other.header.parentHash)).toBe(blocks[1]!.hash);
  });

  it('drops what waits, and says nothing more of what the lost blocks had included', () => {
    using folder = temporaryFolder();
    using test = openChain(folder.path, { finalityLag: 5 });
    const included: TransactionStatus[] = [];
    const waiting: TransactionStatus[] = [];
    test.pool.submit(test.transfer(account(1), AMOUNT, 0), status => included.push(status));
    test.author.build();
    test.pool.submit(test.transfer(account(2), AMOUNT, 2), status => waiting.push(status));
    const before = included.length;
    test.chain.revert(0);
    expect(test.pool.readyCount + test.pool.futureCount).toBe(0);
    expect(waiting.at(-1)).toBe('dropped');
    for (let i = 0; i < 7; i++) test.author.build();
    expect(included).toHaveLength(before);
    // The same transaction is new again.
    test.pool.submit(test.transfer(account(1), AMOUNT, 0));
    expect(test.author.build().block.extrinsics).toHaveLength(2);
  });

  it('refuses what is not there or no longer kept, with one clear error', () => {
    using folder = temporaryFolder();
    using test = openChain(folder.path, { keepBlocks: 16 });
    for (let i = 0; i < 30; i++) grow(test);
    const { head } = test.chain;
    for (const wrong of [31, -1, 1.5]) {
      expect(() => test.chain.revert(wrong)).toThrow(`there is no block ${wrong}: the head is block 30`);
    }
    expect(() => test.chain.revert(13)).toThrow(
      'the state of block 13 is no longer kept: go back to block 14 or a later one',
    );
    expect(test.chain.head).toBe(head);
    expect(test.chain.revert(14).header.number).toBe(14);
  });

  it('comes back to a snapshot however old it is, also after a start, and more than once', () => {
    using folder = temporaryFolder();
    let test = openChain(folder.path, { keepBlocks: 16 });
    const first = grow(test, 2);
    const snapshot = test.chain.takeSnapshot();
    expect(snapshot).toEqual({ id: 1, block: 1, hash: first.hash });
    for (let i = 0; i < 40; i++) grow(test, i % 7 === 0 ? 1 : 0);
    const later = test.chain.takeSnapshot();
    expect(test.chain.stateAt(2)).toBeUndefined();
    test.close();
    test = openChain(folder.path, { keepBlocks: 16 });
    expect(test.chain.snapshots).toEqual([snapshot, later]);
    for (let round = 0; round < 2; round++) {
      expect(hex(test.chain.stateAt(1)!.trie(1).root)).toBe(hex(first.header.stateRoot));
      expect(test.chain.revert(snapshot.block).hash).toBe(first.hash);
      expect(root(test)).toBe(hex(first.header.stateRoot));
      expect(test.chain.snapshots).toEqual([snapshot]);
      for (let i = 0; i < 20; i++) grow(test, 1);
    }
    // Ids are never given twice.
    expect(test.chain.takeSnapshot().id).toBe(3);
    test.close();
  });

  it('keeps at most 16 snapshots, and says what to do then', () => {
    using folder = temporaryFolder();
    using test = openChain(folder.path);
    for (let i = 0; i < 16; i++) test.chain.takeSnapshot();
    expect(() => test.chain.takeSnapshot()).toThrow(
      /there are 16 snapshots, which is the limit: revert .* or drop one of 1, 2,/,
    );
    expect(test.chain.dropSnapshot(7)).toBe(true);
    expect(test.chain.dropSnapshot(7)).toBe(false);
    expect(test.chain.takeSnapshot().id).toBe(17);
  });

  it('starts without its snapshots when their file is damaged, and says so', () => {
    using folder = temporaryFolder();
    const test = openChain(folder.path);
    grow(test);
    test.chain.takeSnapshot();
    test.close();
    const path = join(folder.path, 'notes.json');
    const notes = readFileSync(path, 'utf8');
    for (const damaged of [
      '{',
      '{}',
      notes.replace('"block": 1', '"block": "one"'),
      notes.replace('"format": 1', '"format": 2'),
    ]) {
      writeFileSync(path, damaged);
      const log = keepingLog();
      using again = openChain(folder.path, { log });
      expect(again.chain.snapshots).toEqual([]);
      expect(again.chain.head.header.number).toBe(1);
      expect(log.lines.join('\n')).toMatch(/^warn: .*notes\.json.*forgotten/);
    }
    // A snapshot of a block that a crash took away.
    writeFileSync(path, notes.replace(/"hash": "0x../, '"hash": "0x00'));
    using again = openChain(folder.path);
    expect(again.chain.snapshots).toEqual([]);
  });

  it('has the heads and roots that a model has, after any history, and another chain agrees with its blocks', () => {
    const transfers = fc.nat(3);
    const command = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.array(transfers, { minLength: 1, maxLength: 5 }).map(list => ({ kind: 'grow', list }) as const),
      },
      { weight: 3, arbitrary: fc.nat(100).map(at => ({ kind: 'revert', at }) as const) },
      { weight: 2, arbitrary: fc.constant({ kind: 'snapshot' } as const) },
      { weight: 2, arbitrary: fc.constant({ kind: 'restart' } as const) },
    );
    fc.assert(
      fc.property(fc.array(command, { minLength: 5, maxLength: 14 }), commands => {
        using folder = temporaryFolder();
        using elsewhere = temporaryFolder();
        let test = openChain(folder.path, { keepBlocks: 16 });
        const blocks = [test.chain.head];
        const pinned = new Set<number>();
        try {
          for (const next of commands) {
            if (next.kind === 'grow') for (const count of next.list) blocks.push(grow(test, count));
            else if (next.kind === 'snapshot' && pinned.size < 16) {
              test.chain.takeSnapshot();
              pinned.add(blocks.length - 1);
            } else if (next.kind === 'revert') {
              const possible = [...blocks.keys()].filter(block => pinned.has(block) || block >= test.chain.oldestState);
              const block = possible[next.at % possible.length]!;
              test.chain.revert(block);
              blocks.length = block + 1;
              for (const pin of pinned) if (pin > block) pinned.delete(pin);
            } else if (next.kind === 'restart') {
              test.close();
              test = openChain(folder.path, { keepBlocks: 16 });
            }
            expect(test.chain.head.hash).toBe(blocks.at(-1)!.hash);
            expect(root(test)).toBe(hex(blocks.at(-1)!.header.stateRoot));
            for (const [number, { hash, header }] of blocks.entries()) {
              expect(test.chain.hashAt(number)).toBe(hash);
              const state = test.chain.stateAt(number);
              if (pinned.has(number)) expect(state).toBeDefined();
              if (state) expect(hex(state.trie(1).root)).toBe(hex(header.stateRoot));
            }
          }
          using replay = openChain(elsewhere.path);
          for (const block of blocks.slice(1)) replay.chain.import(block);
          expect(replay.chain.head.hash).toBe(test.chain.head.hash);
          expect(root(replay)).toBe(root(test));
        } finally {
          test.close();
        }
      }),
      { seed: SEED, numRuns: 8 },
    );
  });
});
