import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../bench/free-port.js';
import { BittensorError } from '../../src/base/index.js';
import { connect, type OwnChain, ownChainAt, reachOwnChain, stopLocalnet } from '../../src/chain/index.js';

const chains: OwnChain[] = [];
afterEach(async () => {
  for (const { dataFolder } of chains.splice(0)) {
    await stopLocalnet({ dataFolder });
    rmSync(dirname(dataFolder), { recursive: true, force: true });
  }
});

const { signal } = new AbortController();

async function freshOwn(): Promise<OwnChain> {
  const own = ownChainAt([`ws://127.0.0.1:${await freePort()}`], mkdtempSync(join(tmpdir(), 'own-chain-')))!;
  chains.push(own);
  return own;
}

describe('where a program starts a chain of its own', () => {
  it('is a single unencrypted address of this machine', () => {
    const at = (...endpoints: string[]) => ownChainAt(endpoints, '/data');
    expect(at('ws://localhost')).toEqual({
      url: 'ws://localhost',
      host: '127.0.0.1',
      port: 80,
      dataFolder: join('/data', 'chain-80'),
    });
    expect(at('ws://[::1]:9944')).toMatchObject({ host: '::1', port: 9944 });
    for (const other of ['wss://127.0.0.1:9944', 'ws://192.0.2.1:9944', 'ws://node.example']) {
      expect(at(other)).toBeUndefined();
    }
    expect(at('ws://127.0.0.1:9944', 'ws://127.0.0.1:9945')).toBeUndefined();
    expect(at()).toBeUndefined();
  });
});

describe('a chain that a program starts for itself', () => {
  it('is started again when it has ended before it was reached', async () => {
    const own = await freshOwn();
    let starts = 0;
    const reach = async () => {
      // What a busy machine does to a client that takes long to load.
      if (starts === 1) await stopLocalnet({ dataFolder: own.dataFolder });
      return connect({ endpoints: [own.url], signal });
    };
    await using client = await reachOwnChain(own, reach, { signal, onStarted: () => starts++ });
    expect(client.isLocal).toBe(true);
    expect(starts).toBe(2);
  });

  it('is one chain, whoever of several starts it', async () => {
    const own = await freshOwn();
    let starts = 0;
    const reach = () => connect({ endpoints: [own.url], signal });
    const onStarted = () => starts++;
    const clients = await Promise.all([1, 2, 3].map(() => reachOwnChain(own, reach, { signal, onStarted })));
    await Promise.all(clients.map(client => client.close()));
    expect(starts).toBe(1);
  });

  it('is given up after some tries, and at once where something else listens', async () => {
    const own = await freshOwn();
    let tries = 0;
    const never = async () => {
      tries += 1;
      throw new BittensorError('chain_unreachable', 'nobody answers');
    };
    await expect(reachOwnChain(own, never, { signal })).rejects.toThrow('nobody answers');
    expect(tries).toBe(4);
    const web = createServer((_, answer) => answer.end('a page')).listen(0, '127.0.0.1');
    await new Promise(resolve => web.once('listening', resolve));
    const taken = ownChainAt([`ws://127.0.0.1:${(web.address() as AddressInfo).port}`], own.dataFolder)!;
    const reach = () => connect({ endpoints: [taken.url], signal });
    await expect(reachOwnChain(taken, reach, { signal })).rejects.toMatchObject({ code: 'foreign_chain' });
    web.close();
  });
});
