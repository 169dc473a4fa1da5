import { ApiPromise, WsProvider } from '@polkadot/api';
import { Keyring } from '@polkadot/keyring';
import type { KeyringPair } from '@polkadot/keyring/types';
import { cryptoWaitReady } from '@polkadot/util-crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { pollUntil } from '../../src/base/index.js';
import { EngineProcess, openSocket, type Socket } from './engine-process.js';
import { temporaryFolder } from './fixture.js';
import { names } from './toy-chain.js';

const ACCOUNTS = 10;
const PER_ACCOUNT = 50;
const CONNECTIONS = 8;
const TAO = 1_000_000_000n;

interface Watched {
  sender: KeyringPair;
  hex: string;
  socket: Socket;
  id: number;
}

/** The same shuffle each time. */
function shuffled<T>(items: readonly T[]): T[] {
  let seed = 7;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  return items
    .map(item => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

const immortal = ({ genesisHash, runtimeVersion }: ApiPromise, nonce: number) => ({
  nonce,
  genesisHash,
  blockHash: genesisHash,
  runtimeVersion,
});

/** What each subscription of a socket heard, by the id of the request that began it. */
function outcomes({ received }: Socket): Map<number, { refused?: { code: number }; statuses: string[] }> {
  const byRequest = new Map<number, { refused?: { code: number }; statuses: string[] }>();
  const bySubscription = new Map<string, string[]>();
  for (const message of received) {
    const { id, result, error, params } = message as {
      id?: number;
      result?: string;
      error?: { code: number };
      params?: { subscription: string; result: string };
    };
    if (id !== undefined) {
      const statuses: string[] = [];
      byRequest.set(id, { statuses, ...(error && { refused: error }) });
      if (result !== undefined) bySubscription.set(result, statuses);
    } else if (params) bySubscription.get(params.subscription)!.push(...names([params.result as 'ready']));
  }
  return byRequest;
}

beforeAll(async () => {
  await cryptoWaitReady();
});

describe('500 watched transactions at once', () => {
  it.each([
    ['instant', []],
    ['200', []],
    ['200', ['--finality-lag', '3']],
  ])(
    'have 500 outcomes with --block-time %s %j',
    async (blockTime, more) => {
      using folder = temporaryFolder();
      await using engine = await EngineProcess.start(folder.path, ['--block-time', blockTime, ...more]);
      const provider = new WsProvider(engine.url);
      await using api = Object.assign(await ApiPromise.create({ provider: provider as never, noInitWarn: true }), {
        [Symbol.asyncDispose]: () => provider.disconnect(),
      });
      const keyring = new Keyring({ type: 'sr25519' });
      const senders = Array.from({ length: ACCOUNTS }, (_, i) => keyring.addFromUri(`//Watched//${i}`));
      for (const { address } of senders) await engine.rpc('dev_fund', address, String(100n * TAO));
      const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => openSocket(engine.url)));
      using _closing = { [Symbol.dispose]: () => sockets.forEach(socket => void socket[Symbol.dispose]()) };

      const target = keyring.addFromUri('//Watched//target').address;
      const transfer = api.tx.balances!.transferKeepAlive!(target, TAO / 100n);
      const sign = (sender: KeyringPair, nonce: number) => transfer.sign(sender, immortal(api, nonce)).toHex();
      const all = senders.flatMap(sender =>
        Array.from({ length: PER_ACCOUNT }, (_, nonce) => ({ sender, hex: sign(sender, nonce) })),
      );
      const sent = shuffled(all).map((item, id): Watched => ({ ...item, id, socket: sockets[id % CONNECTIONS]! }));
      for (const { socket, id, hex } of sent) {
        socket.send({ jsonrpc: '2.0', id, method: 'author_submitAndWatchExtrinsic', params: [hex] });
      }
      const ended = ['finalized', 'invalid', 'dropped', 'usurped', 'finalityTimeout'];
      const heard = await pollUntil('all outcomes', { withinMs: 90_000, everyMs: 200 }, () => {
        const byRequest = new Map(sockets.flatMap(socket => [...outcomes(socket)]));
        const over = [...byRequest.values()].filter(
          ({ refused, statuses }) => refused || ended.includes(statuses.at(-1) ?? ''),
        );
        return over.length === sent.length ? byRequest : undefined;
      });
      for (const { refused, statuses } of heard.values()) {
        expect(refused).toBeUndefined();
        // Those that came too early have waited; nobody hears a step twice.
        expect(statuses.filter(status => status !== 'future')).toEqual(['ready', 'broadcast', 'inBlock', 'finalized']);
        expect(statuses.lastIndexOf('future')).toBeLessThan(1);
      }
      for (const { address } of senders) {
        expect(await engine.rpc('system_accountNextIndex', address)).toBe(PER_ACCOUNT);
      }
      expect(await engine.rpc('dev_status')).toMatchObject({ ready: 0, future: 0 });
    },
    180_000,
  );

  it('end one way or another when they cannot all be included', async () => {
    using folder = temporaryFolder();
    await using engine = await EngineProcess.start(folder.path, ['--block-time', '200']);
    const provider = new WsProvider(engine.url);
    await using api = Object.assign(await ApiPromise.create({ provider: provider as never, noInitWarn: true }), {
      [Symbol.asyncDispose]: () => provider.disconnect(),
    });
    const keyring = new Keyring({ type: 'sr25519' });
    const sender = keyring.addFromUri('//Watched//tight');
    // Enough for some only: the rest is valid when it comes, and not when its turn is.
    await engine.rpc('dev_fund', sender.address, String(TAO));
    using socket = await openSocket(engine.url);
    const target = keyring.addFromUri('//Watched//target').address;
    const transfer = api.tx.balances!.transferAllowDeath!(target, TAO / 10n);
    const count = 30;
    const cases: { hex: string; nonce: number; tip: number }[] = [];
    for (let nonce = 0; nonce < count; nonce++) {
      for (const tip of nonce % 5 === 0 ? [0, 1_000_000] : [0]) {
        cases.push({ nonce, tip, hex: transfer.sign(sender, { ...immortal(api, nonce), tip }).toHex() });
      }
    }
    cases.forEach(({ hex }, id) => {
      socket.send({ jsonrpc: '2.0', id, method: 'author_submitAndWatchExtrinsic', params: [hex] });
    });
    const ended = ['finalized', 'invalid', 'dropped', 'usurped'];
    const heard = await pollUntil('all outcomes', { withinMs: 60_000, everyMs: 200 }, () => {
      const byRequest = outcomes(socket);
      const over = [...byRequest.values()].filter(
        ({ refused, statuses }) => refused || ended.includes(statuses.at(-1) ?? ''),
      );
      return over.length === cases.length ? byRequest : undefined;
    });
    const lasts = [...heard.values()].map(({ refused, statuses }) => refused?.code ?? statuses.at(-1));
    expect(lasts.filter(last => last === 'usurped').length).toBeGreaterThan(0);
    expect(lasts.filter(last => last === 'finalized').length).toBeGreaterThan(5);
    expect(await engine.rpc('dev_status')).toMatchObject({ ready: 0, future: 0 });
  }, 120_000);
});
