import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Keypair } from '../../src/wallet/index.js';
import { CliOnChain, TAO } from './on-chain.js';

let chain: CliOnChain;
let alice: { coldkey: Keypair; hotkey: Keypair };
let bob: { coldkey: Keypair; hotkey: Keypair };

beforeAll(async () => {
  chain = await CliOnChain.start();
  alice = await chain.wallet('alice');
  bob = await chain.wallet('bob');
});
afterAll(() => chain?.[Symbol.asyncDispose]());

describe('registering', () => {
  it('is shown without being done by --dry-run', async () => {
    const before = await chain.client.balanceRao(alice.coldkey.address);
    const { code, out } = await chain.run('subnet register --wallet.name alice --dry-run');
    expect(code).toBe(0);
    expect(out).toMatch(/Call +SubtensorModule.burned_register/);
    expect(out).toContain(alice.hotkey.address);
    expect(out).toMatch(/Balance +1,000 TAO -> 9\d\d/);
    const json = await chain.json('register --wallet.name alice --dry-run --max-cost 10');
    expect(json).toMatchObject({ dryRun: true, call: 'SubtensorModule.register_limit', signer: alice.coldkey.address });
    expect(await chain.client.balanceRao(alice.coldkey.address)).toBe(before);
    expect(await chain.client.uidOf(1, alice.hotkey.address)).toBeUndefined();
  });

  it('gives a neuron, and says which', async () => {
    const { code, out } = await chain.run('subnet register --wallet.name alice');
    expect(code).toBe(0);
    expect(out).toContain(`${alice.hotkey.address} is uid 0 of subnet 1`);
    expect(out).toMatch(/Balance +1,000 TAO -> 9\d\d/);
    const json = await chain.json('subnet register --wallet.name bob --max-cost 100 --wait finalization');
    expect(json).toMatchObject({ dryRun: false, netuid: 1, uid: 1, hotkey: bob.hotkey.address, finalized: true });
    expect(await chain.client.uidOf(1, bob.hotkey.address)).toBe(1);
  });
});
