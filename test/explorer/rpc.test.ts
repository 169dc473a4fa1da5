import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Rpc } from '../../src/explorer/data/rpc.js';

interface Sent {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A browser's websocket, at whose other end the test sits. */
class Socket {
  static readonly OPEN = 1;
  static all: Socket[] = [];
  readyState = 0;
  readonly sent: Sent[] = [];
  onopen = () => {};
  onclose = () => {};
  onmessage = (_: { data: string }) => {};

  constructor(readonly url: string) {
    Socket.all.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Sent);
  }

  open(): void {
    this.readyState = Socket.OPEN;
    this.onopen();
  }

  close(): void {
    this.readyState = 3;
    this.onclose();
  }

  /** Answers the newest request of this method. */
  async answer(method: string, what: { result: unknown } | { error: unknown }, at = -1): Promise<void> {
    const request = this.sent.filter(one => one.method === method).at(at);
    if (!request) throw new Error(`nobody asked for ${method}`);
    this.onmessage({ data: JSON.stringify({ jsonrpc: '2.0', id: request.id, ...what }) });
    await vi.advanceTimersByTimeAsync(0);
  }

  tell(subscription: string, result: unknown): void {
    this.onmessage({ data: JSON.stringify({ jsonrpc: '2.0', method: 'head', params: { subscription, result } }) });
  }

  count(method: string): number {
    return this.sent.filter(one => one.method === method).length;
  }
}

const NAMES = ['subscribe', 'unsubscribe'] as const;
const newest = () => Socket.all.at(-1)!;

describe('the connection of the page', () => {
  const before = globalThis.WebSocket;
  beforeEach(() => {
    vi.useFakeTimers();
    Socket.all = [];
    globalThis.WebSocket = Socket as unknown as typeof WebSocket;
  });
  afterEach(() => {
    vi.useRealTimers();
    globalThis.WebSocket = before;
  });

  it('asks again for a subscription that a busy node refused', async () => {
    const rpc = new Rpc('ws://127.0.0.1:9');
    const heard: unknown[] = [];
    rpc.subscribe(NAMES, [], item => heard.push(item));
    rpc.start();
    newest().open();
    await newest().answer('subscribe', { error: { code: -32_000, message: 'busy' } });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(newest().count('subscribe')).toBe(2);
    await newest().answer('subscribe', { result: 's' });
    newest().tell('s', 1);
    expect(heard).toEqual([1]);
    rpc.stop();
  });

  it('keeps one subscription where the connection ended before the first was answered', async () => {
    const rpc = new Rpc('ws://127.0.0.1:9');
    const heard: unknown[] = [];
    rpc.subscribe(NAMES, [], item => heard.push(item));
    rpc.start();
    newest().open();
    newest().close();
    await vi.advanceTimersByTimeAsync(250);
    expect(Socket.all).toHaveLength(2);
    newest().open();
    expect(newest().count('subscribe')).toBe(2);
    await newest().answer('subscribe', { result: 'a' }, 0);
    await newest().answer('subscribe', { result: 'b' }, 1);
    expect(newest().sent.at(-1)).toMatchObject({ method: 'unsubscribe', params: ['b'] });
    newest().tell('a', 1);
    newest().tell('b', 2);
    expect(heard).toEqual([1]);
    rpc.stop();
  });

  it('ends a connection that says nothing any more, and opens another', async () => {
    const rpc = new Rpc('ws://127.0.0.1:9');
    rpc.start();
    newest().open();
    // A word keeps it.
    await vi.advanceTimersByTimeAsync(15_000);
    await newest().answer('system_chain', { result: 'Local' });
    expect([Socket.all.length, rpc.state]).toEqual([1, 'open']);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(newest().count('system_chain')).toBe(2);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(rpc.state).toBe('closed');
    await vi.advanceTimersByTimeAsync(250);
    expect(Socket.all).toHaveLength(2);
    rpc.stop();
  });

  it('stays with a node that answers others while one question takes too long', async () => {
    const rpc = new Rpc('ws://127.0.0.1:9');
    rpc.start();
    newest().open();
    const slow = rpc.call('slow').catch((error: unknown) => error);
    const quick = rpc.call('quick');
    await vi.advanceTimersByTimeAsync(10_000);
    await newest().answer('quick', { result: 1 });
    expect(await quick).toBe(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await slow).toMatchObject({ code: 'timeout' });
    expect([Socket.all.length, rpc.state]).toEqual([1, 'open']);
    rpc.stop();
  });

  it('says of a state that the node forgot what a reader understands', async () => {
    const rpc = new Rpc('ws://127.0.0.1:9');
    rpc.start();
    newest().open();
    const old = rpc.call('old').catch((error: unknown) => error);
    const message = 'Client error: UnknownBlock: State already discarded for 0x00';
    await newest().answer('old', { error: { code: 4003, message } });
    expect(await old).toMatchObject({ code: 'rpc', message: 'the node keeps no state of this block any more' });
    rpc.stop();
  });

  it('asks reads again after a reconnection, and gives up at their deadline', async () => {
    const rpc = new Rpc('ws://127.0.0.1:9');
    rpc.start();
    newest().open();
    const read = rpc.call('read', [1]);
    newest().close();
    await vi.advanceTimersByTimeAsync(250);
    newest().open();
    await newest().answer('read', { result: 7 });
    expect(await read).toBe(7);
    const late = rpc.call('late').catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await late).toMatchObject({ code: 'timeout' });
    rpc.stop();
  });
});
