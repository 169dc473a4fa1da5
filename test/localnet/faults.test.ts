import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { FaultDice, NO_FAULTS } from '../../localnet/engine/rpc/server/faults.js';
import { pollUntil } from '../../src/base/index.js';
import { EngineProcess, type Listening, openSocket, type Socket } from './engine-process.js';
import { temporaryFolder } from './fixture.js';

let engine: Listening;
let folder: ReturnType<typeof temporaryFolder>;

beforeAll(async () => {
  folder = temporaryFolder();
  engine = await EngineProcess.start(folder.path, ['--block-time', 'manual']);
});

afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const ask = (client: Socket, id: number | string, method = 'system_name') =>
  client.send({ jsonrpc: '2.0', id, method, params: [] });
const heard = (client: Socket) => client.received.map(({ id }) => id);
const until = (what: string, check: () => boolean) =>
  pollUntil(what, { withinMs: 30_000, everyMs: 10 }, () => (check() ? true : undefined));

describe('faults', () => {
  it('lose the same answers for the same seed, about as many as asked for, and none of dev methods', async () => {
    const lost = async () => {
      await engine.rpc('dev_setFaults', { drop: 0.3, seed: 42 });
      using client = await openSocket(engine.url);
      for (let id = 0; id < 200; id++) ask(client, id);
      // Answers come in order.
      await until('the last to have had its turn', () => {
        ask(client, 'more', 'dev_status');
        return heard(client).filter(id => id === 'more').length > 3 && heard(client).length > 100;
      });
      return heard(client).filter(id => id !== 'more');
    };
    const first = await lost();
    expect(await lost()).toEqual(first);
    expect(first.length).toBeGreaterThan(110);
    expect(first.length).toBeLessThan(170);
    await engine.rpc('dev_setFaults', null);
  });

  it('delay answers and notifications, in their order, and end with null', async () => {
    expect(await engine.rpc('dev_setFaults', { delayMs: 300 })).toEqual({ ...NO_FAULTS, delayMs: 300 });
    expect(await engine.rpc('dev_faults')).toMatchObject({ delayMs: 300 });
    using client = await openSocket(engine.url);
    const started = performance.now();
    ask(client, 1, 'chain_subscribeNewHeads');
    ask(client, 2);
    await until('the answers', () => client.received.length === 3);
    expect(performance.now() - started).toBeGreaterThan(290);
    expect(heard(client)).toEqual([1, undefined, 2]);
    // Dev methods are not late, and a post is.
    const [dev, other] = [performance.now(), 0];
    await engine.rpc('dev_status');
    const took = performance.now() - dev;
    const late = performance.now();
    await engine.rpc('system_name');
    expect(performance.now() - late).toBeGreaterThan(Math.max(290, other));
    expect(took).toBeLessThan(290);
    await engine.rpc('dev_newBlock');
    expect(await engine.rpc('dev_setFaults', null)).toBeNull();
    expect(await engine.rpc('dev_faults')).toBeNull();
    ask(client, 3);
    await until('the rest', () => client.received.length === 5);
    expect(heard(client)).toEqual([1, undefined, 2, undefined, 3]);
  });

  it('cut connections now, or a while after they began', async () => {
    using now = await openSocket(engine.url);
    const gone = once(now.socket, 'close');
    await engine.rpc('dev_setFaults', { cut: true });
    expect((await gone)[0]).toBe(1006);
    expect(await engine.rpc('dev_faults')).toBeNull();
    using before = await openSocket(engine.url);
    await engine.rpc('dev_setFaults', { cutAfterMs: 100 });
    using after = await openSocket(engine.url);
    await Promise.all([before, after].map(({ socket }) => once(socket, 'close')));
    await engine.rpc('dev_setFaults', null);
    using whole = await openSocket(engine.url);
    await engine.rpc('dev_setFaults', { cutAfterMs: 60_000 });
    await engine.rpc('dev_setFaults', {});
    ask(whole, 1);
    await until('an answer', () => whole.received.length === 1);
  });

  it('refuse websockets and posts, but not those that could end it', async () => {
    using open = await openSocket(engine.url);
    await engine.rpc('dev_setFaults', { refuse: true });
    const socket = new WebSocket(engine.url);
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toMatch(/hang up|ECONNRESET/);
    await expect(engine.rpc('system_name')).rejects.toThrow();
    // What is open stays so.
    ask(open, 1);
    await until('an answer', () => open.received.length === 1);
    await engine.rpc('dev_setFaults', null);
    expect(await engine.rpc('system_name')).toBe('bittensor-node localnet');
  });

  it.each([
    [{ drop: 2 }],
    [{ delayMs: -1 }],
    [{ delayMs: '5' }],
    [{ refuse: 1 }],
    [{ cutAfterMs: 0 }],
    [{ dorp: 1 }],
    [7],
    [[1, 2]],
  ])('of a wrong kind are refused: %j', async faults => {
    await expect(engine.rpc('dev_setFaults', faults)).rejects.toThrow('Invalid params');
    expect(await engine.rpc('dev_faults')).toBeNull();
  });
});

describe('the dice', () => {
  it.each([0, 0.01, 0.5, 0.99, 1])('fall as often as they should: %d', drop => {
    const dice = new FaultDice();
    dice.set({ ...NO_FAULTS, drop, seed: 7 });
    let lost = 0;
    for (let i = 0; i < 20_000; i++) if (dice.drops()) lost++;
    expect(Math.abs(lost / 20_000 - drop)).toBeLessThan(0.01);
  });
});
