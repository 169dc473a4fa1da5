import { beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../../src/net/gen/bittensor.js';
import { ClientSession, type ClientSessionOptions } from '../../../src/net/session/client-session.js';
import { MemoryBudget } from '../../../src/net/session/memory.js';
import { PROTOCOL_VERSION } from '../../../src/net/wire/version.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';
import { bytes, callOf, clientOptions, MIB, network } from './helpers.js';
import { memoryStreams } from './memory-stream.js';
import { RawPeer } from './raw-peer.js';

beforeAll(() => ready());

const challenge = {
  version: PROTOCOL_VERSION,
  challenge: new Uint8Array(32).fill(5),
  hotkey: key(1).publicKey,
  time: 1_790_000_000_000_000,
  network,
};
const welcome = { version: PROTOCOL_VERSION, requests: 4, inlineBytes: 256 * 1024, bodyBytes: 64 * MIB };
const replyHead = { returnCode: 1, message: '', parameterVersion: 0, time: 0, length: 0, signature: new Uint8Array(0) };
const reply = (id: number, length: number, body = bytes(length)): Partial<Frame> => ({
  id,
  reply: { ...replyHead, length },
  body,
});

function connect(options: Partial<ClientSessionOptions> = {}): {
  peer: RawPeer;
  session: ClientSession;
  memory: MemoryBudget;
} {
  const [near, far] = memoryStreams();
  const memory = options.memory ?? new MemoryBudget(64 * MIB);
  const session = new ClientSession(near, clientOptions({ memory, ...options }));
  return { peer: new RawPeer(far), session, memory };
}

async function opened(options: Partial<ClientSessionOptions> = {}): Promise<ReturnType<typeof connect>> {
  const connected = connect(options);
  connected.peer.send({ challenge });
  await connected.peer.next(frame => frame.hello !== undefined);
  connected.peer.send({ welcome });
  await connected.session.opened;
  return connected;
}

describe('a caller', () => {
  it('answers a server of a later minor version in the version that both speak', async () => {
    const { peer } = connect();
    peer.send({ challenge: { ...challenge, version: '2.7.0' } });
    const frame = await peer.next(candidate => candidate.hello !== undefined);
    expect(frame.hello?.version).toBe(PROTOCOL_VERSION);
  });
});

describe('a caller opens no session', () => {
  it.each<[string, Partial<Frame>, string]>([
    ['with another neuron', { challenge: { ...challenge, hotkey: key(3).publicKey } }, 'another neuron'],
    ['on another network', { challenge: { ...challenge, network: new Uint8Array(0) } }, 'another network'],
    ['of another version', { challenge: { ...challenge, version: '1.0.0' } }, 'version'],
    ['on a short challenge', { challenge: { ...challenge, challenge: new Uint8Array(16) } }, '16 bytes'],
    ['on no challenge', { challenge: { ...challenge, challenge: new Uint8Array(0) } }, '0 bytes'],
    ['on a welcome without a challenge', { welcome }, 'not due'],
    ['on a reply', reply(1, 5), 'never made'],
  ])('%s', async (_what, frame, reason) => {
    const { peer, session } = connect();
    const call = session.call(callOf(bytes(3)));
    peer.send(frame);
    await expect(session.opened).rejects.toThrow(reason);
    await expect(call).rejects.toMatchObject({ sent: false });
    expect(peer.frames.some(sent => sent.request !== undefined || sent.hello !== undefined)).toBe(false);
  });

  it('with who says nothing', async () => {
    const { session } = connect({ limits: { helloMs: 20 } });
    await expect(session.opened).rejects.toMatchObject({ returnCode: 'Timeout' });
  });
});

describe('a server that breaks the rules loses the session, and every call has one outcome', () => {
  it.each<[string, (peer: RawPeer) => void, string]>([
    ['a second challenge', peer => peer.send({ challenge }), 'second challenge'],
    ['a second welcome', peer => peer.send({ welcome }), 'not due'],
    ['a reply to what was never asked', peer => peer.send(reply(9, 5)), 'never made'],
    ['a reply shorter than stated', peer => peer.send(reply(1, 5, bytes(4))), '4 bytes of a reply that states 5'],
    ['a large reply at once', peer => peer.send(reply(1, MIB)), 'waited for no credit'],
    ['a body before its reply', peer => peer.send({ id: 1, body: bytes(5) }), 'without a reply'],
    ['credit that nothing waits for', peer => peer.send({ id: 1, credit: 5 }), 'none to wait for'],
    [
      'a second reply head',
      peer => {
        peer.send(reply(1, MIB, new Uint8Array(0)));
        peer.send(reply(1, MIB, new Uint8Array(0)));
      },
      'second reply',
    ],
    ['noise', peer => peer.sendBytes(Uint8Array.of(1, 2, 3)), 'rules'],
    ['a request', peer => Array.from({ length: 2_000 }, () => peer.send({ id: 1, draining: true })), 'without content'],
  ])('by %s', async (_what, act, reason) => {
    const { peer, session, memory } = await opened();
    const calls = [session.call(callOf(bytes(5))), session.call(callOf(bytes(5)))];
    await peer.next(frame => frame.id === 2);
    act(peer);
    for (const call of calls) await expect(call).rejects.toMatchObject({ returnCode: 'InvalidResponse', sent: true });
    await expect(Promise.race(calls)).rejects.toThrow(reason);
    await peer.settle();
    expect([memory.used, session.active]).toEqual([0, 0]);
  });

  it('by more of a reply than was granted', async () => {
    const { peer, session, memory } = await opened({ limits: { windowBytes: 64 * 1024 } });
    const call = session.call(callOf(bytes(5)));
    await peer.next(frame => frame.id === 1);
    peer.send(reply(1, MIB, new Uint8Array(0)));
    expect((await peer.next(frame => frame.credit > 0)).credit).toBe(64 * 1024);
    peer.send({ id: 1, body: bytes(64 * 1024 + 1) });
    await expect(call).rejects.toThrow('granted');
    expect(memory.used).toBe(0);
  });
});

describe('a caller with a slow or odd server', () => {
  it('asks no more at a time than it was granted, and the others wait for their turn', async () => {
    const { peer, session } = await opened();
    const calls = Array.from({ length: 10 }, (_, i) => session.call(callOf(bytes(5, i))));
    await peer.settle();
    expect(peer.frames.filter(frame => frame.request).length).toBe(4);
    for (let id = 1; id <= 10; id++) {
      await peer.next(frame => frame.id === id);
      peer.send(reply(id, 1));
    }
    await Promise.all(calls);
  });

  it('gives up by its deadline, tells the server, and takes no late reply', async () => {
    const { peer, session } = await opened();
    await expect(session.call(callOf(bytes(5), { timeoutMs: 500 }))).rejects.toMatchObject({
      returnCode: 'Timeout',
      sent: true,
    });
    expect((await peer.next(frame => frame.cancel !== 0)).cancel).toBe(2);
    peer.send(reply(1, 5));
    const next = session.call(callOf(bytes(5)));
    await peer.next(frame => frame.id === 2);
    peer.send(reply(2, 6));
    expect((await next).body.length).toBe(6);
  });

  it('loses its patience with replies to what it gave up', async () => {
    const { peer, session } = await opened();
    await expect(session.call(callOf(bytes(5), { timeoutMs: 500 }))).rejects.toMatchObject({ returnCode: 'Timeout' });
    for (let i = 0; i < 3; i++) peer.send(reply(1, 200 * 1024));
    expect(await peer.whyClosed()).toContain('which is over');
  });

  it('gives up in the middle of a reply that stops, and its memory is free', async () => {
    const { peer, session, memory } = await opened();
    const call = session.call(callOf(bytes(5), { timeoutMs: 1_000 }));
    await peer.next(frame => frame.id === 1);
    peer.send(reply(1, MIB, new Uint8Array(0)));
    await peer.next(frame => frame.credit > 0);
    peer.send({ id: 1, body: bytes(1_000) });
    await expect(call).rejects.toMatchObject({ returnCode: 'Timeout' });
    expect(memory.used).toBe(0);
  });

  it('gives up a reply larger than it takes, and keeps the session', async () => {
    const { peer, session } = await opened({ limits: { bodyBytes: MIB } });
    const call = session.call(callOf(bytes(5)));
    await peer.next(frame => frame.id === 1);
    peer.send(reply(1, 2 ** 40, new Uint8Array(0)));
    await expect(call).rejects.toMatchObject({ returnCode: 'TooLarge' });
    await peer.next(frame => frame.cancel !== 0);
    expect(session.usable).toBe(true);
  });

  it('takes the code of a request that the server gives up, but never success', async () => {
    const { peer, session } = await opened();
    const calls = [session.call(callOf(bytes(5))), session.call(callOf(bytes(5)))];
    await peer.next(frame => frame.id === 2);
    peer.send({ id: 1, cancel: 4 });
    peer.send({ id: 2, cancel: 1 });
    await expect(calls[0]).rejects.toMatchObject({ returnCode: 'Unavailable', sent: true });
    await expect(calls[1]).rejects.toMatchObject({ returnCode: 'UnknownException' });
  });

  it('does not send a body larger than the server takes', async () => {
    const { peer, session } = await opened({ limits: { bodyBytes: 256 * MIB } });
    const call = session.call(callOf(new Uint8Array(65 * MIB)));
    await expect(call).rejects.toMatchObject({ returnCode: 'TooLarge', sent: false });
    expect(peer.frames.some(frame => frame.request)).toBe(false);
  });

  it('stops sending a large body when the reply comes early', async () => {
    const { peer, session } = await opened();
    const call = session.call(callOf(bytes(8 * MIB)));
    await peer.next(frame => frame.request !== undefined);
    peer.send({ id: 1, credit: MIB });
    await peer.next(frame => frame.body.length > 0);
    peer.send({ id: 1, reply: { ...replyHead, returnCode: 3 } });
    expect((await call).head.returnCode).toBe(3);
    await peer.settle();
    const sent = peer.frames.reduce((sum, frame) => sum + frame.body.length, 0);
    expect(sent).toBeLessThanOrEqual(MIB);
  });
});
