import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Key } from '../../localnet/engine/codec.js';
import { Trie } from '../../localnet/engine/state/trie.js';
import { StateLog } from '../../localnet/engine/store/state-log.js';
import { silentLog } from '../../src/base/index.js';
import { temporaryFolder } from './fixture.js';

const SEED = 17;
const KEEP_BLOCKS = 4;
const SEGMENT_BLOCKS = 5;

type Values = ReadonlyMap<Key, Uint8Array>;

/** A state log beside what it should hold: the values after each block. */
class Model implements Disposable {
  private readonly folder = temporaryFolder();
  private readonly all: Values[] = [
    new Map([
      ['a', Uint8Array.of(1)],
      ['z', new Uint8Array(40)],
    ]),
  ];
  private pins: number[] = [];
  private oldest = 0;
  private log: StateLog;

  constructor(private keepBlocks: number | undefined) {
    this.log = StateLog.create(this.folder.path, this.all[0]!, 1, this.options());
  }

  get newest(): number {
    return this.all.length - 1;
  }

  private options() {
    return {
      keepBlocks: this.keepBlocks,
      log: silentLog,
      pins: () => this.pins,
      segmentBlocks: SEGMENT_BLOCKS,
      rootOf: (block: number) => Trie.of(this.all[block]!, 1).root,
    };
  }

  append(step: readonly (readonly [Key, Uint8Array | null])[]): void {
    const next = new Map(this.all[this.newest]);
    for (const [key, value] of step) value === null ? next.delete(key) : next.set(key, value);
    this.all.push(next);
    const changes = new Map(step);
    this.log.append(this.newest, changes, this.log.head().trie(1).with(changes, 1), 1);
    if (this.keepBlocks !== undefined) this.oldest = Math.max(this.oldest, this.newest - this.keepBlocks);
  }

  rewind(choice: number): void {
    const kept = [...this.all.keys()].filter(block => block >= this.oldest || this.pins.includes(block));
    const block = kept[choice % kept.length]!;
    const commit = this.log.rewind(block);
    this.all.length = block + 1;
    commit();
    this.pins = this.pins.filter(pin => pin <= block);
    this.oldest = Math.min(this.oldest, block);
  }

  pin(): void {
    if (!this.pins.includes(this.newest)) this.pins.push(this.newest);
  }

  unpin(choice: number): void {
    if (this.pins.length === 0) return;
    this.pins.splice(choice % this.pins.length, 1);
    this.log.unpin();
  }

  reopen(keepBlocks = this.keepBlocks): void {
    this.keepBlocks = keepBlocks;
    this.log.close();
    this.log = StateLog.open(this.folder.path, this.newest, this.options());
  }

  /** Stops as a kill in the middle of a rewind does: the block log is cut, the state is not. */
  crash(choice: number): void {
    const kept = [...this.all.keys()].filter(block => block >= this.oldest || this.pins.includes(block));
    this.all.length = kept[choice % kept.length]! + 1;
    this.pins = this.pins.filter(pin => pin <= this.newest);
    this.oldest = Math.min(this.oldest, this.newest);
    this.reopen();
  }

  check(): void {
    expect(this.log.headNumber).toBe(this.newest);
    for (const [block, values] of this.all.entries()) {
      const state = this.log.at(block);
      if (block >= this.oldest || this.pins.includes(block)) expect(state, `the state of block ${block}`).toBeDefined();
      if (!state) continue;
      expect(Buffer.from(state.trie(1).root)).toEqual(Buffer.from(Trie.of(values, 1).root));
      for (const key of ['', 'a', 'b', 'bb', 'c', 'z']) {
        expect(state.get(key) && Buffer.from(state.get(key)!)).toEqual(
          values.has(key) ? Buffer.from(values.get(key)!) : null,
        );
        expect(state.has(key)).toBe(values.has(key));
        expect(state.next(key)).toBe([...values.keys()].sort().find(other => other > key) ?? null);
      }
    }
  }

  files(): string[] {
    return readdirSync(this.folder.path).sort();
  }

  [Symbol.dispose](): void {
    this.log.close();
    this.folder[Symbol.dispose]();
  }
}

const key = fc.constantFrom('a', 'b', 'bb', 'c');
const step = fc.array(fc.tuple(key, fc.option(fc.uint8Array({ maxLength: 60 }), { freq: 2 })), { maxLength: 4 });
const choice = fc.nat(1000);
const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(step, { minLength: 1, maxLength: 8 }).map(steps => ({ kind: 'append', steps }) as const),
  },
  { weight: 3, arbitrary: choice.map(at => ({ kind: 'rewind', at }) as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'pin' } as const) },
  { weight: 1, arbitrary: choice.map(at => ({ kind: 'unpin', at }) as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'reopen' } as const) },
  { weight: 1, arbitrary: choice.map(at => ({ kind: 'crash', at }) as const) },
);

describe('rewinding the state', () => {
  for (const keepBlocks of [KEEP_BLOCKS, undefined]) {
    it(`gives every state that is kept, after any history (${keepBlocks ?? 'all'} blocks kept)`, () => {
      fc.assert(
        fc.property(fc.array(command, { maxLength: 25 }), commands => {
          using model = new Model(keepBlocks);
          for (const next of commands) {
            if (next.kind === 'append') for (const each of next.steps) model.append(each);
            else if (next.kind === 'rewind') model.rewind(next.at);
            else if (next.kind === 'pin') model.pin();
            else if (next.kind === 'unpin') model.unpin(next.at);
            else if (next.kind === 'reopen') model.reopen();
            else model.crash(next.at);
            model.check();
          }
        }),
        { seed: SEED, numRuns: 50 },
      );
    });
  }

  it('keeps on disk what a pinned block needs, and not what lies between it and the newest ones', () => {
    using model = new Model(KEEP_BLOCKS);
    const grow = (count: number) => {
      for (let i = 0; i < count; i++) model.append([['b', new Uint8Array(60).fill(model.newest)]]);
    };
    grow(7);
    model.pin();
    grow(20);
    // It lay where segments repeat it that go later.
    model.append([['z', null]]);
    grow(20);
    const files = model.files();
    expect(files).toHaveLength(3);
    model.check();
    model.reopen();
    model.check();
    expect(model.files()).toEqual(files);
    model.reopen(1000);
    model.check();
    model.rewind(0);
    expect(model.newest).toBe(7);
    model.check();
    expect(model.files()).toEqual(files.slice(0, 1));
    model.reopen();
    model.check();
  });
});
