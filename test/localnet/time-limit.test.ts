import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Author } from '../../localnet/engine/chain/author.js';
import { hex, keyHex } from '../../localnet/engine/codec.js';
import { openPool } from '../../localnet/engine/pool/open-pool.js';
import { Executor, isTimeout, NOTHING } from '../../localnet/engine/runtime/executor.js';
import { blake2b256, sha256 } from '../../localnet/engine/runtime/host/crypto-library.js';
import { SignatureCache } from '../../localnet/engine/runtime/host/signatures.js';
import { TimeLimitError, withinTime } from '../../localnet/engine/runtime/time-limit.js';
import { Overlay } from '../../localnet/engine/state/overlay.js';
import { pollUntil, silentLog } from '../../src/base/index.js';
import { EngineProcess } from './engine-process.js';
import { temporaryFolder } from './fixture.js';
import { openTiny, ops, tinyCode, tinyExtrinsic, tinySpec } from './tiny.js';

/** Long enough for ordinary calls on a busy machine. */
const LIMIT_MS = 1500;
const none = new Uint8Array();
const seven = new Uint8Array(32).fill(7);

describe('a time limit', () => {
  it('stops endless work, passes results and errors through, and counts once', () => {
    expect(() =>
      withinTime(
        20,
        () =>
          void (() => {
            for (;;);
          })(),
      ),
    ).toThrow(TimeLimitError);
    expect(withinTime(1000, () => withinTime(1, () => seven))).toBe(seven);
    const error = new RangeError('mine');
    expect(() =>
      withinTime(1000, () => {
        throw error;
      }),
    ).toThrow(error);
    expect(() =>
      withinTime(20, () =>
        withinTime(1_000_000, () => {
          for (;;);
        }),
      ),
    ).toThrow('did not end within 0.02 s');
    expect(withinTime(Number.POSITIVE_INFINITY, () => 3)).toBe(3);
  });
});

describe('a runtime call that never returns', () => {
  it('is stopped, and the next calls are as good as ever', () => {
    const lines: string[] = [];
    const executor = new Executor(tinyCode(1, 1), {
      signatures: new SignatureCache(),
      callLimitMs: LIMIT_MS,
      onLog: (level, target, text) => lines.push(`${level} ${target}: ${text}`),
    });
    const before = hex(sha256(seven));
    for (let i = 0; i < 3; i++) {
      let error: unknown;
      try {
        executor.call(new Overlay(NOTHING), 'Tiny_spin', none);
      } catch (caught) {
        error = caught;
      }
      expect(isTimeout(error)).toBe(true);
      expect(error).toMatchObject({
        code: 'runtime_trap',
        message: 'Tiny_spin: it did not end within 1.5 s and was stopped',
      });
      expect(executor.call(new Overlay(NOTHING), 'Metadata_metadata', none)).toHaveLength(5);
      expect(hex(sha256(seven))).toBe(before);
    }
    expect(lines).toEqual(Array(3).fill('0 calls: Tiny_spin: it did not end within 1.5 s and was stopped'));
  });

  it.each([
    1000,
    undefined,
  ])('in a transaction costs one block, and the transaction its place (deadline %s)', budgetMs => {
    using folder = temporaryFolder();
    using tiny = openTiny(folder.path, tinySpec(tinyCode(1, 1)).source, { callLimitMs: LIMIT_MS });
    const { chain } = tiny;
    const pool = openPool(chain);
    const author = new Author({ chain, pool, blockTime: 'manual', log: silentLog });
    const statuses: unknown[] = [];
    pool.submit(tinyExtrinsic(ops.set('a', 'first'), ops.childSet('pots', 'a', 'b')));
    pool.submit(tinyExtrinsic(ops.set('a', 'endless'), ops.start, ops.kill('pots'), ops.spin), status =>
      statuses.push(status),
    );
    pool.submit(tinyExtrinsic(ops.set('b', 'last')));
    const build = () => (budgetMs === undefined ? chain.build(pool.candidates()) : author.build());
    expect(build).toThrow('BlockBuilder_apply_extrinsic: it did not end within 1.5 s and was stopped');
    expect(chain.head.header.number).toBe(0);
    expect(statuses.at(-1)).toBe('invalid');
    expect(build().block.extrinsics).toHaveLength(2);
    expect(Buffer.from(chain.state.get('a')!).toString()).toBe('first');
    expect(pool.readyCount).toBe(0);
  });

  it('in a block of somebody else makes that block bad', () => {
    using here = temporaryFolder();
    using there = temporaryFolder();
    const { source } = tinySpec(tinyCode(1, 1));
    using author = openTiny(here.path, source);
    using follower = openTiny(there.path, source, { callLimitMs: LIMIT_MS });
    const { block } = author.block([ops.set('a', 'b')]);
    const endless = { ...block, extrinsics: [tinyExtrinsic(ops.spin)] };
    expect(() => follower.chain.import(endless)).toThrow(
      expect.objectContaining({ code: 'bad_block', message: expect.stringContaining('did not end within') }),
    );
    follower.chain.import(block);
    expect(follower.chain.head.hash).toBe(block.hash);
  });

  it('asked for by a client is an error for the client, one line in the log, and no more', async () => {
    using folder = temporaryFolder();
    const spec = join(folder.path, 'spec.json');
    writeFileSync(spec, tinySpec(tinyCode(1, 1)).text);
    const data = join(folder.path, 'data');
    await using engine = await EngineProcess.start(data, ['--chain', spec, '--call-limit', '1', '--block-time', '100']);
    const spinning = engine.rpc('state_call', 'Tiny_spin', '0x');
    await expect(spinning).rejects.toThrow('Client error: Execution failed');
    const extrinsic = hex(tinyExtrinsic(ops.set('a', 'b'), ops.spin));
    const hash = await engine.rpc('author_submitExtrinsic', extrinsic);
    expect(hash).toBe(hex(blake2b256(tinyExtrinsic(ops.set('a', 'b'), ops.spin))));
    await pollUntil('the endless transaction to be dropped', { withinMs: 30_000 }, async () =>
      ((await engine.rpc('author_pendingExtrinsics')) as unknown[]).length === 0 ? true : undefined,
    );
    await engine.rpc('author_submitExtrinsic', hex(tinyExtrinsic(ops.set('a', 'c'))));
    await pollUntil('the next transaction to be in a block', { withinMs: 30_000 }, async () =>
      (await engine.rpc('state_getStorage', keyHex('a'))) === keyHex('c') ? true : undefined,
    );
    expect(engine.stderr).toContain('Tiny_spin: it did not end within 1 s and was stopped');
    expect(engine.stderr).toContain('BlockBuilder_apply_extrinsic: it did not end within 1 s and was stopped');
  });
});
