import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BittensorError, takeLock, toHex } from '../../src/base/index.js';
import { createMetagraph, type LocalStatus, type Neuron } from '../../src/chain/index.js';
import {
  announcedFinding,
  foundReachability,
  peersFinding,
  portFinding,
  portState,
} from '../../src/cli/commands/doctor/axon.js';
import { localFindings, membershipFindings, unreachedFinding } from '../../src/cli/commands/doctor/chain.js';
import { clockFindings } from '../../src/cli/commands/doctor/clock.js';
import type { Finding } from '../../src/cli/commands/doctor/finding.js';
import { lockFinding, walletFindings } from '../../src/cli/commands/doctor/keys.js';
import {
  backendFinding,
  diskFinding,
  diskSpaceFinding,
  memoryFinding,
  nodeFinding,
} from '../../src/cli/commands/doctor/machine.js';
import { Axon } from '../../src/net/index.js';
import { type Keypair, keypairFromUri, openWallet, ready, type WalletDescription } from '../../src/wallet/index.js';
import { CliOnChain, run } from './on-chain.js';

let folder: string;
beforeAll(() => ready());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const states = (findings: readonly Finding[]) => findings.map(({ check, state }) => `${check}: ${state}`);
/** What is not well says what to do. */
function expectRemedies(findings: readonly Finding[]): void {
  for (const { state, remedy, text } of findings) {
    if (state === 'ok') expect(remedy, text).toBeUndefined();
    else expect(remedy, text).toMatch(/\w{3}/);
  }
}

describe('what the doctor says of the machine', () => {
  it('knows which versions of Node.js have holes', () => {
    expect(nodeFinding('v20.20.2').state).toBe('ok');
    expect(nodeFinding('v24.14.1').state).toBe('ok');
    for (const version of ['v18.20.0', 'v20.11.1', 'v20.20.1', 'v22.22.1', 'v24.0.0', 'v21.7.3']) {
      expect(nodeFinding(version), version).toMatchObject({
        state: 'problem',
        remedy: expect.stringMatching(/use|install/),
      });
    }
  });

  it('warns of little memory and disk before there is too little', () => {
    expect([4_096, 800, 100].map(mib => memoryFinding(mib * 2 ** 20).state)).toEqual(['ok', 'warning', 'problem']);
    expect([9_000, 900, 90].map(mib => diskSpaceFinding('/data', mib * 2 ** 20).state)).toEqual([
      'ok',
      'warning',
      'problem',
    ]);
    expectRemedies([memoryFinding(1), diskSpaceFinding('/data', 1)]);
  });

  it('looks at the disk of a folder that is not there yet, and finds one that cannot be', async () => {
    expect(['ok', 'warning']).toContain((await diskFinding(join(folder, 'a', 'b'))).state);
    expect(await diskFinding('/proc/1/nowhere')).toMatchObject({
      check: 'disk',
      state: expect.stringMatching(/problem/),
    });
    writeFileSync(join(folder, 'no-folder'), '');
    expect(await diskFinding(join(folder, 'no-folder', 'node'))).toMatchObject({
      state: 'problem',
      text: expect.stringContaining('a part of the path is a file'),
    });
  });

  it('says which backend there is, and that one is not', async () => {
    expect(await backendFinding('wasm')).toMatchObject({ state: 'ok', text: 'models compute on wasm' });
    expect(await backendFinding('gpu')).toMatchObject({ state: 'problem' });
  });
});

describe('what the doctor says of the clock', () => {
  const well = { nowMs: 1e12, chainMs: 1e12 - 5_000, blockTimeMs: 12_000, isLocal: false, peersMs: [100, -100, 50] };

  it('is content with a clock that agrees', () => {
    expect(states(clockFindings(well))).toEqual(['clock: ok', 'chain clock: ok']);
    expect(clockFindings({ ...well, chainMs: undefined, peersMs: [] })).toEqual([]);
  });

  it('finds one that is ahead of or behind the peers, whatever a single peer says', () => {
    expect(clockFindings({ ...well, peersMs: [90_000, 91_000, 0] })[0]).toMatchObject({
      state: 'problem',
      text: expect.stringContaining('90.0 s behind'),
    });
    expect(clockFindings({ ...well, peersMs: [-5_000] })[0]).toMatchObject({
      state: 'warning',
      text: expect.stringContaining('ahead of'),
    });
    expect(clockFindings({ ...well, peersMs: [1e9, 10, -20] })[0]!.state).toBe('ok');
  });

  it('finds blocks of the future and of the past, and leaves a local chain its own time', () => {
    const future = { ...well, chainMs: well.nowMs + 60_000 };
    expect(clockFindings(future).at(-1)!.state).toBe('problem');
    expect(clockFindings({ ...future, isLocal: true }).at(-1)!.state).toBe('warning');
    const past = { ...well, chainMs: well.nowMs - 3_600_000 };
    expect(clockFindings(past).at(-1)!.state).toBe('warning');
    expect(clockFindings({ ...past, isLocal: true }).at(-1)!.state).toBe('ok');
    expectRemedies([...clockFindings(future), ...clockFindings(past)]);
  });
});

describe('what the doctor says of the keys', () => {
  const key = { file: '/w/coldkey', address: '5F', form: 'nacl', encrypted: true, warnings: [] } as const;
  const whole: WalletDescription = {
    name: 'alice',
    folder: '/w',
    coldkey: key,
    hotkeys: [{ ...key, form: 'json', encrypted: false, name: 'default', endorsement: 'valid' } as never],
    warnings: [],
  };
  const look = (wallet: Partial<WalletDescription>, isLocal = false) =>
    walletFindings({ describe: () => ({ ...whole, ...wallet }), name: 'alice', hotkey: 'default', isLocal });

  it('is content with an encrypted coldkey and an open hotkey', () => {
    expect(states(look({}))).toEqual(['coldkey: ok', 'hotkey: ok']);
  });

  it('finds what is missing, open, damaged, encrypted or not the word of the coldkey', () => {
    const none = { coldkey: undefined, hotkeys: [] };
    expect(states(look(none))).toEqual(['wallet: problem']);
    expect(states(look(none, true))).toEqual(['wallet: ok']);
    expect(states(look({ hotkeys: [] }))).toEqual(['coldkey: ok', 'hotkey: problem']);
    expect(states(look({ hotkeys: [] }, true))).toEqual(['coldkey: ok', 'hotkey: ok']);
    expect(states(look({ coldkey: undefined }))).toEqual(['coldkey: warning', 'hotkey: ok']);
    expect(states(look({ coldkey: { ...key, encrypted: false } }))).toEqual(['coldkey: warning', 'hotkey: ok']);
    expect(states(look({ coldkey: { ...key, form: 'unknown' } }))).toEqual(['coldkey: problem', 'hotkey: ok']);
    const [hotkey] = whole.hotkeys;
    expect(states(look({ hotkeys: [{ ...hotkey!, form: 'none' }] }))).toEqual(['coldkey: ok', 'hotkey: problem']);
    expect(states(look({ hotkeys: [{ ...hotkey!, encrypted: true }] }))).toEqual(['coldkey: ok', 'hotkey: warning']);
    expect(states(look({ hotkeys: [{ ...hotkey!, endorsement: 'bad' }] }))).toEqual([
      'coldkey: ok',
      'hotkey: ok',
      'hotkey: warning',
    ]);
    expectRemedies([...look(none), ...look({ hotkeys: [] }), ...look({ coldkey: { ...key, form: 'unknown' } })]);
  });

  it('does not send anyone to make a key again that only cannot be read', () => {
    const path = join(folder, 'loop');
    symlinkSync(path, path);
    const [hotkey] = whole.hotkeys;
    const unread = { ...key, file: path, form: 'unknown' } as const;
    const found = [
      ...look({ coldkey: unread, hotkeys: [{ ...hotkey!, file: path, form: 'unknown' }] }),
      ...look({ coldkey: undefined, hotkeys: [], folder: path }, true),
    ];
    const forbidden = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    const describe_ = () => {
      throw forbidden;
    };
    const [finding] = walletFindings({ describe: describe_, name: 'alice', hotkey: 'default', isLocal: true });
    expect(finding).toMatchObject({ state: 'problem', remedy: expect.stringMatching(/^let it belong to the user/) });
    symlinkSync(join(folder, '5G.lock'), join(folder, '5G.lock'));
    found.push(lockFinding(folder, '5G')!);
    expect(states(found)).toEqual(['coldkey: problem', 'hotkey: problem', 'wallet: problem', 'key lock: problem']);
    for (const { text, remedy } of found) {
      expect(text).toContain('cannot be read: its links lead in a circle');
      expect(remedy).toMatch(/^let it belong to the user/);
    }
  });

  it('finds files that others may read, in a real wallet, with the command that mends it', async () => {
    const wallet = openWallet({ name: 'real', path: folder });
    await wallet.createColdkey();
    await wallet.createHotkey('default');
    chmodSync(wallet.keyFile('coldkey'), 0o644);
    const found = walletFindings({ describe: wallet.describe, name: 'real', hotkey: 'default', isLocal: true });
    expect(found.find(({ check }) => check === 'key files')).toMatchObject({
      state: 'warning',
      text: expect.stringContaining('0644'),
      remedy: expect.stringContaining('chmod 600'),
    });
  });

  it('tells of a folder that is no wallet', () => {
    writeFileSync(join(folder, 'file'), '');
    const describe_ = () => openWallet({ name: 'x', path: join(folder, 'file') }).describe();
    const found = walletFindings({ describe: describe_, name: 'x', hotkey: 'default', isLocal: false });
    expect(found[0]!.state).toBe('problem');
  });

  it('says whether a neuron of this machine has the hotkey in use', () => {
    expect(lockFinding(folder, undefined)).toBeUndefined();
    expect(lockFinding(folder, '5F')!.text).toMatch(/^no neuron/);
    const taken = takeLock(join(folder, '5F.lock'));
    expect(lockFinding(folder, '5F')!.text).toContain(`process ${process.pid}`);
    if ('release' in taken) taken.release();
    expect(lockFinding(folder, '5F')!.text).toMatch(/^no neuron/);
  });
});

describe('what the doctor says of the chain', () => {
  it('says what to do where nothing answers, and where something else does', () => {
    const refused = new Error('connect ECONNREFUSED');
    const foreign = new BittensorError('foreign_chain', 'a web server, not a chain node');
    expect(unreachedFinding(foreign, 'ws://127.0.0.1:80', true).state).toBe('problem');
    expect(unreachedFinding(refused, 'ws://127.0.0.1:9944', true)).toMatchObject({
      state: 'warning',
      remedy: expect.stringContaining('localnet start --port 9944'),
    });
    expect(unreachedFinding(refused, 'wss://far.example:443', false).state).toBe('problem');
  });

  it('reads the state of a local chain', () => {
    const status = {
      pid: 7,
      dataFolder: '/data',
      blockTime: 250,
      number: 10,
      finalizedNumber: 10,
      ready: 0,
      future: 0,
    };
    const found = (other: Partial<LocalStatus>) => states(localFindings({ ...status, ...other } as LocalStatus));
    expect(found({})).toEqual(['local chain: ok']);
    expect(found({ blockTime: 'manual' })).toEqual(['local chain: ok', 'local chain: warning']);
    expect(found({ future: 3 })).toEqual(['local chain: ok', 'local chain: warning']);
    expect(found({ number: 900 })).toEqual(['local chain: ok', 'local chain: warning']);
  });

  it('finds out about subnet, registration, stake and permit', () => {
    const alice = keypairFromUri('//Alice');
    const head = { netuid: 3, block: 5, blockHash: '0x00', token: 'TAO', tempo: 10, lastEpochBlock: 0 } as const;
    const metagraph = createMetagraph(head, [neuron(alice)]);
    const facts = { netuid: 3, metagraph, hotkey: alice.address, isLocal: false, burnTao: 1.5 };
    expect(states(membershipFindings(facts))).toEqual(['subnet: ok', 'registration: ok', 'stake: warning']);
    const stranger = { ...facts, hotkey: keypairFromUri('//Bob').address };
    expect(membershipFindings(stranger).at(-1)).toMatchObject({
      state: 'problem',
      remedy: expect.stringContaining('costs 1.5 TAO'),
    });
    expect(membershipFindings({ ...stranger, isLocal: true }).at(-1)!.state).toBe('ok');
    expect(states(membershipFindings({ ...facts, metagraph: undefined }))).toEqual(['subnet: problem']);
    expect(states(membershipFindings({ ...facts, hotkey: undefined }))).toEqual(['subnet: ok']);
  });
});

describe('what the doctor says of the axon', () => {
  let server: Server;
  let axon: Axon;
  const signer = keypairFromUri;
  beforeAll(async () => {
    await ready();
    server = createServer(socket => socket.destroy());
    await new Promise<void>(resolve => server.listen(0, '0.0.0.0', resolve));
    axon = new Axon({ signer: signer('//DoctorAxon'), host: '0.0.0.0' });
    axon.attach({ forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }) });
    await axon.start();
  });
  afterAll(async () => {
    await axon.stop();
    server.close();
  });

  it('tells a free port from one of another program and from its own axon', async () => {
    const { signal } = new AbortController();
    const { port } = server.address() as { port: number };
    const own = signer('//DoctorAxon').address;
    expect(await portState(port, own, signal)).toBe('taken');
    expect(await portState(axon.port, own, signal)).toBe('ours');
    expect(await portState(axon.port, signer('//Bob').address, signal)).toBe('taken');
    expect(await portState(axon.port, undefined, signal)).toBe('taken');
    const free = createServer();
    await new Promise<void>(resolve => free.listen(0, '0.0.0.0', resolve));
    const { port: freed } = free.address() as { port: number };
    await new Promise(resolve => free.close(resolve));
    expect(await portState(freed, own, signal)).toBe('free');
  });

  it('says what each of them means', () => {
    expect(portFinding(1, 'ours', true).state).toBe('ok');
    expect(portFinding(1, 'free', false).state).toBe('ok');
    expect(portFinding(1, 'free', true).state).toBe('warning');
    expect(portFinding(1, 'taken', true).state).toBe('problem');
    expect(portFinding(80, 'forbidden', true).state).toBe('problem');
    expectRemedies([portFinding(1, 'taken', true), portFinding(1, 'free', true), portFinding(1, 'forbidden', false)]);
  });

  it('compares the announced address with those of the machine', () => {
    const at = (host: string | undefined, isLocal = false) =>
      announcedFinding({
        announced: host === undefined ? undefined : { host, port: 8091 },
        isLocal,
        own: ['10.0.0.7'],
      });
    expect(at('10.0.0.7').state).toBe('ok');
    expect(at('203.0.113.5')).toMatchObject({ state: 'warning', remedy: expect.stringContaining('external_ip') });
    expect(at('127.0.0.1').state).toBe('problem');
    expect(at('127.0.0.1', true).state).toBe('ok');
    expect(at(undefined).state).toBe('warning');
  });

  it('passes on what peers found', () => {
    expect(foundReachability('reachable', '2 of 2 peers reach this axon').state).toBe('ok');
    expect(foundReachability('unreachable', 'No peer reaches it: refused; open the port')).toMatchObject({
      state: 'problem',
      text: 'No peer reaches it: refused',
      remedy: 'open the port',
    });
    expect(foundReachability('unknown', 'Nobody could say').state).toBe('warning');
    expect([peersFinding(0, 0), peersFinding(3, 0), peersFinding(3, 2)].map(({ state }) => state)).toEqual([
      'warning',
      'warning',
      'ok',
    ]);
  });
});

describe('bittensor-cli doctor', () => {
  it('works where there is neither a chain nor a wallet, and finds that to be no problem of a local set-up', async () => {
    const { code, json } = await document(`doctor --json --wallet.path ${folder}/w --data ${folder}/d`, {
      BT_SUBTENSOR_CHAIN_ENDPOINT: 'ws://127.0.0.1:1',
    });
    expect(code).toBe(0);
    expect(stateOf(json, 'chain')).toBe('warning');
    expect(stateOf(json, 'wallet')).toBe('ok');
    expect(stateOf(json, 'node')).toBe('ok');
  });

  it('ends with 1 where a wallet is missing on a network that is not of this machine, and says what to do', async () => {
    // This machine, by an address that does not say so; nobody listens there.
    const env = { BT_SUBTENSOR_CHAIN_ENDPOINT: 'ws://[::ffff:127.0.0.1]:1' };
    const { code, out } = await run(
      `doctor --wallet.name alice --wallet.path ${folder}/w --data ${folder}/d`.split(' '),
      env,
    );
    expect(code).toBe(1);
    expect(out).toMatch(/^problem +chain: /m);
    expect(out).toMatch(/^problem +wallet: there is no wallet "alice"/m);
    expect(out).toContain('what to do: bittensor-cli wallet create --wallet.name alice');
  });

  it('walks a whole local set-up: a chain, a registered hotkey with an axon that answers, and shows no secret', async () => {
    await using chain = await CliOnChain.start();
    const { coldkey, hotkey } = await chain.wallet('alice');
    const axon = new Axon({ signer: hotkey, host: '0.0.0.0' });
    axon.attach({ forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }) });
    const port = await axon.start();
    try {
      await chain.client.burnedRegister({ netuid: 1, hotkey: hotkey.address, signer: coldkey });
      await chain.client.serveAxon({ netuid: 1, ip: '127.0.0.1', port, signer: hotkey });
      mkdirSync(join(folder, 'd', 'slots', 'default'), { recursive: true });
      const place = { url: 'http://127.0.0.1:1', pid: process.pid };
      writeFileSync(join(folder, 'd', 'slots', 'default', 'observe.json'), JSON.stringify(place));
      const { code, json, out } = await chain.run(`doctor --json --wallet.name alice --data ${folder}/d`);
      expect(json['worst']).toBe('warning');
      expect(code).toBe(0);
      for (const check of ['chain', 'local chain', 'subnet', 'registration', 'announced address', 'axon port']) {
        expect(stateOf(json, check), check).toBe('ok');
      }
      expect(stateOf(json, 'stake')).toBe('warning');
      expect(stateOf(json, 'peers')).toBe('warning');
      expect(stateOf(json, 'chain clock')).toBe('ok');
      expect(stateOf(json, 'own nodes')).toBe('warning');
      expect(out).not.toContain(Buffer.from(hotkey.exportSecrets().privateKey).toString('hex'));
      expect(out).not.toMatch(/mnemonic|secretPhrase|privateKey/i);
      await axon.stop();
      const { json: after } = await chain.run(`doctor --json --wallet.name alice --data ${folder}/d`);
      expect(stateOf(after, 'axon port')).toBe('warning');
    } finally {
      await axon.stop();
    }
  }, 60_000);
});

async function document(line: string, env: Record<string, string>) {
  const { code, out } = await run(line.split(' '), env);
  return { code, json: JSON.parse(out) as Record<string, unknown> };
}

function stateOf(json: Record<string, unknown>, check: string): string | undefined {
  return (json['findings'] as Finding[]).find(finding => finding.check === check)?.state;
}

function neuron({ address, publicKey }: Keypair): Neuron {
  return {
    uid: 0,
    hotkey: address,
    hotkeyHex: toHex(publicKey),
    hotkeyBytes: publicKey,
    coldkey: address,
    stakeRao: 5_000_000_000n,
    ...{ rank: 0, trust: 0, consensus: 0, incentive: 0, dividends: 0, validatorTrust: 0, emissionRao: 0n },
    ...{ lastUpdate: 0, active: true, validatorPermit: false, axon: undefined },
  };
}
