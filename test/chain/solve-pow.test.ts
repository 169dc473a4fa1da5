import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromHex, keccak256, pollUntil, sha256, toHex, utf8 } from '../../src/base/index.js';
import {
  type ChainClient,
  connect,
  type LocalChain,
  type Localnet,
  openLocalChain,
  type PreparedAction,
  prepareFaucet,
  preparePowRegister,
  type Submitted,
  solvePow,
  startLocalnet,
  type WorkProgress,
  whatHappened,
} from '../../src/chain/index.js';
import { isEnough, largestSeal, sealOf, subjectOf } from '../../src/chain/work/work.js';
import { generateMnemonic, type Keypair, keypairFromMnemonic, ready } from '../../src/wallet/index.js';
import { failure } from '../wallet/helpers.js';
import { temporaryFolder } from './helpers.js';

const TAO = 1_000_000_000n;
const newKey = () => keypairFromMnemonic(generateMnemonic());

describe('the seal', () => {
  it('is made of hashes that others make, too', () => {
    // FIPS 180-4's "abc", and Keccak's answer to nothing.
    expect(toHex(sha256(utf8('abc')))).toBe('0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    const nothing = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470';
    expect(toHex(keccak256(new Uint8Array()))).toBe(nothing);
    const subject = subjectOf(new Uint8Array(32).fill(1), new Uint8Array(32).fill(2));
    expect(toHex(subject)).toBe(toHex(keccak256(fromHex(`0x${'01'.repeat(32)}${'02'.repeat(32)}`))));
    const preimage = fromHex(`0x0807060504030201${toHex(subject).slice(2)}`);
    expect(toHex(sealOf(subject, 0x0102_0304_0506_0708n))).toBe(toHex(keccak256(sha256(preimage))));
  });

  it('is enough exactly where seal times difficulty stays below 2^256', () => {
    const number = (bytes: Uint8Array) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    const difficulties = fc.oneof(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), fc.constantFrom(1n, 2n, 10_000n));
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        difficulties,
        fc.nat(8),
        (bytes, difficulty, zeros) => {
          // Small numbers, too, so that both answers come up.
          const seal = bytes.map((byte, i) => (i >= 32 - zeros ? 0 : byte));
          expect(isEnough(seal, largestSeal(difficulty))).toBe(number(seal) * difficulty < 2n ** 256n);
          expect(isEnough(largestSeal(difficulty), largestSeal(difficulty))).toBe(true);
        },
      ),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe('proof of work', () => {
  const folder = temporaryFolder();
  let net: Localnet;
  let client: ChainClient;
  let local: LocalChain;

  /** Sends it, and makes the block that it waits for: blocks that come by themselves may come too soon. */
  async function carryOut(action: PreparedAction, signer: Keypair): Promise<Submitted> {
    const done = action.submit(signer);
    done.catch(() => {});
    await pollUntil('it in the pool', { withinMs: 30_000, everyMs: 10 }, async () =>
      (await local.status()).ready > 0 ? true : undefined,
    );
    await local.mine();
    return done;
  }

  beforeAll(async () => {
    await ready();
    net = await startLocalnet({ port: 0, dataFolder: folder.path, blockTime: 'manual', detached: false });
    client = await connect({ endpoints: [net.url] });
    local = await openLocalChain(net.url);
    await local.mine();
  });

  afterAll(async () => {
    await client?.close();
    await local?.close();
    await net?.stop();
    folder[Symbol.dispose]();
  });

  it('registers a hotkey that has nothing', async () => {
    const [coldkey, hotkey] = [newKey(), newKey()];
    const seen: WorkProgress[] = [];
    const onProgress = (progress: WorkProgress) => seen.push(progress);
    const work = await solvePow(client, { netuid: 1, hotkey: hotkey.address }, { threads: 2, onProgress });
    expect(seen.at(-1)).toMatchObject({ threads: 2, blockNumber: work.blockNumber });
    expect(seen.at(-1)!.difficulty).toBeGreaterThan(1n);
    const request = { from: hotkey.address, netuid: 1, coldkey: coldkey.address, work };
    const action = await preparePowRegister(client, request);
    expect(action.call).toBe('SubtensorModule.register');
    expect([action.effect.balanceRao, action.feeRao]).toEqual([0n, 0n]);
    const done = await carryOut(action, hotkey);
    expect(whatHappened(done)[0]).toContain(`Registered ${hotkey.address} as uid`);
    expect(await client.uidOf(1, hotkey.address)).toBeTypeOf('number');

    const again = await failure(() => solvePow(client, { netuid: 1, hotkey: hotkey.address }));
    expect(again).toMatchObject({ code: 'rejected', data: { name: 'HotKeyAlreadyRegisteredInSubNet' } });
    const nowhere = await failure(() => solvePow(client, { netuid: 999, hotkey: newKey().address }));
    expect(nowhere).toMatchObject({ code: 'rejected', data: { name: 'SubnetNotExists' } });
  });

  it('goes on with new blocks until it is told to stop', async () => {
    const stop = new AbortController();
    const blocks = new Set<number>();
    const difficult = new Proxy(client, {
      get(target, name) {
        if (name === 'read') return async () => ['18446744073709551615'];
        const value = Reflect.get(target, name, target) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const solving = solvePow(
      difficult,
      { netuid: 1, hotkey: newKey().address },
      {
        threads: 1,
        signal: stop.signal,
        onProgress({ blockNumber, hashes, expectedSeconds }) {
          if (!blocks.has(blockNumber)) local.mine().catch(() => {});
          blocks.add(blockNumber);
          if (blocks.size >= 3 && hashes > 0 && expectedSeconds > 1e6) stop.abort(new Error('enough'));
        },
      },
    );
    await expect(solving).rejects.toThrow('enough');
    expect(blocks.size).toBeGreaterThanOrEqual(3);
  });

  it('is paid by the faucet of the local chain', async () => {
    const coldkey = newKey();
    const work = await solvePow(client, { faucet: coldkey.address });
    const done = await carryOut(await prepareFaucet(client, { from: coldkey.address, work }), coldkey);
    expect(whatHappened(done)[0]).toBe(`The faucet paid 1,000 TAO to ${coldkey.address}`);
    expect(await client.balanceRao(coldkey.address)).toBe(1_000n * TAO);
  });
});
