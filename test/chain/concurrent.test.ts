import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtModule } from '../../src/base/index.js';
import { type ChainClient, connect, type Localnet, startLocalnet } from '../../src/chain/index.js';
import { generateMnemonic, keypairFromMnemonic, keypairFromUri, ready } from '../../src/wallet/index.js';
import { temporaryFolder } from './helpers.js';

const KEYS = ['//Alice', '//Bob', '//Charlie', '//Dave'];
const EACH = 50;

/** Another process that sends `count` transfers of 1 rao more than the existential deposit from each key at once. */
function sender(url: string, friend: string, count: number) {
  const [chain, wallet] = ['chain', 'wallet'].map(
    name => builtModule(import.meta.url, `../../src/${name}/index.js`).href,
  );
  const script = `
    import { connect } from ${JSON.stringify(chain)};
    import { keypairFromUri, ready } from ${JSON.stringify(wallet)};
    await ready();
    const client = await connect({ endpoints: [${JSON.stringify(url)}] });
    const sent = await Promise.all(${JSON.stringify(KEYS)}.flatMap(uri => {
      const signer = keypairFromUri(uri);
      return Array.from({ length: ${count} }, () =>
        client.transfer({ to: ${JSON.stringify(friend)}, amountRao: 1000n, signer, timeoutMs: 120_000 }));
    }));
    process.stdout.write(sent.map(({ hash }) => hash).join());
    await client.close();
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', data => {
    out += String(data);
  });
  return once(child, 'close').then(([code]) => ({ code: code as number, hashes: out.split(',') }));
}

describe('many transactions at once', () => {
  const folder = temporaryFolder();
  let net: Localnet;
  let client: ChainClient;

  beforeAll(async () => {
    await ready();
    net = await startLocalnet({ port: 0, dataFolder: folder.path, blockTime: 100, detached: false });
    client = await connect({ endpoints: [net.url] });
  });

  afterAll(async () => {
    await client?.close();
    await net?.stop();
    folder[Symbol.dispose]();
  });

  it('all arrive, two hundred of them from four keys', async () => {
    const friend = keypairFromMnemonic(generateMnemonic()).address;
    const sent = await Promise.all(
      KEYS.flatMap(uri => {
        const signer = keypairFromUri(uri);
        return Array.from({ length: EACH }, () => client.transfer({ to: friend, amountRao: 1_000n, signer }));
      }),
    );
    expect(new Set(sent.map(({ hash }) => hash)).size).toBe(KEYS.length * EACH);
    expect(await client.balanceRao(friend)).toBe(BigInt(KEYS.length * EACH) * 1_000n);
  });

  it('all arrive when two processes share the keys', async () => {
    const friend = keypairFromMnemonic(generateMnemonic()).address;
    const ended = await Promise.all([sender(net.url, friend, EACH / 2), sender(net.url, friend, EACH / 2)]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(new Set(ended.flatMap(({ hashes }) => hashes)).size).toBe(KEYS.length * EACH);
    expect(await client.balanceRao(friend)).toBe(BigInt(KEYS.length * EACH) * 1_000n);
  });
});
