import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pollUntil, silentLog } from '../../src/base/index.js';
import { type ChainClient, connect, type Localnet, startLocalnet } from '../../src/chain/index.js';
import { keypairFromUri, ready } from '../../src/wallet/index.js';
import { failure } from '../wallet/helpers.js';
import { temporaryFolder } from './helpers.js';

const TAO = 1_000_000_000n;

let folder: ReturnType<typeof temporaryFolder>;
let net: Localnet;

beforeAll(async () => {
  await ready();
  folder = temporaryFolder();
  net = await startLocalnet({ port: 0, dataFolder: folder.path, blockTime: 100, detached: false });
});

afterAll(async () => {
  await net?.stop();
  folder[Symbol.dispose]();
});

/** By a post of its own, which faults spare. */
async function setFaults(faults: Record<string, unknown> | null): Promise<void> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'dev_setFaults', params: [faults] });
  const answer = await fetch(`http://127.0.0.1:${net.port}`, { method: 'POST', body });
  expect(await answer.json()).not.toHaveProperty('error');
}

/** Runs with faults, and without them again at the end. */
async function under(faults: Record<string, unknown>, work: () => Promise<void>): Promise<void> {
  await setFaults(faults);
  try {
    await work();
  } finally {
    await setFaults(null);
  }
}

async function open(timeoutMs: number): Promise<ChainClient> {
  return connect({ endpoints: [net.url], log: silentLog, timeoutMs });
}

describe('a client whose connection fails', () => {
  it('gets the outcome of each of its transactions despite cuts', async () => {
    await using client = await open(5_000);
    const senders = [0, 1, 2].map(i => keypairFromUri(`//Cut//${i}`));
    for (const { address } of senders) await client.devFund({ address, amountRao: 10n * TAO });
    const target = keypairFromUri('//Cut//target').address;
    await under({ cutAfterMs: 700 }, async () => {
      const sent = senders.flatMap(signer =>
        Array.from({ length: 8 }, () =>
          client.transfer({ to: target, amountRao: TAO / 10n, signer, timeoutMs: 90_000, waitFor: 'finalization' }),
        ),
      );
      const hashes = (await Promise.all(sent)).map(({ hash }) => hash);
      expect(new Set(hashes).size).toBe(24);
    });
    // Each went through once, and once only.
    expect(await client.balanceRao(target)).toBe((24n * TAO) / 10n);
  }, 120_000);

  it('repeats what was lost, and ends what has no answer with its deadline', async () => {
    await using client = await open(1_000);
    const [signer, target] = [keypairFromUri('//Lost'), keypairFromUri('//Lost//target').address];
    await client.devFund({ address: signer.address, amountRao: 10n * TAO });
    await under({ drop: 1 }, async () => {
      expect(await failure(() => client.balanceRao(target))).toMatchObject({ code: 'timeout' });
    });
    expect(await client.balanceRao(target)).toBe(0n);
    let included = 0;
    let unknown = 0;
    await under({ drop: 0.15, seed: 3 }, async () => {
      for (let i = 0; i < 6; i++) {
        try {
          await client.transfer({ to: target, amountRao: TAO / 10n, signer, timeoutMs: 30_000 });
          included++;
        } catch (error) {
          // A question that was asked once only had no answer.
          expect(error).toMatchObject({ code: 'timeout' });
          unknown++;
        }
      }
    });
    expect(included).toBeGreaterThan(0);
    const arrived = Number(((await client.balanceRao(target)) * 10n) / TAO);
    expect(arrived).toBeGreaterThanOrEqual(included);
    expect(arrived).toBeLessThanOrEqual(included + unknown);
  }, 200_000);

  it('is merely slow where the chain is slow', async () => {
    await using client = await open(5_000);
    const [signer, target] = [keypairFromUri('//Slow'), keypairFromUri('//Slow//target').address];
    await client.devFund({ address: signer.address, amountRao: 10n * TAO });
    await under({ delayMs: 200 }, async () => {
      await client.transfer({ to: target, amountRao: TAO, signer });
    });
    expect(await client.balanceRao(target)).toBe(TAO);
  }, 60_000);

  it('comes back when connections are taken again', async () => {
    const lines: string[] = [];
    const log = { ...silentLog, warn: (line: string) => void lines.push(line) };
    await using client = await connect({ endpoints: [net.url], log, timeoutMs: 20_000 });
    const before = client.headBlock();
    await setFaults({ refuse: true });
    await setFaults({ refuse: true, cut: true });
    const waiting = client.balanceRao(keypairFromUri('//Alice').address);
    await pollUntil('the loss', { withinMs: 30_000 }, () =>
      lines.some(line => line.includes('lost')) ? true : undefined,
    );
    await setFaults(null);
    expect(await waiting).toBeGreaterThan(0n);
    await pollUntil('new blocks', { withinMs: 30_000 }, () => (client.headBlock() > before + 2 ? true : undefined));
  }, 60_000);
});
