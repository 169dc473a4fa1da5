import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { BittensorError } from '../../src/base/index.js';
import type { AccountBalance, ChainClient } from '../../src/chain/index.js';
import { readBalances } from '../../src/cli/commands/wallet/balances.js';
import { openWallet } from '../../src/wallet/index.js';
import { type Answer, TestConsole } from '../helpers/console.js';
import { CliOnChain, TAO } from './on-chain.js';

vi.mock('../../src/wallet/keyfile/costs.js', () => import('../helpers/cheap-costs.js'));

type Keys = Awaited<ReturnType<CliOnChain['wallet']>>;

let chain: CliOnChain;
let alice: Keys;
let bob: Keys;

beforeAll(async () => {
  chain = await CliOnChain.start();
  alice = await chain.wallet('alice');
  bob = await chain.wallet('bob', 0n);
});
afterAll(() => chain?.[Symbol.asyncDispose]());

const freeRao = (keys: Keys) => chain.client.balanceRao(keys.coldkey.address);
const wallets = () => join(chain.folder, 'wallets');

async function failure(line: string, code: number): Promise<Record<string, unknown>> {
  return (await chain.json(line, code))['error'] as Record<string, unknown>;
}

/** The chain behind a server that knows no `dev_` methods, as those of public chains. */
async function withoutDevMethods(url: string): Promise<{ port: number } & AsyncDisposable> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  server.on('connection', socket => {
    const behind = new WebSocket(url);
    // False when the client left before.
    const open = once(behind, 'open').then(
      () => true,
      () => false,
    );
    socket.on('message', async data => {
      const { id, method } = JSON.parse(String(data)) as { id: number; method: string };
      const error = { code: -32601, message: 'Method not found' };
      if (method.startsWith('dev_')) return socket.send(JSON.stringify({ jsonrpc: '2.0', id, error }));
      return (await open) && behind.send(String(data));
    });
    behind.on('message', data => socket.send(String(data)));
    socket.on('close', () => behind.terminate());
  });
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

/** Typed at a terminal, on this chain. */
async function atTerminal(line: string, answers: Answer[]) {
  using shell = new TestConsole();
  const env = { BT_WALLET_PATH: wallets(), BT_SUBTENSOR_CHAIN_ENDPOINT: chain.net.url };
  return await shell.run(line.split(' '), { answers, env });
}

describe('wallet transfer', () => {
  it('sends what it says, under every name that the documents know', async () => {
    for (const name of ['transfer', 'wallet transfer', 'w transfer']) {
      const [from, to] = [await freeRao(alice), await freeRao(bob)];
      const json = await chain.json(`${name} --wallet.name alice --dest ${bob.coldkey.address} --amount 1.5`);
      expect(json).toMatchObject({
        call: expect.stringMatching(/^Balances\.transfer/),
        signer: alice.coldkey.address,
        effect: { balanceRao: '-1500000000', beforeRao: String(from) },
        balanceRao: String(await freeRao(alice)),
      });
      expect(await freeRao(bob)).toBe(to + (3n * TAO) / 2n);
      expect(await freeRao(alice)).toBe(from - (3n * TAO) / 2n - BigInt(String(json['paidFeeRao'])));
    }
    const { code, out } = await chain.run(
      `wallet transfer --wallet_name alice --dest ${bob.coldkey.address} --amount 0.000001`,
    );
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`0\\.000001 TAO .*${bob.coldkey.address}`));
  });

  it('is shown and asked for at a terminal, and not done without a yes', async () => {
    const line = `wallet transfer --wallet.name alice --dest ${bob.coldkey.address} --amount 2`;
    const before = await freeRao(bob);
    const no = await atTerminal(line, [{ to: /\[y\/N\]/, type: 'n' }]);
    expect(no).toMatchObject({ code: 1, err: expect.stringContaining('nothing was signed') });
    expect(no.err).toContain(bob.coldkey.address);
    expect(await freeRao(bob)).toBe(before);
    expect((await atTerminal(line, [{ to: /\[y\/N\]/, type: 'y' }])).code).toBe(0);
    expect(await freeRao(bob)).toBe(before + 2n * TAO);
    const dry = await chain.run(`${line} --dry-run`);
    expect(dry).toMatchObject({ code: 0, out: expect.stringContaining('2 TAO') });
    expect(await freeRao(bob)).toBe(before + 2n * TAO);
  });

  it('sends all that can be sent', async () => {
    const carol = await chain.wallet('carol', 10n);
    const preview = await chain.json(
      `wallet transfer --wallet.name carol --dest ${bob.coldkey.address} --all --dry-run`,
    );
    expect(BigInt((preview['effect'] as { balanceRao: string }).balanceRao)).toBeLessThan(-9n * TAO);
    await chain.json(`wallet transfer --wallet.name carol --dest ${bob.coldkey.address} --all`);
    const left = await freeRao(carol);
    expect(left).toBeLessThan(TAO / 100n);
    expect(left).toBeGreaterThanOrEqual(chain.client.existentialDepositRao());
    const dan = await chain.wallet('dan', 10n);
    await chain.json(`wallet transfer --wallet.name dan --dest ${bob.coldkey.address} --all --allow_death`);
    expect(await freeRao(dan)).toBe(0n);
  });

  it('is refused before anything is signed when it cannot be', async () => {
    const dest = `--dest ${bob.coldkey.address}`;
    const before = await freeRao(alice);
    expect(await failure(`transfer --wallet.name alice ${dest} --amount 5000`, 4)).toMatchObject({
      code: 'insufficient_balance',
    });
    for (const bad of [
      '--amount 1',
      `${dest}`,
      `${dest} --amount 0`,
      `${dest} --amount -1`,
      `${dest} --amount 1e3`,
      `${dest} --amount 0.0000000001`,
      `${dest} --amount 1 --all`,
      `${dest}x --amount 1`,
      '--dest alice --amount 1',
      `${dest} --amount 1 --wait never`,
    ]) {
      expect(await failure(`transfer --wallet.name alice ${bad}`, 2), bad).toMatchObject({ exit: 2 });
    }
    expect(await failure(`transfer --wallet.name nobody ${dest} --amount 1`, 5)).toMatchObject({
      code: 'wallet_not_found',
    });
    expect(await freeRao(alice)).toBe(before);
  });

  it('opens an encrypted coldkey only when all else is well, and never says its password', async () => {
    const password = join(chain.folder, 'password');
    writeFileSync(password, 'Correct-Horse-7\n', { mode: 0o600 });
    const made = await chain.json(`wallet create --wallet.name locked --password-file ${password}`);
    const { address } = made['coldkey'] as { address: string };
    await chain.client.devFund({ address, amountRao: 5n * TAO });
    const line = `transfer --wallet.name locked --dest ${bob.coldkey.address} --amount 1`;
    expect(await failure(`${line} --dry-run --amount 50`, 4)).toMatchObject({ code: 'insufficient_balance' });
    expect((await chain.json(`${line} --dry-run`))['dryRun']).toBe(true);
    expect(await failure(line, 5)).toMatchObject({ code: 'needs_password' });
    const json = await chain.json(`${line} --password-file ${password}`);
    expect(json).toMatchObject({ dryRun: false, signer: address });
    expect(JSON.stringify(json)).not.toContain('Correct-Horse');
    // Mistyped once.
    const typed = await atTerminal(line, [
      { to: /\[y\/N\]/, type: 'y' },
      { to: /Password of/, type: 'Correct-Horse-8' },
      { to: /Password of/, type: 'Correct-Horse-7' },
    ]);
    expect(typed.code).toBe(0);
    expect(typed.err + typed.out).not.toContain('Correct-Horse');
  }, 120_000);

  it('says that nothing answers, with the code of the network', async () => {
    const line = `wallet transfer --wallet.name alice --dest ${bob.coldkey.address} --amount 1`;
    for (const nowhere of [
      '--subtensor.chain_endpoint ws://127.0.0.1:9',
      '--subtensor_chain_endpoint ws://127.0.0.1:9',
    ]) {
      expect(await failure(`${line} ${nowhere}`, 3)).toMatchObject({ code: 'chain_unreachable' });
    }
    expect(await failure(`${line} --subtensor.network nowhere --subtensor.chain_endpoint nowhere`, 2)).toMatchObject({
      exit: 2,
    });
  });
});

describe('wallet balance', () => {
  it('tells what is free and staked, of a wallet, of all, of any address', async () => {
    const erin = await chain.wallet('erin');
    await chain.json('subnet register --wallet.name erin');
    await chain.json('stake add --wallet.name erin --amount 100');
    const one = await chain.json('wallet balance --wallet.name erin');
    const [entry] = one['accounts'] as { freeRao: string; stakedRao: string; totalRao: string }[];
    expect(BigInt(entry!.freeRao)).toBe(await freeRao(erin));
    expect(BigInt(entry!.stakedRao)).toBeGreaterThan(90n * TAO);
    expect(BigInt(entry!.totalRao)).toBe(BigInt(entry!.freeRao) + BigInt(entry!.stakedRao));
    const address = await chain.json(`wallet balance --address ${erin.coldkey.address}`);
    expect(address).toMatchObject({ accounts: [{ wallet: null, freeRao: entry!.freeRao }] });
    // One that cannot be read is no reason not to tell the others.
    openWallet({ name: 'empty', path: wallets() }).writeHotkeyPublic('x', bob.hotkey.publicKey);
    const all = await chain.run('wallet balance --all');
    expect(all.code).toBe(0);
    expect(all.out).toMatch(/WALLET +COLDKEY +FREE/);
    for (const name of ['alice', 'bob', 'erin', 'total']) expect(all.out).toMatch(new RegExp(`^${name} `, 'm'));
    expect(all.err).toContain('empty is left out');
    rmSync(join(wallets(), 'empty'), { recursive: true });
    expect(await failure(`wallet balance --all --address ${erin.coldkey.address}`, 2)).toMatchObject({ code: 'usage' });
    expect(await failure('wallet balance --address x', 2)).toMatchObject({ code: 'usage' });
    expect(await failure('wallet balance --wallet.name none', 5)).toMatchObject({ code: 'wallet_not_found' });
  });
});

describe('what accounts have', () => {
  const none: AccountBalance = { freeRao: 7n, reservedRao: 0n, frozenRao: 0n, transferableRao: 6n, exists: true };
  const account = { wallet: null, address: 'x' };
  const read = (client: Partial<ChainClient>) =>
    readBalances(
      { accountBalance: async () => none, ...client } as ChainClient,
      [account],
      new AbortController().signal,
    );

  it('is told without stakes by a chain that does not tell them, or their prices', async () => {
    const unsupported = async () => {
      throw new BittensorError('unsupported', 'no such call');
    };
    expect(await read({ stakesOf: unsupported })).toMatchObject([{ freeRao: 7n, stakedRao: null, totalRao: null }]);
    const stake = {
      hotkey: 'y',
      token: 'TAO' as const,
      stakeRao: 10n,
      emissionRao: undefined,
      isRegistered: undefined,
    };
    const stakesOf = async () => [
      { ...stake, netuid: 0 },
      { ...stake, netuid: 1 },
      { ...stake, netuid: undefined },
    ];
    expect(await read({ stakesOf, priceRao: async () => undefined })).toMatchObject([
      { stakedRao: null, totalRao: null },
    ]);
    expect(await read({ stakesOf, priceRao: async () => 500_000_000n })).toMatchObject([
      { stakedRao: 25n, totalRao: 32n },
    ]);
    const failing = async () => {
      throw new BittensorError('timeout', 'no answer');
    };
    await expect(read({ stakesOf: failing })).rejects.toMatchObject({ code: 'timeout' });
  });
});

describe('wallet overview', () => {
  it('shows the neurons of a wallet by the names of its hotkeys', async () => {
    const frank = await chain.wallet('frank');
    expect((await chain.run('overview --wallet.name frank')).out).toContain('No neurons');
    await chain.json('subnet register --wallet.name frank');
    const second = await openWallet({ name: 'frank', path: wallets() }).createHotkey('second');
    await chain.json('subnet register --wallet.name frank --wallet.hotkey second');
    const uid = await chain.client.uidOf(1, frank.hotkey.address);
    for (const name of ['overview', 'wallet overview']) {
      expect(await chain.json(`${name} --wallet.name frank`)).toMatchObject({
        wallets: [
          {
            wallet: 'frank',
            address: frank.coldkey.address,
            freeRao: String(await freeRao(frank)),
            neurons: [
              {
                netuid: 1,
                uid,
                name: 'default',
                hotkey: frank.hotkey.address,
                coldkey: frank.coldkey.address,
                axon: null,
              },
              { netuid: 1, uid: uid! + 1, name: 'second', hotkey: second.address },
            ],
          },
        ],
      });
    }
    const { out } = await chain.run('wallet overview --wallet.name frank');
    expect(out).toMatch(/HOTKEY +NETUID +UID +STAKE/);
    expect(out).toMatch(/^second +1 /m);
    // A hotkey of the coldkey whose files are elsewhere is shown by its address.
    rmSync(join(wallets(), 'frank', 'hotkeys', 'second'));
    rmSync(join(wallets(), 'frank', 'hotkeys', 'secondpub.txt'));
    expect(await chain.json('overview --wallet.name frank')).toMatchObject({
      wallets: [{ neurons: [{ name: 'default' }, { name: null, hotkey: second.address }] }],
    });
    const all = (await chain.json('overview --all'))['wallets'] as { wallet: string }[];
    expect(all.map(({ wallet }) => wallet)).toEqual(expect.arrayContaining(['alice', 'bob', 'frank']));
    expect(await failure('overview --wallet.name none', 5)).toMatchObject({ code: 'wallet_not_found' });
  });
});

describe('wallet faucet', () => {
  it('gives TAO on a local chain', async () => {
    const before = await freeRao(bob);
    expect(await chain.json('faucet --wallet.name bob')).toMatchObject({
      address: bob.coldkey.address,
      amountRao: String(1000n * TAO),
      balanceRao: String(before + 1000n * TAO),
    });
    const { code, out } = await chain.run(`wallet faucet --address ${bob.coldkey.address} --amount 0.5`);
    expect(code).toBe(0);
    expect(out).toContain('got 0.5 TAO');
    expect(await freeRao(bob)).toBe(before + 1000n * TAO + TAO / 2n);
    for (const bad of ['--address nobody', '--amount 0', '--amount x', '--amount 999999999']) {
      expect(await failure(`faucet --wallet.name bob ${bad}`, 2)).toMatchObject({ exit: 2 });
    }
    expect(await failure('faucet --wallet.name none', 5)).toMatchObject({ code: 'wallet_not_found' });
  });

  it('mines the block for it where blocks are made on request', async () => {
    await using manual = await CliOnChain.start('manual');
    const json = await manual.json(`wallet faucet --address ${bob.coldkey.address} --amount 3`);
    expect(json).toMatchObject({ balanceRao: String(3n * TAO) });
  });

  it('is refused on a chain that is no local one', async () => {
    await using front = await withoutDevMethods(chain.net.url);
    const line = `wallet faucet --wallet.name bob --subtensor.chain_endpoint ws://127.0.0.1:${front.port}`;
    expect(await failure(line, 4)).toMatchObject({ code: 'not_local', message: expect.stringContaining('no faucet') });
  });
});
