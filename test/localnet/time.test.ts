import { describe, expect, it } from 'vitest';
import { FIXED_START_MS } from '../../localnet/engine/chain/block-times.js';
import { parseRawSpec } from '../../localnet/engine/chain/genesis.js';
import { aliceKeys, signFixed, transferCall } from '../../localnet/engine/chain/transaction.js';
import { hex, keyHex, Reader, unhex } from '../../localnet/engine/codec.js';
import { devFamily } from '../../localnet/engine/rpc/dev/family.js';
import { Dispatcher } from '../../localnet/engine/rpc/dispatch.js';
import { encodeAddress, pollUntil, silentLog } from '../../src/base/index.js';
import { EngineProcess, openSocket } from './engine-process.js';
import { account, openChain, type TestChain, temporaryFolder } from './fixture.js';

const HOUR_MS = 3_600_000;
const TAO = 1_000_000_000n;

interface Travelled {
  timestampMs: number;
  block: string;
}

/** A transfer from //Alice that has the same bytes each time. */
function fixedTransfer({ chain, metadata }: TestChain, nonce: number, genesisHash = chain.genesisHash): Uint8Array {
  const call = transferCall(metadata, account(nonce), TAO);
  return signFixed({ metadata, version: chain.runtime.version, genesisHash, call, nonce }, aliceKeys());
}

function methods(test: TestChain) {
  const about = { chainName: 'Test', properties: {}, version: '1', dataFolder: '', blockTime: 'manual' } as const;
  const dispatcher = new Dispatcher([devFamily({ ...test, about })], silentLog);
  return async <T>(method: string, ...params: unknown[]): Promise<T> => {
    const { body } = await dispatcher.handle(undefined, { method, params });
    const { result, error } = JSON.parse(`{${body}}`) as { result?: T; error?: { code: number; message: string } };
    if (error) throw new Error(`${error.code}: ${error.message}`);
    return result as T;
  };
}

/** The slot in the head's digest, and the length of a slot. */
function slotOf({ chain }: TestChain): { slot: number; slotMs: number } {
  const slotMs = Number(new Reader(chain.runtime.view(chain.state, 'AuraApi_slot_duration', new Uint8Array())).u64());
  // PreRuntime, "aura", eight bytes.
  const [digest] = chain.head.header.digest;
  expect(Buffer.from(digest!.subarray(1, 5)).toString()).toBe('aura');
  return { slot: Number(new Reader(digest!, 6).u64()), slotMs };
}

describe('time travel', () => {
  it('makes a block of the new time, from which the clock goes on', async () => {
    using folder = temporaryFolder();
    using test = openChain(folder.path);
    const call = methods(test);
    test.author.build();
    const before = test.chain.timestampMs;
    const { timestampMs, block } = await call<Travelled>('dev_travel', { ms: HOUR_MS });
    expect(block).toBe(test.chain.head.hash);
    expect(timestampMs).toBe(test.chain.timestampMs);
    expect(timestampMs - before).toBeGreaterThanOrEqual(HOUR_MS);
    expect(timestampMs - before).toBeLessThan(HOUR_MS + 1000);
    const { slot, slotMs } = slotOf(test);
    expect(slot).toBe(Math.floor(timestampMs / slotMs));
    // The fixture's clock moves by 10 ms each time it is asked.
    test.author.build();
    expect(test.chain.timestampMs - timestampMs).toBeLessThan(1000);
    const target = test.chain.timestampMs + 24 * HOUR_MS;
    expect((await call<Travelled>('dev_travel', { to: target })).timestampMs).toBe(target);
    expect(slotOf(test).slot).toBe(Math.floor(target / slotMs));
    test.author.build();
    expect(test.chain.timestampMs).toBeGreaterThan(target);
    expect(test.chain.timestampMs).toBeLessThan(target + 1000);
  });

  it('goes on in a chain that begins with its state, which would stand still otherwise', async () => {
    using folder = temporaryFolder();
    using other = temporaryFolder();
    using test = openChain(folder.path);
    const call = methods(test);
    const { timestampMs: begin } = await call<Travelled>('dev_travel', { ms: HOUR_MS });
    const text = JSON.stringify(await call<object>('dev_dumpState'));
    const source = { kind: 'raw', spec: parseRawSpec(text), text } as const;
    const loaded = openChain(other.path, { source });
    // The fixture's clock moves by 10 ms each time it is asked.
    const goesOn = ({ author, chain }: TestChain) => {
      const before = chain.timestampMs;
      for (let i = 0; i < 10; i++) author.build();
      expect(chain.timestampMs - before).toBeGreaterThanOrEqual(50);
      expect(chain.timestampMs - before).toBeLessThan(HOUR_MS);
    };
    expect(loaded.chain.timestampMs).toBe(begin);
    goesOn(loaded);
    loaded.chain.revert(loaded.chain.oldestBlock);
    goesOn(loaded);
    loaded.chain.revert(loaded.chain.oldestBlock);
    loaded.close();
    using again = openChain(other.path, { source });
    goesOn(again);
  });

  it('never goes back', async () => {
    using folder = temporaryFolder();
    using test = openChain(folder.path);
    const call = methods(test);
    await call('dev_travel', HOUR_MS);
    const { head, timestampMs } = test.chain;
    await expect(call('dev_travel', { to: timestampMs })).rejects.toThrow('time only moves forward');
    await expect(call('dev_travel', { to: 5 })).rejects.toThrow('time only moves forward');
    for (const wrong of [{ ms: 0 }, { ms: -5 }, { ms: 1.5 }, {}, { ms: 1, to: 2 }, { to: 'tomorrow' }, { to: 1e15 }]) {
      await expect(call('dev_travel', wrong)).rejects.toThrow('-32602');
    }
    expect(test.chain.head).toBe(head);
    // Nor when the clock does.
    test.time.nowMs -= 10 * HOUR_MS;
    test.author.build();
    expect(test.chain.timestampMs).toBe(timestampMs + 1);
  });

  it('lasts over starts, and is undone with the blocks that it came with', async () => {
    using folder = temporaryFolder();
    let test = openChain(folder.path);
    const clock = test.time.nowMs;
    await methods(test)('dev_travel', { ms: HOUR_MS });
    const { id } = test.chain.takeSnapshot();
    await methods(test)('dev_travel', { ms: 5 * HOUR_MS });
    test.close();
    const aheadMs = () => test.chain.timestampMs - clock;
    test = openChain(folder.path);
    test.author.build();
    expect(aheadMs()).toBeGreaterThanOrEqual(6 * HOUR_MS);
    expect(aheadMs()).toBeLessThan(6 * HOUR_MS + 1000);
    await methods(test)('dev_revert', { id });
    test.author.build();
    expect(aheadMs()).toBeGreaterThanOrEqual(HOUR_MS);
    expect(aheadMs()).toBeLessThan(HOUR_MS + 1000);
    test.close();
    test = openChain(folder.path);
    await methods(test)('dev_revert', { block: 0 });
    test.author.build();
    expect(aheadMs()).toBeLessThan(1000);
    test.close();
  });

  it('has not happened when its block could not be made', () => {
    using folder = temporaryFolder();
    using test = openChain(folder.path);
    test.author.build();
    const fails = () => {
      throw new Error('no disk');
    };
    expect(() => test.chain.travel(test.chain.timestampMs + HOUR_MS, fails)).toThrow('no disk');
    const before = test.chain.timestampMs;
    test.author.build();
    expect(test.chain.timestampMs - before).toBeLessThan(1000);
  });
});

describe('a deterministic chain', () => {
  it('gives times in fixed steps, whatever the clock says', async () => {
    using folder = temporaryFolder();
    let test = openChain(folder.path, { fixedStepMs: 250 });
    test.time.nowMs = 5;
    test.author.build();
    expect(test.chain.timestampMs).toBe(FIXED_START_MS);
    test.time.nowMs = 4e12;
    test.author.build();
    expect(test.chain.timestampMs).toBe(FIXED_START_MS + 250);
    expect((await methods(test)<Travelled>('dev_travel', { ms: HOUR_MS })).timestampMs).toBe(
      FIXED_START_MS + 500 + HOUR_MS,
    );
    test.close();
    test = openChain(folder.path, { fixedStepMs: 250 });
    test.author.build();
    expect(test.chain.timestampMs).toBe(FIXED_START_MS + 750 + HOUR_MS);
    const { slot, slotMs } = slotOf(test);
    expect(slot).toBe(Math.floor(test.chain.timestampMs / slotMs));
    test.close();
  });

  it('has the same hashes in two engines that get the same requests, whenever they run', async () => {
    const hashes: string[][] = [];
    const numbers: number[] = [];
    for (const pauseMs of [0, 300]) {
      using folder = temporaryFolder();
      using helper = temporaryFolder();
      using local = openChain(helper.path);
      await using engine = await EngineProcess.start(folder.path, ['--block-time', 'instant', '--deterministic']);
      const all = [engine.genesis];
      const note = async () => {
        all.push((await engine.rpc<{ head: string }>('dev_status')).head);
        // Time goes by on one of the two machines.
        await new Promise(resolve => setTimeout(resolve, pauseMs));
      };
      await engine.rpc('dev_newBlock', 2);
      await note();
      await engine.rpc('dev_fund', encodeAddress(account(1)), String(5n * TAO));
      await note();
      await engine.rpc('dev_setBalance', encodeAddress(account(2)), String(TAO));
      const { prefix } = local.metadata.storage('Sudo', 'Key')!;
      await engine.rpc('dev_setStorage', [[`${keyHex(prefix)}00`, '0x01']]);
      await engine.rpc('dev_travel', { ms: HOUR_MS });
      await note();
      await engine.rpc('dev_callAs', encodeAddress(account(1)), hex(transferCall(local.metadata, account(3), TAO)));
      // At once, and yet each has its block.
      const sent = [4, 5, 6, 7].map(nonce => hex(fixedTransfer(local, nonce, engine.genesis)));
      using socket = await openSocket(engine.url);
      sent.forEach((bytes, id) => {
        socket.send({ jsonrpc: '2.0', id, method: 'author_submitExtrinsic', params: [bytes] });
      });
      await pollUntil('four answers', { withinMs: 30_000, everyMs: 5 }, () => socket.received[3]);
      await note();
      expect(await engine.rpc('dev_status')).toMatchObject({ deterministic: true, ready: 0 });
      numbers.push((await engine.rpc<{ number: number }>('dev_status')).number);
      hashes.push(all);
    }
    expect(new Set(hashes[0]).size).toBe(5);
    expect(numbers).toEqual([11, 11]);
    expect(hashes[1]).toEqual(hashes[0]);
  });

  it('keeps one account’s nonces right between the fixed signatures', () => {
    using folder = temporaryFolder();
    using test = openChain(folder.path, { fixedStepMs: 250 });
    const bytes = [0, 0, 1].map(nonce => hex(fixedTransfer(test, nonce)));
    expect(bytes[0]).toBe(bytes[1]);
    expect(bytes[2]).not.toBe(bytes[0]);
    for (const each of bytes.slice(1)) test.pool.submit(unhex(each));
    expect(test.author.build().block.extrinsics).toHaveLength(3);
  });
});
