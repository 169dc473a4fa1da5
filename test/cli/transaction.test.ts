import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeAddress } from '../../src/base/index.js';
import { type ChainClient, connect, prepareTransfer, resolveNetwork } from '../../src/chain/index.js';
import { triesOn } from '../../src/cli/commands/subnet/pow-register.js';
import { createUi } from '../../src/cli/terminal/ui.js';
import { checkAffordable } from '../../src/cli/transaction/affordable.js';
import { type Target, targetOf } from '../../src/cli/transaction/network.js';
import { transact } from '../../src/cli/transaction/transaction.js';
import { type Keypair, keypairFromUri } from '../../src/wallet/index.js';
import { EditedMetadata } from '../chain/edit-metadata.js';
import { FakeChain } from '../chain/fake-chain.js';
import { ownMetadata } from '../chain/metadata-vectors.js';
import { CliOnChain, type Ran, run, TAO, terminal } from './on-chain.js';

let chain: CliOnChain;
let alice: { coldkey: Keypair; hotkey: Keypair };
const bob = keypairFromUri('//CliTest//receiver');

beforeAll(async () => {
  chain = await CliOnChain.start();
  alice = await chain.wallet('alice');
});
afterAll(() => chain?.[Symbol.asyncDispose]());

/** This chain as if it were the main network, named so. */
function asFinney(typed: string): Target {
  const { client, net } = chain;
  const network = { ...resolveNetwork(typed), endpoints: [net.url] };
  const valuable = [{ ...resolveNetwork('finney'), genesisHash: client.genesisHash }];
  return targetOf({ client, network, typed, valuable });
}

/** One TAO to Bob: what became of it, or the code of the error. */
async function send(target: Target, options: { yes?: boolean; typed?: string; quiet?: boolean } = {}) {
  const io = terminal({}, options.typed);
  const quiet = options.quiet ?? false;
  const { signal } = new AbortController();
  const ui = createUi(io, { json: false, quiet, verbose: false, prompt: true }, signal);
  const before = await target.client.balanceRao(bob.address);
  let unlocked = 0;
  const key = {
    address: alice.coldkey.address,
    title: 'coldkey of wallet alice',
    unlock: async () => {
      unlocked++;
      return alice.coldkey;
    },
  };
  const prepared = await prepareTransfer(target.client, { from: key.address, to: bob.address, amountRao: TAO });
  const settings = { yes: options.yes ?? false, dry_run: false, wait: 'inclusion' as const, quiet };
  const outcome = await transact({ settings, ui, signal, target, key, prepared }).then(
    () => 'sent',
    error => String((error as { code: unknown }).code),
  );
  const came = (await target.client.balanceRao(bob.address)) - before;
  expect(unlocked, outcome).toBe(outcome === 'sent' ? 1 : 0);
  expect(came).toBe(outcome === 'sent' ? TAO : 0n);
  return { outcome, said: io.stdout.text + io.stderr.text };
}

describe('a transaction on a chain of this machine', () => {
  it('asks at a terminal, and shows what it asks about', async () => {
    const local = targetOf({
      client: chain.client,
      network: resolveNetwork(chain.net.url),
      typed: 'local',
      valuable: [],
    });
    expect(local.isAtStake).toBe(false);
    for (const quiet of [false, true]) {
      const no = await send(local, { typed: 'n\n', quiet });
      expect(no.outcome).toBe('declined');
      expect(no.said).toMatch(new RegExp(`transfer_keep_alive[^]*${bob.address}[^]*1 TAO[^]*Sign and send this\\?`));
    }
    expect((await send(local, { typed: 'y\n' })).outcome).toBe('sent');
    expect((await send(local, { typed: '', yes: true })).outcome).toBe('sent');
    expect((await send(local)).outcome).toBe('sent');
  });
});

describe('what a transaction shows before it is signed', () => {
  it('is in the JSON document, and beside it only with --verbose', async () => {
    const line = `wallet transfer --dest ${bob.address} --amount 1 --wallet.name alice`;
    expect((await chain.run(line)).err).toContain('Signed by');
    const { json, err } = await chain.run(`${line} --json`);
    expect(err).toBe('');
    expect(json).toMatchObject({ call: 'Balances.transfer_keep_alive', signer: alice.coldkey.address });
    expect((await chain.run(`${line} --json --verbose`)).err).toContain('Signed by');
  });

  it('and a chain that is not there is started at that port', async () => {
    const { code, err } = await run(['subnet', 'list', '--subtensor.network', 'ws://127.0.0.1:1'], {});
    expect([code, err]).toEqual([3, expect.stringContaining('localnet start --port 1 --detach starts')]);
  });
});

describe('a transaction where real value moves', () => {
  it('asks at a terminal, by whatever name the network was given', async () => {
    for (const name of ['finney', 'akatsuki', chain.net.url]) {
      const target = asFinney(name);
      expect(target.isAtStake).toBe(true);
      const no = await send(target, { typed: '\n' });
      expect(no).toMatchObject({
        outcome: 'declined',
        said: expect.stringContaining('on finney, where real value may move'),
      });
      expect((await send(target, { typed: 'yes\n' })).outcome).toBe('sent');
    }
  });

  it('needs --yes and the present name where nobody can be asked', async () => {
    expect((await send(asFinney('finney'))).outcome).toBe('needs_consent');
    expect((await send(asFinney('finney'), { yes: true })).outcome).toBe('sent');
    for (const name of ['akatsuki', 'mainnet', chain.net.url]) {
      expect((await send(asFinney(name))).outcome).toBe('old_name');
      expect((await send(asFinney(name), { yes: true })).outcome).toBe('old_name');
    }
  });

  it('is also what a chain is taken for that does not say it is for development, or is elsewhere', () => {
    const { client } = chain;
    const elsewhere = targetOf({ client, network: resolveNetwork('ws://10.0.0.1:9944'), typed: 'x', valuable: [] });
    expect(elsewhere.isAtStake).toBe(true);
    const silent = Object.create(client, { isLocal: { value: false } }) as typeof client;
    expect(
      targetOf({ client: silent, network: resolveNetwork(chain.net.url), typed: 'x', valuable: [] }).isAtStake,
    ).toBe(true);
  });
});

describe('a transaction that is waited for', () => {
  it('is named when the user stops waiting, and may be included later', async () => {
    await using manual = await CliOnChain.start('manual');
    const { coldkey } = await manual.wallet('carol', 0n);
    const funding = manual.client.devFund({ address: coldkey.address, amountRao: 100n * TAO });
    await manual.waitForPool();
    await manual.mine(1);
    await funding;
    const stop = new AbortController();
    const line = 'subnet register --wallet.name carol --json';
    const running = manual.run(line, { signal: stop.signal });
    await manual.waitForPool();
    const again = (await manual.json('subnet register --wallet.name carol --dry-run')) as { pending: number };
    expect(again.pending).toBe(1);
    const { out } = await manual.run('subnet register --wallet.name carol --dry-run');
    expect(out).toContain('1 transaction of this account waits in the pool');
    stop.abort();
    const { code, json } = await running;
    expect(code).toBe(130);
    const { error } = json as { error: { code: string; message: string; data: { hash: string } } };
    expect(error).toMatchObject({ code: 'interrupted', message: expect.stringContaining('may still be included') });
    expect(error.data.hash).toMatch(/^0x[0-9a-f]{64}$/);
    await manual.mine(1);
    expect(await manual.client.uidOf(1, keypairFromUri('//CliTest//carol//hot').address)).toBe(0);
  });

  it('ends well for many at once, from several command lines of the same wallets', async () => {
    const names = ['many1', 'many2', 'many3', 'many4'];
    for (const name of names) await chain.wallet(name, 100n);
    await Promise.all(names.map(name => chain.json(`register --wallet.name ${name}`)));
    // Two of each wallet at once; the client alone is tested with more.
    const all: Ran[] = [];
    for (let round = 0; round < 3; round++) {
      const lines = [...names, ...names].map(name => `stake add --amount 1 --wallet.name ${name} --json`);
      all.push(...(await Promise.all(lines.map(line => chain.run(line)))));
    }
    expect(all.map(({ code, out }) => (code === 0 ? code : out))).toEqual(all.map(() => 0));
    expect(new Set(all.map(({ json }) => json.hash)).size).toBe(all.length);
  });
});

describe('what an account cannot pay', () => {
  const payer = { address: bob.address, title: 'coldkey of wallet bob' };
  const nothing = { freeRao: 0n, reservedRao: 0n, frozenRao: 0n, transferableRao: 0n };
  const unstake = { call: 'SubtensorModule.remove_stake', feeRao: 7n, effect: { balanceRao: TAO, more: [] } };
  const check = (client: Partial<ChainClient>, exists: boolean, call = unstake.call) => {
    const own = { existentialDepositRao: () => 500n, takesWorkOfNewcomers: () => false, ...client } as ChainClient;
    return checkAffordable(own, payer, { ...unstake, call }, { ...nothing, exists }, {});
  };

  it('is an unstake only where it is sure that the fee is not taken out of the stake', () => {
    expect(check({ mayTakeFeeOfStake: () => true }, true)).toMatch(/may take it out of the stake/);
    expect(() => check({ mayTakeFeeOfStake: () => false }, true)).toThrow(/are missing; nothing was signed/);
  });

  it('is anything where it does not exist, but work where that is enough', () => {
    const missing = { mayTakeFeeOfStake: () => true };
    expect(() => check(missing, false)).toThrow(
      `has no account on this chain yet, so nothing that it signs is taken, even without a fee: it must hold at least 0.0000005 TAO (bittensor-cli wallet transfer --dest ${bob.address} --amount 0.0000005)`,
    );
    expect(() => check({ ...missing, isLocal: true }, false)).toThrow(`bittensor-cli localnet fund ${bob.address} 1`);
    const work = { ...missing, takesWorkOfNewcomers: () => true };
    expect(() => check(work, false, 'SubtensorModule.register')).toThrow(/are missing/);
    expect(() => check(work, false)).toThrow(/has no account/);
  });
});

describe('work that comes too late', () => {
  it('is searched again more often where blocks are fast', () => {
    expect([12_000, 6_000, 1_000, 100, 0].map(triesOn)).toEqual([5, 10, 40, 40, 40]);
    expect(triesOn(120_000)).toBe(4);
  });
});

describe('an address of another network', () => {
  it("is refused everywhere, with the same key's address of this one", async () => {
    const foreign = encodeAddress(bob.publicKey, 0);
    for (const line of [
      `transfer --amount 1 --dest ${foreign}`,
      `stake add --amount 1 --hotkey-ss58 ${foreign}`,
      `stake list --wallet.name alice --coldkey-ss58 ${foreign}`,
      `stake add --amount 1 --wallet.hotkey ${foreign}`,
      `localnet fund ${foreign} 1 --url ${chain.net.url}`,
    ]) {
      const ran = await chain.run(`${line} ${line.startsWith('localnet') ? '' : '--wallet.name alice '}--json`);
      expect(ran.code, line).toBe(2);
      const { error } = ran.json as { error: { message: string } };
      expect(error.message, line).toContain('another network (ss58 prefix 0, not 42)');
      expect(error.message, line).toContain(bob.address);
    }
  });
});

describe('a call that the chain does not have', () => {
  it('is one clear line and exit code 4', async () => {
    const own = await ownMetadata();
    const edited = new EditedMetadata(own.metadata);
    for (const name of ['start_call', 'add_stake_limit']) edited.removeCall(`SubtensorModule.${name}`);
    edited.removeMethod('SwapRuntimeApi.sim_swap_tao_for_alpha');
    await using old = await FakeChain.start({ metadata: edited.bytes(), version: own.version });
    old.set('SubtensorModule.NetworksAdded', [1], true);
    old.set('System.Account', [alice.coldkey.address], { data: { free: 100n * TAO } });
    const env = { BT_WALLET_PATH: chain.wallets, BT_SUBTENSOR_CHAIN_ENDPOINT: old.url };
    await using client = await connect({ endpoints: [old.url] });
    expect(client.isLocal).toBe(false);
    for (const [line, call] of [
      ['subnet start --netuid 1 --wallet.name alice --yes', 'start_call'],
      ['stake add --amount 1 --max-price 2 --netuid 1 --wallet.name alice --yes', 'add_stake_limit'],
    ] as const) {
      const { code, out, err } = await run(line.split(' '), env);
      expect([code, out]).toEqual([4, '']);
      expect(err.trim().split('\n')).toHaveLength(1);
      expect(err).toMatch(new RegExp(`^bittensor-cli: .* does not have the call SubtensorModule.${call}`));
    }
    expect(old.submitted).toEqual([]);
  });

  it('and where value may be at stake, the subnet and the price must be said', async () => {
    const own = await ownMetadata();
    await using remote = await FakeChain.start(own);
    const env = { BT_WALLET_PATH: chain.wallets, BT_SUBTENSOR_CHAIN_ENDPOINT: remote.url };
    const { code, err } = await run(['register', '--wallet.name', 'alice', '--yes'], env);
    expect([code, err]).toEqual([2, expect.stringContaining('say --netuid and --max-cost')]);
    expect(remote.submitted).toEqual([]);
  });
});
