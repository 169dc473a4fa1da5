import { xxhashAsHex } from '@polkadot/util-crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChainClient, connect, type Localnet, startLocalnet } from '../../src/chain/index.js';
import { TestHome } from '../helpers/cli.js';
import { temporaryFolder } from '../localnet/fixture.js';

const BOB = '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty';
const STRANGER = '5EPCUjPxiHAcNooYipQFWr9NmmXJKpNG5RhcntXwbtUySrgH';
const folder = temporaryFolder();
const home = new TestHome();
let net: Localnet;
let client: ChainClient;

beforeAll(async () => {
  net = await startLocalnet({ port: 0, dataFolder: folder.path, blockTime: 'manual', detached: false });
  client = await connect({ endpoints: [net.url] });
});
afterAll(async () => {
  await client.close();
  await net.stop();
  await home[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function run(...args: string[]): Promise<{ code: number | string; text: string }> {
  const cli = home.run('localnet', ...args, '--url', net.url);
  return { code: await cli.ended(), text: cli.lines.join('\n') };
}

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { code, text } = await run(...args, '--json');
  expect(code, text).toBe(0);
  return JSON.parse(text) as Record<string, unknown>;
}

/** Of a block that has just been made, whose being final the client may not know yet. */
async function value(block: unknown, path: string, ...keys: unknown[]): Promise<unknown> {
  return (await client.read([[path, ...keys]], { at: String(block) }))[0];
}

describe('comforts of localnet', () => {
  it('set a balance, mine the block for it, and keep what has to be true', async () => {
    const { block } = await json('set-balance', STRANGER, '2.5');
    expect(await value(block, 'System.Account', STRANGER)).toMatchObject({ data: { free: 2_500_000_000 } });
    expect((await run('check')).text).toContain('Everything holds');
    expect((await run('set-balance', STRANGER, 'much')).code).toBe(2);
  });

  it('make a call by name as root and as anybody', async () => {
    const asRoot = await json('call', 'AdminUtils.sudo_set_tempo', '{"netuid": 1, "tempo": 77}');
    expect(await value(asRoot['block'], 'SubtensorModule.Tempo', 1)).toBe(77);
    const args = JSON.stringify({ dest: { Id: BOB }, value: 1_000_000_000 });
    const { text, code } = await run('call', 'Balances.transfer_keep_alive', args, '--as', STRANGER);
    expect(code, text).toBe(0);
    expect(text).toContain(`Balances.transfer_keep_alive as ${STRANGER}`);
    const { block } = await json('call', String(asRoot['callHex']));
    expect(await value(block, 'System.Account', STRANGER)).toMatchObject({ data: { free: 1_500_000_000 } });
  });

  it('say what is wrong with a call: its name, its arguments, or what the runtime thinks of it', async () => {
    const unknown = await run('call', 'Balances.steal', '{}');
    expect([unknown.code, unknown.text]).toEqual([4, expect.stringContaining('does not have the call Balances.steal')]);
    expect((await run('call', 'Balances.transfer_all', '[]')).code).toBe(2);
    expect((await run('call', 'nonsense')).code).toBe(2);
    const tooMuch = JSON.stringify({ dest: { Id: BOB }, value: 10 ** 15 });
    const failed = await run('call', 'Balances.transfer_keep_alive', tooMuch, '--as', STRANGER);
    expect(failed.code, failed.text).toBe(4);
    expect(failed.text).toMatch(/FundsUnavailable|InsufficientBalance/);
  });

  it('write and remove storage', async () => {
    const key = '0x0102030405';
    const { block } = await json('set-storage', key, '0xabcd');
    const { block: later } = await json('set-storage', key, 'null');
    const at = async (hash: unknown) => {
      const answer = await fetch(net.url.replace('ws', 'http'), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'state_getStorage', params: [key, hash] }),
      });
      return ((await answer.json()) as { result: unknown }).result;
    };
    expect(await at(block)).toBe('0xabcd');
    expect(await at(later)).toBeNull();
    expect((await run('set-storage', 'key', '0x00')).code).toBe(2);
  });

  it('feign faults, show them, and end them', async () => {
    expect(await json('faults')).toEqual({ faults: null });
    expect(await json('faults', '--delay-ms', '5', '--drop', '0.5')).toMatchObject({
      faults: { delayMs: 5, drop: 0.5 },
    });
    expect((await run('faults')).text).toContain('delayMs: 5');
    expect(await json('faults', '--none')).toEqual({ faults: null });
    expect((await run('faults', '--none', '--cut')).code).toBe(2);
    expect((await run('faults', '--drop', '2')).code).toBe(2);
  });

  it('tell of a state that is not sound', async () => {
    const key = `${xxhashAsHex('SubtensorModule', 128)}${xxhashAsHex('SubnetworkN', 128).slice(2)}0100`;
    await json('snapshot');
    await json('set-storage', key, '0x0500');
    const { code, text } = await run('check');
    expect([code, text]).toEqual([1, expect.stringContaining('breaks what has to be true')]);
    await json('revert');
    expect((await run('check')).code).toBe(0);
  });
});
