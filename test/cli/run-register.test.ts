import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Closing, fromHex, silentLog } from '../../src/base/index.js';
import type { ChainClient } from '../../src/chain/index.js';
import { registerNeuron, registrar } from '../../src/cli/commands/run/register.js';
import { createUi } from '../../src/cli/terminal/ui.js';
import { joinSubnet } from '../../src/neuron/membership/membership.js';
import { validatorSettings } from '../../src/neuron/options.js';
import { openDisguise } from '../../src/neuron/validator/disguise.js';
import { type Keypair, openWallet } from '../../src/wallet/index.js';
import { CliOnChain, run, TAO, terminal } from './on-chain.js';

let chain: CliOnChain;
let keys: { coldkey: Keypair; hotkey: Keypair };
const { signal } = new AbortController();
beforeAll(async () => {
  chain = await CliOnChain.start();
  keys = await chain.wallet('payer', 10_000n);
});
afterAll(() => chain?.[Symbol.asyncDispose]());

/** What is said of a registration beside the key: by whom it is paid, and how much at most. */
function paying(maxRao: bigint) {
  const options = { json: false, quiet: false, verbose: false, prompt: false, config: undefined };
  const ui = createUi(terminal({}, undefined), options, signal);
  const wallet = { wallet_name: 'payer', wallet_path: chain.wallets, password_file: undefined, password_fd: undefined };
  return { netuid: 1, isNetuidGiven: true, typed: chain.net.url, maxRao, yes: true, wallet, ui, signal };
}

function registering(maxRao: bigint): Promise<bigint> {
  return registerNeuron({ client: chain.client, hotkey: keys.hotkey.address, ...paying(maxRao) });
}

/** As on a network where a neuron spends nothing by itself: it is given no coldkey. */
function joining(register?: () => Promise<unknown>): Promise<number> {
  const { client } = chain;
  const axon = { ip: '127.0.0.1', port: 9_000 };
  const member = { client, netuid: 1, hotkey: keys.hotkey, coldkey: undefined, axon, log: silentLog, signal };
  return joinSubnet(register ? { ...member, register: async () => void (await register()) } : member);
}

/** A chain that does not say that it is local. */
function publicChain(): ChainClient {
  return new Proxy(chain.client, {
    get: (client, name) => {
      if (name === 'isLocal') return false;
      const value: unknown = Reflect.get(client, name, client);
      return typeof value === 'function' ? value.bind(client) : value;
    },
  });
}

/** The part of a validator's node that its second hotkey stands on; notes that the validator's own registration was waited for. */
function nodeOf(order: string[] = []): Parameters<typeof openDisguise>[1] {
  const settings = Object.fromEntries(Object.entries(validatorSettings).map(([key, row]) => [key, row.default]));
  const place = { data: join(chain.folder, 'node'), wallet_path: chain.wallets, wallet_name: 'payer' };
  const node = {
    settings: { ...settings, ...place },
    network: fromHex(chain.client.genesisHash),
    directory: {},
    observed: { status: { check() {} } },
    root: silentLog,
    signal,
    closing: new Closing(),
    lastly: new Closing(),
    get joined() {
      order.push('its own');
      return Promise.resolve(0);
    },
  };
  return node as never;
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
    let said = 0n;
    const uid = await joining(async () => {
      said = await registering(cost);
    });
    expect(await chain.client.uidOf(1, keys.hotkey.address)).toBe(uid);
    const paid = before - (await chain.client.balanceRao(keys.coldkey.address));
    expect(said).toBeGreaterThan(0n);
    expect(said).toBeLessThanOrEqual(paid);
    expect(paid).toBeGreaterThanOrEqual(cost);
    expect(paid).toBeLessThan(cost + TAO);
  });

  it('registers once: the second start finds its uid', async () => {
    await expect(joining(() => Promise.reject(new Error('not asked for')))).resolves.toBeTypeOf('number');
  });

  it('registers the hotkey that asks in disguise after its own, and all together cost no more than was said', async () => {
    const { client } = chain;
    const wallet = openWallet({ name: 'payer', path: chain.wallets });
    const hotkeys = new Map<string, string>();
    for (const name of ['anybody', 'nobody']) hotkeys.set(name, (await wallet.createHotkey(name)).address);
    const known = (name: string) => client.uidOf(1, hotkeys.get(name)!);
    const unregistered = nodeOf();
    const opening = openDisguise('anybody', unregistered, publicChain(), {});
    await expect(opening).rejects.toMatchObject({ code: 'not_registered' });
    await unregistered.lastly.close();

    const order: string[] = [];
    const all = registrar(paying(((await client.registrationCost(1)) * 3n) / 2n));
    const register: typeof all = async one => {
      order.push('in disguise');
      await all(one);
    };
    const { way } = await openDisguise('anybody', nodeOf(order), publicChain(), { register });
    expect(way.channel).toBe('disguised');
    expect(order).toEqual(['its own', 'in disguise']);
    expect(await known('anybody')).toBeTypeOf('number');
    const dear = openDisguise('nobody', nodeOf(), publicChain(), { register });
    await expect(dear).rejects.toMatchObject({ code: 'too_dear' });
    expect(await known('nobody')).toBeUndefined();
  });
});
