import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ApiPromise, WsProvider } from '@polkadot/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../bench/free-port.js';
import { pollUntil } from '../../src/base/index.js';
import { type Cli, TestHome } from '../helpers/cli.js';

let home: TestHome;
let port: string;
beforeEach(async () => {
  home = new TestHome();
  port = String(await freePort());
});
afterEach(() => home[Symbol.asyncDispose]());

async function ended(cli: Cli): Promise<{ code: number | string; text: string }> {
  const code = await cli.ended();
  return { code, text: cli.lines.join('\n') };
}

async function statusBlock(): Promise<number> {
  const { code, text } = await ended(home.run('localnet', 'status', '--port', port));
  expect(code, text).toBe(0);
  return Number(/block (\d+)/.exec(text)?.[1]);
}

describe('bittensor-cli localnet', () => {
  it('runs in the foreground until Ctrl-C and goes on from its last block', async () => {
    const first = home.run('localnet', 'start', '--port', port, '--block-time', '50');
    const [, genesis] = await first.waitFor(/Local chain at ws:\/\/127\.0\.0\.1:\d+, genesis (0x[0-9a-f]{64})/);
    const reached = await statusBlock();
    expect((await first.stop()).code).toBe(0);

    const again = home.run('localnet', 'start', '--port', port, '--block-time', 'manual');
    expect((await again.waitFor(/genesis (0x[0-9a-f]{64})/))[1]).toBe(genesis);
    expect(await statusBlock()).toBeGreaterThanOrEqual(reached);
    expect((await again.stop('SIGTERM')).code).toBe(0);
  });

  it('goes on in the background with --detach until it is stopped', async () => {
    expect(await ended(home.run('localnet', 'start', '--port', port, '--detach'))).toMatchObject({ code: 0 });
    expect(await statusBlock()).toBeGreaterThanOrEqual(0);
    // What was asked for is there; anything else at this port is not it.
    const twice = await ended(home.run('localnet', 'start', '--port', port, '--detach'));
    expect(twice).toMatchObject({
      code: 0,
      text: expect.stringMatching(/A chain is already running at ws:.*process \d+/),
    });
    const json = await ended(home.run('localnet', 'start', '--port', port, '--detach', '--json'));
    expect(JSON.parse(json.text)).toMatchObject({ started: false, port: Number(port), pid: expect.any(Number) });
    for (const flags of [[], ['--detach', '--data', 'elsewhere'], ['--detach', '--fork', 'ws://127.0.0.1:1']]) {
      const another = await ended(home.run('localnet', 'start', '--port', port, ...flags));
      expect(another).toMatchObject({ code: 3, text: expect.stringContaining('a chain is already running at') });
    }
    const stop = await ended(home.run('localnet', 'stop', '--port', port));
    expect(stop).toMatchObject({ code: 0, text: expect.stringMatching(/Stopped the chain at ws:.*process \d+/) });
    expect(await ended(home.run('localnet', 'stop', '--port', port))).toMatchObject({
      code: 0,
      text: expect.stringContaining('No local chain runs'),
    });
    expect((await ended(home.run('localnet', 'status', '--port', port))).code).toBe(3);
  });

  it('says at once that a leader is not there, waits for it, and ends with 130 by Ctrl-C before it runs', async () => {
    const own = String(await freePort());
    const leader = `ws://127.0.0.1:${port}`;
    const given = home.run('localnet', 'follow', leader, '--port', own);
    await given.waitFor(/waiting for the leader until Ctrl-C: .*ECONNREFUSED/, 10_000);
    expect((await given.stop()).code).toBe(130);
    expect(given.lines.at(-1)).toContain('before the chain ran');

    const patient = home.run('localnet', 'follow', leader, '--port', own);
    await patient.waitFor(/waiting for the leader/);
    const chain = home.run('localnet', 'start', '--port', port, '--block-time', 'manual');
    await chain.waitFor(/Local chain at/);
    await patient.waitFor(/Local chain at/);
    expect((await patient.stop()).code).toBe(0);
  });

  it('makes no block by itself in manual mode', async () => {
    const chain = home.run('localnet', 'start', '--port', port, '--block-time', 'manual');
    await chain.waitFor(/Local chain at/);
    expect(await statusBlock()).toBe(0);
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'dev_newBlock', params: [{ count: 3 }] });
    await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    expect(await statusBlock()).toBe(3);
  });

  it('takes any free port, which stop and status find, and tells everything as one object', async () => {
    const start = await ended(
      home.run('localnet', 'start', '--port', '0', '--block-time', 'manual', '--detach', '--json'),
    );
    expect(start.code, start.text).toBe(0);
    const { url, port: free, pid, dataFolder } = JSON.parse(start.text) as Record<string, unknown>;
    try {
      const other = home.run('localnet', 'start', '--port', '0', '--block-time', 'manual');
      await other.waitFor(/Local chain at/);
      await other.waitFor(/bittensor-cli localnet mine/);
      const asked = ['--port', String(free), '--json'];
      expect(JSON.parse((await ended(home.run('localnet', 'mine', '2', ...asked))).text)).toMatchObject({ number: 2 });
      const status = await ended(home.run('localnet', 'status', ...asked));
      expect(JSON.parse(status.text)).toMatchObject({ running: true, url, pid, dataFolder, number: 2 });
      const friend = '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty';
      const fund = await ended(home.run('localnet', 'fund', friend, '2.5', ...asked));
      expect(JSON.parse(fund.text)).toMatchObject({ amountRao: '2500000000' });
      expect(await ended(home.run('localnet', 'fund', friend, '99999999', '--port', String(free)))).toMatchObject({
        code: 2,
        text: expect.stringContaining('the richest, //Bob, has 1,000,002.5 TAO'),
      });
    } finally {
      const stop = await ended(home.run('localnet', 'stop', '--port', String(free), '--json'));
      expect(JSON.parse(stop.text)).toMatchObject({ stopped: true, pid, removed: dataFolder });
    }
    expect(existsSync(String(dataFolder))).toBe(false);
  });

  it('goes back to a snapshot, on a chain without a clock, and is followed by another', async () => {
    const flags = ['--block-time', 'manual', '--finality-lag', '2', '--deterministic', '--archive'];
    const leader = home.run('localnet', 'start', '--port', '0', ...flags, '--json');
    const { url, genesis } = JSON.parse((await leader.waitFor(/^\{.*\}$/))[0]) as Record<string, unknown>;
    const verb = async (...args: string[]) => {
      const { code, text } = await ended(home.run('localnet', ...args, '--url', String(url), '--json'));
      expect(code, text).toBe(0);
      return JSON.parse(text) as Record<string, unknown>;
    };
    await verb('mine', '3');
    const { id } = await verb('snapshot');
    await verb('travel', '1d');
    expect(await verb('status')).toMatchObject({ number: 4, finalityLag: 2, finalizedNumber: 2, deterministic: true });

    const follower = home.run('localnet', 'follow', String(url), '--port', '0', '--json');
    const other = JSON.parse((await follower.waitFor(/^\{.*\}$/))[0]) as Record<string, unknown>;
    expect(other).toMatchObject({ genesis });
    const followed = async (number: number) => {
      await pollUntil(`block ${number} at the follower`, { withinMs: 60_000, everyMs: 500 }, async () => {
        const status = await ended(home.run('localnet', 'status', '--url', String(other['url']), '--json'));
        const found = JSON.parse(status.text) as Record<string, unknown>;
        return found['number'] === number && found['following'] !== undefined ? true : undefined;
      });
    };
    await followed(4);
    expect(await verb('revert', String(id))).toMatchObject({ block: 3 });
    await followed(3);
    expect((await follower.stop()).code).toBe(0);
    expect((await leader.stop()).code).toBe(0);
    expect(existsSync(String(other['dataFolder']))).toBe(false);
  });

  it('prints the development accounts, and goes on elsewhere from a dump or a fork', async () => {
    const first = home.run('localnet', 'start', '--port', '0', '--block-time', 'manual');
    const [, url = ''] = await first.waitFor(/Local chain at (ws:\S+),/);
    await first.waitFor(/^\/\/Alice +5Grwva\w+ +[\d,.]+ TAO$/);
    await first.waitFor(/Everybody knows these keys/);
    const bob = '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty';
    const bobOf = async (at: unknown) => {
      const { code, text } = await ended(home.run('localnet', 'accounts', '--url', String(at), '--json'));
      expect(code, text).toBe(0);
      const { accounts } = JSON.parse(text) as { accounts: { uri: string; address: string; freeRao: string }[] };
      expect(accounts).toHaveLength(10);
      expect(accounts[1]).toMatchObject({ uri: '//Bob', address: bob });
      return BigInt(accounts[1]!.freeRao);
    };
    const before = await bobOf(url);
    expect(await ended(home.run('localnet', 'fund', bob, '7', '--url', url))).toMatchObject({ code: 0 });
    expect(await bobOf(url)).toBe(before + 7_000_000_000n);
    const file = join(home.folder, 'dump.json');
    expect(await ended(home.run('localnet', 'dump', file, '--url', url))).toMatchObject({ code: 0 });
    for (const from of [
      ['--chain', file],
      ['--fork', url],
    ]) {
      const other = home.run('localnet', 'start', '--port', '0', '--block-time', 'manual', '--json', ...from);
      const start = JSON.parse((await other.waitFor(/^\{.*\}$/))[0]) as Record<string, unknown>;
      expect(await bobOf(start['url']), from[0]).toBe(before + 7_000_000_000n);
      expect((await other.stop()).code).toBe(0);
    }
  });

  it('passes on what the engine has to say of a setting', async () => {
    const { code, text } = await ended(home.run('localnet', 'start', '--port', port, '--chain', 'missing.json'));
    expect(text).toContain('missing.json');
    expect(code).not.toBe(0);
  });

  it('tells clients its block time, which the official ones read from the metadata', async () => {
    const chain = home.run('localnet', 'start', '--port', port, '--block-time', '1000');
    await chain.waitFor(/Local chain at/);
    const provider = new WsProvider(`ws://127.0.0.1:${port}`) as never;
    const api = await ApiPromise.create({ provider, noInitWarn: true });
    try {
      expect(api.consts['aura']!['slotDuration']!.toString()).toBe('1000');
    } finally {
      await api.disconnect();
    }
  });

  it.each([['5'], ['sometimes'], ['-1']])('refuses the block time %s', async time => {
    const { code, text } = await ended(home.run('localnet', 'start', '--port', port, '--block-time', time));
    expect(text).toContain('must be milliseconds from 10 to 3600000, instant, or manual');
    expect(code).toBe(2);
  });
});
