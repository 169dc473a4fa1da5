import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatTao } from '../../src/base/index.js';
import { parseCount, parseTao, parseTravel } from '../../src/cli/commands/localnet/parse.js';
import { type FakeNode, fakeNode, freePort } from '../chain/helpers.js';
import { TestHome } from '../helpers/cli.js';

const GENESIS = `0x${'ab'.repeat(32)}`;
const HASH = `0x${'cd'.repeat(32)}`;
const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
const SNAPSHOTS = [
  { id: 1, block: 2, hash: HASH },
  { id: 2, block: 4, hash: HASH },
];

/** What a local chain answers, as agreed in docs/localnet.md. */
const ANSWERS: Record<string, (params: unknown[]) => unknown> = {
  dev_status: () => ({
    pid: 7,
    dataFolder: 'somewhere',
    blockTime: 'manual',
    genesis: GENESIS,
    head: HASH,
    number: 5,
    timestampMs: 0,
    ready: asked.some(([method]) => method === 'dev_fund') ? 1 : 0,
    future: 0,
    snapshots: SNAPSHOTS,
    following: { url: 'ws://leader', connected: true, leader: { number: 5, hash: HASH } },
  }),
  chain_getHeader: () => ({ number: '0x5' }),
  dev_newBlock: () => HASH,
  dev_accounts: () => [{ name: '//Alice', address: ALICE, uri: '//Alice', secretSeed: '0x01', freeRao: '1500000000' }],
  dev_travel: () => ({ timestampMs: Date.UTC(2027, 0, 1), block: HASH }),
  dev_snapshot: () => SNAPSHOTS[1],
  dev_revert: () => ({ block: 4, hash: HASH }),
  dev_fund: () => ({ hash: HASH, block: GENESIS }),
  dev_dumpState: () => ({ name: 'Dumped', genesis: { raw: { top: { '0x00': '0x01' }, childrenDefault: {} } } }),
};

let asked: [string, unknown[]][] = [];
let home: TestHome;
let node: FakeNode;
beforeEach(async () => {
  asked = [];
  home = new TestHome();
  node = await fakeNode((method, params) => {
    const answer = ANSWERS[method];
    if (!answer) throw { code: -32601, message: 'Method not found' };
    if (method !== 'dev_status') asked.push([method, params]);
    return answer(params);
  });
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  await node[Symbol.asyncDispose]();
});

async function run(...args: string[]): Promise<{ code: number | string; text: string }> {
  const cli = home.run('localnet', ...args, '--port', String(node.port));
  return { code: await cli.ended(), text: cli.lines.join('\n') };
}

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { code, text } = await run(...args, '--json');
  expect(code, text).toBe(0);
  return JSON.parse(text) as Record<string, unknown>;
}

describe('the verbs of localnet', () => {
  it('drive the chain, and say what they did', async () => {
    expect((await run('mine', '3')).text).toMatch(/Mined 3 blocks: the last is 0xcd.*at block 5/);
    expect((await run('travel', '1h30m')).text).toContain('It is 2027-01-01T00:00:00.000Z on the chain');
    expect((await run('snapshot')).text).toMatch(/Snapshot 2 of block 4.*\n.*localnet revert 2/);
    expect((await run('revert')).text).toContain('back at block 4');
    expect((await run('revert', '1')).code).toBe(0);
    expect((await run('revert', '--block', '3')).code).toBe(0);
    const accounts = await run('accounts');
    expect(accounts.text).toContain(`//Alice  ${ALICE}  1.5 TAO`);
    expect(accounts.text).toContain('Everybody knows these keys');
    const status = await run('status');
    expect(status.text).toMatch(/block 5, genesis 0xab/);
    expect(status.text).toMatch(
      /snapshots +1 \(block 2\), 2 \(block 4\)[\s\S]*follows +ws:\/\/leader, which is at block 5/,
    );
    expect(asked).toEqual([
      ['dev_newBlock', [{ count: 3 }]],
      ['dev_travel', [{ ms: 5_400_000 }]],
      ['dev_snapshot', []],
      ['dev_revert', [{ id: 2 }]],
      ['dev_revert', [{ id: 1 }]],
      ['dev_revert', [{ block: 3 }]],
      ['dev_accounts', []],
    ]);
  });

  it('print one object and nothing else with --json', async () => {
    expect(await json('mine')).toEqual({ mined: 1, hash: HASH, number: 5 });
    expect(await json('travel', '2027-01-01')).toMatchObject({ time: '2027-01-01T00:00:00.000Z', block: HASH });
    expect(await json('snapshot')).toEqual(SNAPSHOTS[1]);
    expect(await json('revert')).toEqual({ block: 4, hash: HASH });
    expect(await json('accounts')).toMatchObject({ accounts: [{ address: ALICE, freeRao: '1500000000' }] });
    expect(await json('status')).toMatchObject({ running: true, url: node.url, number: 5, blockTime: 'manual' });
    expect(await json('stop', '--url', `ws://127.0.0.1:${await freePort()}`)).toMatchObject({ stopped: false });
  });

  it('mine a block for a transfer where blocks are made on request', async () => {
    const sent = await json('fund', ALICE, '1.5');
    expect(sent).toEqual({ address: ALICE, amountRao: '1500000000', hash: HASH, block: GENESIS, blockNumber: 5 });
    expect(asked).toEqual([
      ['dev_fund', [ALICE, '1500000000']],
      ['dev_newBlock', [{ count: 1 }]],
      ['chain_getHeader', [GENESIS]],
    ]);
  });

  it('write all state into a file, and overwrite none', async () => {
    const file = join(home.folder, 'dump.json');
    expect(await json('dump', file)).toMatchObject({ file, name: 'Dumped' });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ genesis: { raw: { top: { '0x00': '0x01' } } } });
    writeFileSync(file, 'mine');
    const again = await run('dump', file);
    expect(again).toMatchObject({ code: 1, text: expect.stringContaining('--force overwrites it') });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await run('dump', file, '--force', '--at', HASH)).code).toBe(0);
    expect(asked.at(-1)).toEqual(['dev_dumpState', [{ at: HASH }]]);
  });

  it('name the command that starts a chain where none runs', async () => {
    const port = String(await freePort());
    const cli = home.run('localnet', 'mine', '--port', port);
    expect(await cli.ended()).toBe(3);
    expect(cli.lines).toEqual([
      expect.stringMatching(
        `no local chain answers at ws://127.0.0.1:${port} .*localnet start --port ${port}\` starts one$`,
      ),
    ]);
  });

  it('say in one line what is wrong, with its exit code', async () => {
    const wrong: [string[], number, RegExp][] = [
      [['mine', '0'], 2, /"0" is no number from 1 to 10000/],
      [['travel', 'tomorrow'], 2, /"tomorrow" is no time: 90s/],
      [['travel', '-5s'], 2, /"-5s" is no time to travel to: a chain's clock only goes forward/],
      [['travel', '5s', '--jsn'], 2, /unknown option '--jsn'/],
      [['travel', '5s', '6s'], 2, /too many arguments/],
      [['fund', ALICE, 'much'], 2, /"much" is no amount of TAO/],
      [['fund', 'nobody', '1'], 2, /must be an ss58 address, not "nobody"/],
      [['revert', '9'], 2, /there is no snapshot 9, only 1, 2/],
      [['revert', '1', '--block', '1'], 2, /not both/],
      [['status', '--url', 'nowhere'], 2, /--url must be an address/],
      [['stop', '--url', 'ws://192.0.2.1:1'], 2, /not of this machine/],
      [['follow', 'nowhere'], 2, /"nowhere" is no address/],
      [['start', '--fork_block', HASH], 2, /--fork_block needs --fork/],
      [['start', '--data', '/dev/null/chain'], 1, /cannot write \/dev\/null\/chain\/localnet.log: ENOTDIR/],
      [['start', '--archive', '--prune', '20'], 2, /exclude each other/],
    ];
    const nowhere = `ws://127.0.0.1:${await freePort()}`;
    wrong.push([
      ['mine', '--url', nowhere],
      3,
      /^[^\n]*no local chain answers at ws:\S+ \(connect ECONNREFUSED \S+\)$/,
    ]);
    for (const [args, exit, line] of wrong) {
      const { code, text } = await run(...args);
      expect(text).toMatch(line);
      expect(code, args.join(' ')).toBe(exit);
    }
    ANSWERS['dev_snapshot'] = () => {
      throw { code: -32601, message: 'Method not found' };
    };
    const lacking = await run('snapshot');
    expect(lacking).toMatchObject({ code: 4, text: expect.stringContaining('does not offer dev_snapshot') });
    const nobody = `ws://127.0.0.1:${await freePort()}`;
    const gone = await run('status', '--url', nobody, '--json');
    expect(gone.code).toBe(3);
    expect(JSON.parse(gone.text)).toMatchObject({
      error: { code: 'chain_unreachable', exit: 3, data: { running: false, url: nobody } },
    });
  });

  it('have examples in their help', async () => {
    for (const verb of ['start', 'follow', 'mine', 'travel', 'revert', 'fund', 'dump']) {
      const { code, text } = await run(verb, '--help');
      expect(code).toBe(0);
      expect(text).toMatch(new RegExp(`Examples?:\\n +bittensor-cli localnet ${verb} ?`));
    }
  });
});

describe('what is typed', () => {
  it('is a time', () => {
    expect(parseTravel('90s')).toEqual({ ms: 90_000 });
    expect(parseTravel('1.5h')).toEqual({ ms: 5_400_000 });
    expect(parseTravel('1w2d3h4m5s6ms')).toEqual({ ms: 788_645_006 });
    expect(parseTravel('2027-01-01T00:00:00Z')).toEqual({ to: Date.UTC(2027, 0, 1) });
    for (const wrong of ['', '0s', '10', 's', '1h-', '-1h', '1x', '2027-13-01', '1e9s', `${'9'.repeat(40)}w`]) {
      expect(() => parseTravel(wrong), wrong).toThrow(/is no time/);
    }
  });

  it('is an amount', () => {
    expect(parseTao('1')).toBe(10n ** 9n);
    expect(parseTao('0.000000001')).toBe(1n);
    expect(parseTao('1234567890.123456789')).toBe(1_234_567_890_123_456_789n);
    for (const wrong of ['', '0', '0.0', '1.', '.5', '-1', '1e3', '1,000', '0.0000000001', '18446744074']) {
      expect(() => parseTao(wrong), wrong).toThrow(/is no amount/);
    }
    expect([formatTao(0n), formatTao(1n), formatTao(1_234_567_500_000_000n)]).toEqual([
      '0 TAO',
      '0.000000001 TAO',
      '1,234,567.5 TAO',
    ]);
  });

  it('is a count', () => {
    expect(parseCount('10', 10)).toBe(10);
    for (const wrong of ['', '0', '11', '1.5', '-1', 'x']) expect(() => parseCount(wrong, 10)).toThrow(/from 1 to 10/);
  });
});
