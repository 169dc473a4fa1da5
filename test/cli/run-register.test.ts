import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/base/index.js';
import { registerNeuron } from '../../src/cli/commands/run/register.js';
import { createUi } from '../../src/cli/terminal/ui.js';
import { joinSubnet } from '../../src/neuron/membership/membership.js';
import type { Keypair } from '../../src/wallet/index.js';
import { CliOnChain, run, TAO, terminal } from './on-chain.js';

let chain: CliOnChain;
let keys: { coldkey: Keypair; hotkey: Keypair };
const { signal } = new AbortController();
beforeAll(async () => {
  chain = await CliOnChain.start();
  keys = await chain.wallet('payer', 10_000n);
});
afterAll(() => chain?.[Symbol.asyncDispose]());

function registering(maxRao: bigint): Promise<void> {
  const options = { json: false, quiet: false, verbose: false, prompt: false, config: undefined };
  const ui = createUi(terminal({}, undefined), options, signal);
  const wallet = { wallet_name: 'payer', wallet_path: chain.wallets, password_file: undefined, password_fd: undefined };
  const { client } = chain;
  const place = { client, hotkey: keys.hotkey.address, netuid: 1, isNetuidGiven: true, typed: chain.net.url };
  return registerNeuron({ ...place, maxRao, yes: true, wallet, ui, signal });
}

/** As on a network where a neuron spends nothing by itself: it is given no coldkey. */
function joining(register?: () => Promise<void>): Promise<number> {
  const { client } = chain;
  const axon = { ip: '127.0.0.1', port: 9_000 };
  const member = { client, netuid: 1, hotkey: keys.hotkey, coldkey: undefined, axon, log: silentLog, signal };
  return joinSubnet(register ? { ...member, register } : member);
}

describe('a neuron that is not registered', () => {
  it('spends nothing unless it is told to', async () => {
    const before = await chain.client.balanceRao(keys.coldkey.address);
    await expect(joining()).rejects.toMatchObject({ code: 'not_registered' });
    expect(await chain.client.balanceRao(keys.coldkey.address)).toBe(before);
  });

  it('is not told to without a limit, and no file or variable tells it', async () => {
    const { code, err } = await run(['run', 'validator', '--register', '--netuid', '1'], {});
    expect(code).toBe(2);
    expect(err).toContain('--register spends TAO: say by --max-cost how much at most');
    const { err: unknown } = await run(['config', 'set', 'register', 'true'], {});
    expect(unknown).toMatch(/register/);
  });

  it('pays no more than that', async () => {
    const before = await chain.client.balanceRao(keys.coldkey.address);
    const cost = await chain.client.registrationCost(1);
    expect(cost).toBeGreaterThan(0n);
    await expect(joining(() => registering(cost - 1n))).rejects.toMatchObject({ code: 'too_dear' });
    expect(await chain.client.balanceRao(keys.coldkey.address)).toBe(before);
    const uid = await joining(() => registering(cost));
    expect(await chain.client.uidOf(1, keys.hotkey.address)).toBe(uid);
    const paid = before - (await chain.client.balanceRao(keys.coldkey.address));
    expect(paid).toBeGreaterThanOrEqual(cost);
    expect(paid).toBeLessThan(cost + TAO);
  });

  it('registers once: the second start finds its uid', async () => {
    await expect(joining(() => Promise.reject(new Error('not asked for')))).resolves.toBeTypeOf('number');
  });
});
