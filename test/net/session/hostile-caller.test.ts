import { beforeAll, describe, expect, it } from 'vitest';
import { HELLO_LIFE_MS, signHello } from '../../../src/net/auth/hello.js';
import { RequestError } from '../../../src/net/errors.js';
import type { Frame, Hello } from '../../../src/net/gen/bittensor.js';
import type { Incoming } from '../../../src/net/incoming.js';
import { MemoryBudget } from '../../../src/net/session/memory.js';
import { type ServedSession, type ServeOptions, serveSession } from '../../../src/net/session/serve-session.js';
import { PROTOCOL_VERSION } from '../../../src/net/wire/version.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';
import { bytes, MIB, network, requestHead, serveOptions, serverKeyHash } from './helpers.js';
import { memoryStreams } from './memory-stream.js';
import { RawPeer } from './raw-peer.js';

beforeAll(() => ready());

const now = 1_790_000_000_000;
const clock = { nowMs: () => now };

interface Served {
  readonly peer: RawPeer;
  readonly server: ServedSession;
  readonly memory: MemoryBudget;
  readonly handled: Incoming[];
}

/** A server, and a caller who says what the test says. */
function serve(options: Partial<ServeOptions> = {}): Served {
  const [near, far] = memoryStreams();
  const memory = options.memory ?? new MemoryBudget(64 * MIB);
  const peer = new RawPeer(near);
  const handled: Incoming[] = [];
  const inner = options.handler ?? serveOptions().handler;
  const handler = (incoming: Incoming) => {
    handled.push(incoming);
    return inner(incoming);
  };
  const server = serveSession(far, serveOptions({ memory, clock, ...options, handler }));
  return { peer, server, memory, handled };
}

async function helloFor(peer: RawPeer, fields: Partial<Hello> & { keyHash?: Uint8Array } = {}): Promise<Hello> {
  const { challenge } = await peer.next(frame => frame.challenge !== undefined);
  const { keyHash = serverKeyHash, ...rest } = fields;
  const content = { caller: key(2).publicKey, network, expiry: now * 1000 + 30_000_000, ...rest };
  const signed = { ...content, server: key(1).publicKey, serverKeyHash: keyHash, challenge: challenge!.challenge };
  return { version: PROTOCOL_VERSION, ...content, signature: rest.signature ?? signHello(key(2), signed) };
}

async function opened(options: Partial<ServeOptions> = {}): Promise<Served> {
  const served = serve(options);
  served.peer.send({ hello: await helloFor(served.peer) });
  await served.peer.next(frame => frame.welcome !== undefined);
  return served;
}

const request = (id: number, length: number, body = bytes(length)): Partial<Frame> => ({
  id,
  request: requestHead({ length }),
  body,
});

const large = (id: number, length: number): Partial<Frame> => ({ id, request: requestHead({ length }) });

describe('a hello', () => {
  it('that is right opens the session', async () => {
    const { server } = await opened();
    expect(server.caller).toBeDefined();
  });

  it('of a later minor version is welcomed in the version that both speak', async () => {
    const { peer } = serve();
    peer.send({ hello: { ...(await helloFor(peer)), version: '2.7.0' } });
    const frame = await peer.next(candidate => candidate.welcome !== undefined);
    expect(frame.welcome?.version).toBe(PROTOCOL_VERSION);
  });

  it.each<[string, Partial<Hello> & { keyHash?: Uint8Array }, string]>([
    ['was made for another certificate, as a relayed one is', { keyHash: new Uint8Array(32).fill(8) }, 'signature'],
    ['names another caller than signed', { caller: key(3).publicKey }, 'signature'],
    ['is of another network', { network: new Uint8Array(32).fill(1) }, 'another network'],
    ['has no network', { network: new Uint8Array(0) }, 'another network'],
    ['expired', { expiry: now * 1000 }, 'expired'],
    ['counts too long', { expiry: (now + HELLO_LIFE_MS + 1) * 1000 }, 'more than'],
    ['has no signature', { signature: new Uint8Array(0) }, '0 bytes'],
    ['has a short signature', { signature: new Uint8Array(63).fill(1) }, '63 bytes'],
    ['has a signature of zeros', { signature: new Uint8Array(64) }, 'signature'],
    ['has no caller', { caller: new Uint8Array(0) }, 'no caller'],
    ['speaks another version', { version: '1.0.0' }, 'version'],
  ])('is refused when it %s', async (_what, fields, reason) => {
    const { peer, server } = serve();
    const hello = await helloFor(peer, fields);
    peer.send({ hello: { ...hello, ...(fields.version ? { version: fields.version } : {}) } });
    expect(await peer.whyClosed()).toContain(reason);
    expect(peer.reason).toBeInstanceOf(RequestError);
    expect(server.caller).toBeUndefined();
  });

  it('is refused when it is replayed on another stream of the same server', async () => {
    const first = serve();
    const captured = await helloFor(first.peer);
    first.peer.send({ hello: captured });
    await first.peer.next(frame => frame.welcome !== undefined);
    const second = serve();
    await second.peer.next(frame => frame.challenge !== undefined);
    second.peer.send({ hello: captured });
    expect(await second.peer.whyClosed()).toContain('signature');
  });

  it('is refused by who may not have a session, with the reason', async () => {
    const { peer, handled } = serve({ authorize: async () => new RequestError('SenderUnknown', 'not registered') });
    peer.send({ hello: await helloFor(peer) });
    expect(await peer.whyClosed()).toBe('not registered');
    expect(handled.length).toBe(0);
  });

  it('counts as forged when its signature is wrong, and is not looked at where the caller may not have a session', async () => {
    let forged = 0;
    const onForged = () => {
      forged++;
    };
    const first = serve({ onForged });
    const hello = await helloFor(first.peer);
    const wrong = { ...hello, signature: hello.signature.map(byte => byte ^ 1) };
    first.peer.send({ hello: wrong });
    expect(await first.peer.whyClosed()).toContain('signature');
    expect(forged).toBe(1);
    const second = serve({ onForged, greet: () => new RequestError('SenderUnknown', 'not registered') });
    second.peer.send({ hello: { ...(await helloFor(second.peer)), signature: wrong.signature } });
    expect(await second.peer.whyClosed()).toBe('not registered');
    expect(forged).toBe(1);
  });

  it('that does not come in time ends the stream', async () => {
    const { peer, server } = serve({ limits: { helloMs: 20 } });
    await server.closed;
    expect(await peer.whyClosed()).toContain('no hello');
  });
});

describe('a caller that breaks the rules loses its session', () => {
  it.each<[string, (peer: RawPeer, hello: Hello) => void, string]>([
    ['a request before the hello', peer => peer.send(request(1, 5)), 'before the welcome'],
    ['a hello with an id', (peer, hello) => peer.send({ id: 1, hello }), 'before the welcome'],
    ['noise', peer => peer.sendBytes(Uint8Array.of(255, 255, 255)), 'not a Frame'],
    ['nothing', peer => peer.sendBytes(new Uint8Array(0)), 'before the welcome'],
  ])('by %s', async (_what, act, reason) => {
    const { peer, handled } = serve();
    const hello = await helloFor(peer);
    act(peer, hello);
    expect(await peer.whyClosed()).toContain(reason);
    expect(handled.length).toBe(0);
  });

  it('by a request while it is decided whether it may have a session', async () => {
    let decide!: (refusal: undefined) => void;
    const { peer, handled } = serve({
      authorize: () =>
        new Promise(resolve => {
          decide = resolve;
        }),
    });
    peer.send({ hello: await helloFor(peer) });
    peer.send(request(1, 5));
    expect(await peer.whyClosed()).toContain('before the welcome');
    decide(undefined);
    await peer.settle();
    expect(handled.length).toBe(0);
  });

  const highest = Buffer.from([0x08, 0x01, 0x40, ...new Array(9).fill(0xff), 0x01]);
  it.each<[string, (peer: RawPeer) => void | Promise<void>, string]>([
    ['a second hello', async peer => peer.send({ hello: await helloFor(peer) }), 'does not send now'],
    [
      'a welcome',
      peer => peer.send({ welcome: { version: '', requests: 1, inlineBytes: 1, bodyBytes: 1 } }),
      'not send',
    ],
    ['an id that does not count up', peer => peer.send(request(2, 5)), 'request 2 after request 0'],
    ['the id 0', peer => peer.send(request(0, 5)), 'request 0 after'],
    [
      'an id used again',
      peer => {
        peer.send(request(1, 5));
        peer.send(request(1, 5));
      },
      'request 1 after request 1',
    ],
    ['a body for an id that was never used', peer => peer.send({ id: 7, body: bytes(3) }), 'never made'],
    ['credit for an id that was never used', peer => peer.send({ id: 7, credit: 1 }), 'never made'],
    ['a cancel for an id that was never used', peer => peer.send({ id: 7, cancel: 36 }), 'never made'],
    ['a body shorter than stated', peer => peer.send(request(1, 5, bytes(4))), '4 bytes with a head that states 5'],
    ['a body longer than stated', peer => peer.send(request(1, 5, bytes(6))), '6 bytes with a head'],
    ['a large body at once', peer => peer.send(request(1, 300 * 1024)), 'with a head that states'],
    ['credit beyond 2^63', peer => peer.sendBytes(highest), 'not a Frame'],
    [
      'a head that names a caller',
      peer => peer.send({ id: 1, request: requestHead({ caller: key(3).publicKey }) }),
      'names its caller',
    ],
    [
      'parts without credit',
      peer => {
        peer.send(large(1, MIB));
        peer.send({ id: 1, body: bytes(10) });
      },
      'waited for no credit',
    ],
    [
      'more requests than granted',
      peer => void Array.from({ length: 129 }, (_, i) => peer.send(request(i + 1, 5))),
      'more than 128',
    ],
  ])('by %s', async (_what, act, reason) => {
    // A handler that only ends when it has to.
    const { peer, server, memory } = await opened({
      handler: incoming =>
        new Promise((_, reject) => incoming.signal.addEventListener('abort', () => reject(incoming.signal.reason))),
    });
    await act(peer);
    expect(await peer.whyClosed()).toContain(reason);
    await server.closed;
    await peer.settle();
    expect(memory.used).toBe(0);
  });

  it('by more of a body than was granted', async () => {
    const { peer, memory } = await opened({ limits: { windowBytes: 64 * 1024 } });
    peer.send(large(1, 4 * MIB));
    await peer.next(frame => frame.credit > 0);
    peer.send({ id: 1, body: bytes(64 * 1024 + 1) });
    expect(await peer.whyClosed()).toMatch(/granted/);
    await peer.settle();
    expect(memory.used).toBe(0);
  });

  it('by more of a body than its length', async () => {
    const { peer } = await opened();
    peer.send(large(1, 300_000));
    await peer.next(frame => frame.credit > 0);
    peer.send({ id: 1, body: bytes(200_000) });
    peer.send({ id: 1, body: bytes(200_000) });
    expect(await peer.whyClosed()).toContain('granted');
  });

  it('by a body in crumbs', async () => {
    const { peer, memory } = await opened();
    peer.send(large(1, MIB));
    await peer.next(frame => frame.credit > 0);
    for (let i = 0; i < 200; i++) peer.send({ id: 1, body: bytes(1) });
    expect(await peer.whyClosed()).toContain('crumbs');
    await peer.settle();
    expect(memory.used).toBe(0);
  });

  it('by credit in crumbs, which would make it a flood of parts', async () => {
    const { peer } = await opened({ handler: async () => ({ head: replyHead, body: bytes(MIB) }) });
    peer.send(request(1, 5));
    await peer.next(frame => frame.reply !== undefined);
    for (let i = 0; i < 200; i++) peer.send({ id: 1, credit: 1 });
    expect(await peer.whyClosed()).toContain('crumbs');
    expect(peer.frames.filter(frame => frame.body.length > 0).length).toBe(0);
  });

  it('by a flood of cancelled requests, of which few run at a time', async () => {
    let running = 0;
    let most = 0;
    const { peer } = await opened({
      handler: async () => {
        running++;
        most = Math.max(most, running);
        await new Promise(resolve => setTimeout(resolve, 50));
        running--;
        return { head: replyHead, body: bytes(1) };
      },
    });
    for (let id = 1; id <= 3_000; id++) {
      peer.send(request(id, 5));
      peer.send({ id, cancel: 36 });
    }
    expect(await peer.whyClosed()).toMatch(/given up|say nothing/);
    expect(most).toBeLessThanOrEqual(256);
  });

  it('by a flood of frames that say nothing', async () => {
    const { peer } = await opened();
    for (let i = 0; i < 3_000; i++) peer.send({});
    expect(await peer.whyClosed()).toContain('say nothing');
  });
});

const replyHead = { returnCode: 1, message: '', parameterVersion: 0, time: 0, length: 0, signature: new Uint8Array(0) };

describe('a caller within the rules', () => {
  it('is refused one request, and keeps the session, for a body that is larger than any', async () => {
    const { peer, handled } = await opened();
    peer.send(large(1, 2 ** 52));
    const { reply } = await peer.next(frame => frame.reply !== undefined);
    expect(reply).toMatchObject({ returnCode: 35, length: 0 });
    expect(handled.length).toBe(0);
    peer.send(request(2, 5));
    expect((await peer.next(frame => frame.id === 2)).reply).toMatchObject({ returnCode: 1, length: 5 });
  });

  it('gets no credit before the handler asks for the body', async () => {
    let ask!: () => void;
    const asked = new Promise<void>(resolve => {
      ask = resolve;
    });
    const { peer, memory } = await opened({
      handler: async incoming => {
        await asked;
        return { head: replyHead, body: (await incoming.body()).subarray(0, 3) };
      },
    });
    peer.send(large(1, MIB));
    await peer.settle();
    expect(peer.frames.some(frame => frame.credit > 0)).toBe(false);
    expect(memory.used).toBe(0);
    ask();
    expect((await peer.next(frame => frame.credit > 0)).credit).toBe(MIB);
    expect(memory.used).toBe(MIB);
  });

  it('may still send what was granted when the answer comes early, and no more', async () => {
    let answer!: () => void;
    const waits = new Promise<void>(resolve => {
      answer = resolve;
    });
    const { peer } = await opened({
      handler: async incoming => {
        incoming.body().catch(() => {});
        await waits;
        throw new RequestError('Backoff', 'changed my mind');
      },
    });
    peer.send(large(1, MIB));
    await peer.next(frame => frame.credit > 0);
    answer();
    await peer.next(frame => frame.reply !== undefined);
    for (let i = 0; i < 4; i++) peer.send({ id: 1, body: bytes(256 * 1024) });
    peer.send(request(2, 5));
    await peer.next(frame => frame.id === 2 && frame.reply !== undefined);
    peer.send({ id: 1, body: bytes(1) });
    expect(await peer.whyClosed()).toContain('waited for no credit');
  });

  it('is told that the time is over when a handler does not end, and its late answer goes nowhere', async () => {
    let end!: () => void;
    const { peer, memory, server } = await opened({
      handler: async incoming => {
        await incoming.body();
        await new Promise<void>(resolve => {
          end = resolve;
        });
        return { head: replyHead, body: bytes(9) };
      },
    });
    peer.send({ id: 1, request: requestHead({ length: 5, timeoutMs: 500 }), body: bytes(5) });
    await expect.poll(() => peer.frames.find(frame => frame.reply)?.reply?.returnCode).toBe(2);
    expect(memory.used).toBe(5);
    end();
    await peer.settle();
    expect(peer.frames.filter(frame => frame.reply).length).toBe(1);
    expect([memory.used, server.active]).toEqual([0, 0]);
  });

  it('that stops in the middle of a body is given up at its deadline, and its memory is free', async () => {
    const { peer, memory } = await opened();
    peer.send({ id: 1, request: requestHead({ length: MIB, timeoutMs: 1_000 }) });
    await peer.next(frame => frame.credit > 0);
    peer.send({ id: 1, body: bytes(100_000) });
    await expect.poll(() => peer.frames.find(frame => frame.reply)?.reply?.returnCode).toBe(2);
    await peer.settle();
    expect(memory.used).toBe(0);
  });

  it('that announces much and sends little fills no memory', async () => {
    const { peer, memory } = await opened({ memory: new MemoryBudget(512 * MIB), limits: { heldBytes: 512 * MIB } });
    const before = process.memoryUsage().rss;
    for (let id = 1; id <= 8; id++) peer.send({ id, request: requestHead({ length: 128 * MIB, timeoutMs: 60_000 }) });
    for (let id = 1; id <= 4; id++) {
      await peer.next(frame => frame.id === id && frame.credit > 0);
      peer.send({ id, body: bytes(256 * 1024) });
    }
    await peer.settle();
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * MIB);
    // The others wait for memory: they got no credit, so nothing of them can come.
    expect(peer.frames.filter(frame => frame.id > 4).length).toBe(0);
    peer.stream.destroy();
    await expect.poll(() => memory.used).toBe(0);
  });

  it('that gives no credit for its reply is given up at its deadline', async () => {
    const { peer, memory, server } = await opened({ handler: async () => ({ head: replyHead, body: bytes(MIB) }) });
    peer.send({ id: 1, request: requestHead({ length: 1, timeoutMs: 1_000 }), body: bytes(1) });
    await peer.next(frame => frame.reply !== undefined);
    expect(memory.used).toBe(MIB);
    await expect.poll(() => peer.frames.find(frame => frame.cancel !== 0)?.cancel).toBe(2);
    expect([memory.used, server.active]).toEqual([0, 0]);
  });

  it('that leaves takes its requests with it', async () => {
    const { peer, memory, server, handled } = await opened({
      handler: async incoming => {
        await incoming.body();
        return new Promise((_, reject) =>
          incoming.signal.addEventListener('abort', () => reject(incoming.signal.reason)),
        );
      },
    });
    peer.send(request(1, 1_000));
    peer.send(large(2, MIB));
    await peer.next(frame => frame.credit > 0);
    peer.stream.destroy();
    await server.closed;
    await peer.settle();
    expect(handled[0]!.signal.reason).toMatchObject({ returnCode: 'Cancelled' });
    expect(memory.used).toBe(0);
  });
});
