import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pollUntil, silentLog } from '../../../src/base/index.js';
import { type ChainClient, connect, type Localnet, startLocalnet } from '../../../src/chain/index.js';
import { Axon } from '../../../src/net/index.js';
import { TwinWatch, watchedChain } from '../../../src/neuron/keys/twin-watch.js';
import { refuseTwin } from '../../../src/neuron/keys/twins.js';
import { joinSubnet } from '../../../src/neuron/membership/membership.js';
import { PublicAddress } from '../../../src/neuron/public-address.js';
import { type Keypair, keypairFromUri, ready } from '../../../src/wallet/index.js';

const NETUID = 1;
let folder: string;
let net: Localnet;
let chain: ChainClient;
let hotkey: Keypair;
const { signal } = new AbortController();

beforeAll(async () => {
  await ready();
  folder = mkdtempSync(join(tmpdir(), 'twins-'));
  net = await startLocalnet({ port: 0, dataFolder: join(folder, 'chain'), blockTime: 'instant', detached: false });
  chain = await connect({ endpoints: [net.url] });
  hotkey = keypairFromUri('//Twins//hot');
});
afterAll(async () => {
  await chain?.close();
  await net?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A neuron of the hotkey whose axon is announced at this port. */
function joinAt(port: number): Promise<number> {
  const coldkey = keypairFromUri('//Twins//cold');
  const axon = { ip: '127.0.0.1', port };
  return joinSubnet({ client: chain, netuid: NETUID, hotkey, coldkey, axon, log: silentLog, signal });
}

function look(everyMs = 50): { lines: string[]; done: Promise<void> } {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const log = { warn: say, info: say };
  const done = refuseTwin({ chain, netuid: NETUID, hotkey: hotkey.address, log, signal, everyMs });
  done.catch(() => {});
  return { lines, done };
}

describe('before a neuron listens', () => {
  it('a hotkey that the chain does not know, or that serves nowhere, is free', async () => {
    const { lines, done } = look();
    await done;
    expect(lines).toEqual([]);
  });

  it('a live axon that proves to have the hotkey is a twin; it is waited for, and refused when it stays', async () => {
    await using twin = new Axon({ signer: hotkey, host: '127.0.0.1' });
    const port = await twin.start();
    await joinAt(port);
    const { lines, done } = look();
    await expect(done).rejects.toMatchObject({
      code: 'hotkey_elsewhere',
      message: expect.stringMatching(new RegExp(`${hotkey.address} is live at 127\\.0\\.0\\.1:${port}: an axon there`)),
    });
    expect(lines).toHaveLength(3);
  });

  it('one that ends meanwhile is no twin, nor is one of another key, nor a port without an answer', async () => {
    const twin = new Axon({ signer: hotkey, host: '127.0.0.1' });
    const port = await twin.start();
    await joinAt(port);
    const { lines, done } = look(2_000);
    await pollUntil('the first look', { withinMs: 30_000, everyMs: 5 }, async () => lines.length > 0 || undefined);
    await twin.stop(0);
    await done;
    expect(lines.at(-1)).toMatch(/Nobody proves to have this hotkey at/);

    const again = look();
    await again.done;
    expect(again.lines).toEqual([]);

    await using other = new Axon({ signer: keypairFromUri('//Twins//other'), host: '127.0.0.1', port });
    await other.start();
    const third = look();
    await third.done;
    expect(third.lines).toEqual([]);
  });
});

describe('while it runs', () => {
  it('weights of the same key by another program end its own', async () => {
    const port = 9_999;
    const uid = await joinAt(port);
    const errors: string[] = [];
    const log = { error: (line: string) => void errors.push(line) };
    const announced = new PublicAddress({ ip: '127.0.0.1', port });
    const watch = new TwinWatch({ chain, hotkey: hotkey.address, announced, mayBeOpen: false, log });
    const stop = chain.onMetagraph(NETUID, metagraph => watch.onMetagraph(metagraph));
    try {
      const row = { netuid: NETUID, uids: [uid], weightsU16: [65_535], signer: hotkey };
      const own = await watchedChain(chain, watch).setWeights(row);
      await pollUntil('the own row', { withinMs: 30_000, everyMs: 20 }, async () => {
        const self = (await chain.metagraph(NETUID)).byHotkey(hotkey.address);
        return self?.lastUpdate === own.blockNumber || undefined;
      });
      // Far enough from the own row to be no other block of it.
      for (let i = 0; i < 10; i++) await chain.devFund({ address: hotkey.address, amountRao: 1_000_000_000n });
      expect(watch.reason).toBeUndefined();
      const foreign = await chain.setWeights(row);
      await pollUntil('the alarm', { withinMs: 30_000, everyMs: 20 }, async () => watch.alarm.aborted || undefined);
      expect(errors).toEqual([expect.stringContaining(`weights were set in block ${foreign.blockNumber}`)]);
      await expect(watchedChain(chain, watch).setWeights(row)).rejects.toMatchObject({ code: 'hotkey_elsewhere' });
    } finally {
      stop();
    }
  });
});
