import { randomBytes } from 'node:crypto';
import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Closing, concat, fromHex, pollUntil, sleep } from '../../../src/base/index.js';
import { keyText, requestDigest, signDigest } from '../../../src/net/auth/signed.js';
import { TensorMessage } from '../../../src/net/gen/bittensor.js';
import { Axon, type AxonOptions, Dendrite, floatTensor, type Peer } from '../../../src/net/index.js';
import { tensorsDigest } from '../../../src/net/wire/digest.js';
import { openUnary } from '../../../src/net/wire/messages.js';
import { defaultTensorLimits } from '../../../src/net/wire/tensor.js';
import { PROTOCOL_VERSION } from '../../../src/net/wire/version.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';
import { RawChannels } from '../raw-channels.js';
import { sealRequest } from '../sealed.js';

beforeAll(() => ready());

let closing = new Closing();
afterEach(async () => {
  await closing.close();
  closing = new Closing();
});

const input = floatTensor(Float32Array.of(1, 2, 3, 4), [2, 2]);
let served = 0;

/** An axon (key 1) that echoes, and what its honest peer (key 2) hears. */
async function target(limits: AxonOptions['limits'] = {}) {
  const axon = new Axon({ signer: key(1), host: '127.0.0.1', limits });
  const port = await axon.start();
  const dendrite = new Dendrite({ signer: key(2) });
  closing.add(() => axon.stop(100)).add(() => dendrite.close());
  served = 0;
  const echo = async ({ tensors }: { tensors: readonly (typeof input)[] }) => {
    served++;
    return { tensors, parameterVersion: 0 };
  };
  axon.attach('', { forward: echo, backward: echo });
  const peer: Peer = { hotkey: keyText(key(1).publicKey), host: '127.0.0.1', port };
  const honest = async () => (await dendrite.forward(peer, { tensors: [input], timeoutMs: 5_000 })).code;
  return { axon, port, peer, honest };
}

const channels = () => {
  const pool = new RawChannels({ channels: 4, messageBytes: 64 * 2 ** 20 });
  closing.add(() => pool.close());
  return pool;
};

/** Sends these bytes as a request; resolves with the refusal, or with the reply's code. */
async function sendRaw(pool: RawChannels, port: number, bytes: Uint8Array, path = '/Bittensor/Forward') {
  const address = { host: '127.0.0.1', port };
  return pool.call('', address, { path, bytes, timeoutMs: 5_000 }).then(
    reply => ({ returnCode: 'reply', message: TensorMessage.decode(reply) }),
    error => error as { returnCode: string; message: string },
  );
}

/** A request as key 2 sends it, with anything changed before or after signing. */
function request(change: { fields?: object; after?: (message: TensorMessage) => Partial<TensorMessage> } = {}) {
  const fields = {
    kind: 'forward' as const,
    receiver: key(1).publicKey,
    synapseKey: '',
    nonce: Date.now() * 1000 + Math.floor(Math.random() * 1000),
    parameterVersion: 0,
    tensors: [input],
    ...change.fields,
  };
  const message = TensorMessage.decode(sealRequest(key(2), fields).bytes);
  return TensorMessage.encode({ ...message, ...change.after?.(message) }).finish();
}

/** Signs whatever the message says, as a liar with a key of its own would. */
function signed(message: Partial<TensorMessage>): Uint8Array {
  const nonce = Date.now() * 1000;
  const base = TensorMessage.fromPartial({
    version: PROTOCOL_VERSION,
    neuronKey: keyText(key(2).publicKey),
    nonce,
    ...message,
  } as TensorMessage);
  const digest = requestDigest({
    kind: 'forward',
    caller: key(2).publicKey,
    receiver: key(1).publicKey,
    synapseKey: '',
    nonce,
    parameterVersion: 0,
    network: new Uint8Array(),
    tensors: tensorsDigest(base.tensors),
  });
  return TensorMessage.encode({ ...base, signature: signDigest(key(2), 'request', digest) }).finish();
}

describe('an axon refuses', () => {
  it('requests that are not signed, or by another key, or for another neuron, method or content', async () => {
    const { port, honest } = await target();
    const pool = channels();
    const code = async (bytes: Uint8Array, path?: string) => (await sendRaw(pool, port, bytes, path)).returnCode;
    expect(await code(request({ after: () => ({ signature: new Uint8Array(0) }) }))).toBe('Unauthenticated');
    expect(await code(request({ after: m => ({ signature: m.signature.subarray(0, 63) }) }))).toBe('Unauthenticated');
    expect(await code(request({ after: () => ({ signature: new Uint8Array(64) }) }))).toBe('Unauthenticated');
    expect(await code(request({ after: () => ({ signature: new Uint8Array(65) }) }))).toBe('InvalidRequest');
    expect(await code(request({ after: () => ({ neuronKey: keyText(key(3).publicKey) }) }))).toBe('Unauthenticated');
    expect(await code(request({ after: () => ({ neuronKey: 'Alice' }) }))).toBe('InvalidRequest');
    expect(await code(request({ after: m => ({ nonce: m.nonce + 1 }) }))).toBe('Unauthenticated');
    expect(await code(request({ after: () => ({ synapseKey: 'other' }) }))).toBe('Unauthenticated');
    expect(await code(request({ after: () => ({ parameterVersion: 1 }) }))).toBe('Unauthenticated');
    expect(await code(request({ after: () => ({ tensors: [] }) }))).toBe('Unauthenticated');
    expect(await code(request({ after: m => ({ tensors: [...m.tensors, ...m.tensors] }) }))).toBe('Unauthenticated');
    expect(await code(request({ fields: { receiver: key(3).publicKey } }))).toBe('Unauthenticated');
    const redirected = request({ fields: { receiver: key(3).publicKey }, after: () => ({ receiverKey: '' }) });
    expect(await code(redirected)).toBe('Unauthenticated');
    expect(await code(request(), '/Bittensor/Backward')).toBe('Unauthenticated');
    expect(await code(request({ after: () => ({ version: '3.0.0' }) }))).toBe('RequestIncompatibleVersion');
    expect(await code(fromHex('0a05302e302e301204307861611a0430786262'))).toBe('RequestIncompatibleVersion');
    expect(served).toBe(0);
    expect(await honest()).toBe('Success');
  });

  it('a request that comes a second time, whoever sends it', async () => {
    const { port } = await target();
    const bytes = request();
    const first = await sendRaw(channels(), port, bytes);
    expect(first.message).toMatchObject({ returnCode: 1 });
    for (let i = 0; i < 3; i++) {
      expect(await sendRaw(channels(), port, bytes)).toMatchObject({ returnCode: 'Replayed' });
    }
    expect(served).toBe(1);
  });

  it('a request of another time, and says its own time with a signature', async () => {
    const { port, honest } = await target();
    const pool = channels();
    for (const offsetMs of [-10_500, 2_500, -1e9, 1e9]) {
      const reply = await sendRaw(pool, port, request({ fields: { nonce: (Date.now() + offsetMs) * 1000 } }));
      expect(reply.message).toMatchObject({ returnCode: 34, tensors: [] });
      const { time } = reply.message as TensorMessage;
      expect(Math.abs(time / 1000 - Date.now())).toBeLessThan(2_000);
    }
    expect(served).toBe(0);
    expect(await honest()).toBe('Success');
  });

  it('to let a stranger use up the nonces of another key', async () => {
    const { axon, port } = await target();
    const pool = channels();
    const genuine = request();
    const forged = TensorMessage.encode({
      ...TensorMessage.decode(genuine),
      signature: new Uint8Array(64).fill(1),
    }).finish();
    for (let i = 0; i < 3; i++) {
      expect(await sendRaw(pool, port, forged)).toMatchObject({ returnCode: 'Unauthenticated' });
    }
    expect((await sendRaw(pool, port, genuine)).message).toMatchObject({ returnCode: 1 });
    expect(axon.stats().codes).toEqual({ Unauthenticated: 3, Success: 1 });
  });

  it('tensors whose shape, dtype or text lies', async () => {
    const { port, honest } = await target();
    const pool = channels();
    const [good] = openable(request());
    const lies = [
      { shape: [3, 3] },
      { shape: [-2, -2] },
      { shape: [2 ** 24, 2 ** 24, 2 ** 24] },
      { shape: [Number.MAX_SAFE_INTEGER] },
      { dtype: 0 },
      { dtype: 99 },
      { modality: 7 },
      { dtype: 5 },
      { buffer: new Uint8Array(15) },
    ];
    for (const lie of lies) {
      const reply = await sendRaw(pool, port, signed({ tensors: [{ ...good!, ...lie } as never] }));
      expect(reply).toMatchObject({ returnCode: 'RequestDeserializationException' });
    }
    const deep = { ...good!, shape: Array.from({ length: 9 }, () => 1) };
    expect(await sendRaw(pool, port, signed({ tensors: [deep] }))).toMatchObject({
      returnCode: 'RequestDeserializationException',
    });
    const longer = { ...good!, shape: Array.from({ length: 100 }, () => 1) };
    expect(await sendRaw(pool, port, signed({ tensors: [longer] }))).toMatchObject({ returnCode: 'InvalidRequest' });
    const many = Array.from({ length: 65 }, () => good!);
    expect(await sendRaw(pool, port, signed({ tensors: many }))).toMatchObject({ returnCode: 'InvalidRequest' });
    expect(served).toBe(0);
    expect(await honest()).toBe('Success');
  });

  it('NaN and infinity, unless the synapse takes them', async () => {
    const { axon, peer } = await target();
    const dendrite = new Dendrite({ signer: key(2) });
    closing.add(() => dendrite.close());
    const nan = floatTensor(Float32Array.of(1, Number.NaN), [1, 2]);
    expect(await dendrite.forward(peer, { tensors: [nan] })).toMatchObject({
      code: 'InvalidRequest',
      message: 'tensor 0 holds NaN or infinity at element 1',
    });
    axon.attach('', {
      acceptNonFinite: true,
      forward: async () => ({ tensors: [floatTensor(Float32Array.of(1), [1])], parameterVersion: 0 }),
    });
    expect((await dendrite.forward(peer, { tensors: [nan] })).code).toBe('Success');
    expect((await dendrite.forward(peer, { tensors: [] })).code).toBe('EmptyRequest');
  });

  it('garbage in place of protobuf, and stays itself', async () => {
    const { port, honest } = await target();
    const pool = channels();
    const valid = request();
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      // A valid request cut short, or with a run of bytes overwritten.
      fc.nat(valid.length - 1).map(length => valid.subarray(0, length)),
      fc.tuple(fc.nat(valid.length - 1), fc.uint8Array({ minLength: 1, maxLength: 20 })).map(([at, bytes]) => {
        const altered = valid.slice();
        altered.set(bytes.subarray(0, altered.length - at), at);
        return altered;
      }),
    );
    await fc.assert(
      fc.asyncProperty(garbage, async bytes => {
        const reply = await sendRaw(pool, port, bytes);
        expect(reply.returnCode).not.toBe('Success');
        // Only what still verifies (a changed version, say) may have been answered, and once.
        expect(served).toBeLessThanOrEqual(1);
      }),
      { seed: 9, numRuns: 300 },
    );
    // The address was held off for it, and is not for long.
    const answered = async () => ((await honest()) === 'Success' ? true : undefined);
    await pollUntil('an honest caller of the same address', { withinMs: 30_000, everyMs: 200 }, answered);
  });

  it('callers that are not admitted, before it spends anything on them', async () => {
    const axon = new Axon({ signer: key(1), host: '127.0.0.1', registry: () => undefined });
    closing.add(() => axon.stop());
    const port = await axon.start();
    const forged = request({ after: () => ({ signature: new Uint8Array(64) }) });
    expect(await sendRaw(channels(), port, forged)).toMatchObject({ returnCode: 'SenderUnknown' });
    expect(await sendRaw(channels(), port, request())).toMatchObject({ returnCode: 'SenderUnknown' });
  });
});

const GRPC = {
  ':method': 'POST',
  ':path': '/Bittensor/Forward',
  'content-type': 'application/grpc',
  te: 'trailers',
};

function http2To(port: number): ClientHttp2Session {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  closing.add(() => session.destroy());
  return session;
}

/** Opens a gRPC call whose message claims `claimed` bytes. Resolves with the status at its end. */
function rawCall(session: ClientHttp2Session, claimed: number) {
  const stream = session.request(GRPC);
  stream.on('error', () => {});
  const ended = new Promise<string>(resolve => {
    stream.on('response', headers => headers['grpc-status'] && resolve(String(headers['grpc-status'])));
    stream.on('trailers', headers => resolve(String(headers['grpc-status'])));
    stream.on('close', () => resolve('closed'));
  });
  stream.resume();
  const head = Buffer.alloc(5);
  head.writeUInt32BE(claimed, 1);
  stream.write(head);
  return { stream, ended };
}

function tcpTo(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
    socket.on('error', () => {});
    // Without reading, the end of a connection would not be seen.
    socket.resume();
    closing.add(() => socket.destroy());
  });
}

const closed = (socket: Socket) =>
  new Promise<void>(resolve => (socket.destroyed ? resolve() : void socket.once('close', () => resolve())));

describe('an axon survives', () => {
  it('100 MB of noise on its port, and answers meanwhile', async () => {
    const { port, honest, axon } = await target({ firstCallMs: 200 });
    expect(await honest()).toBe('Success');
    const before = process.memoryUsage().rss;
    const noise = randomBytes(2 ** 20);
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    let sent = 0;
    const shout = async (first: Uint8Array) => {
      while (sent < 100 * 2 ** 20) {
        const socket = await tcpTo(port);
        socket.write(first);
        let failed = false;
        while (!failed && sent < 100 * 2 ** 20) {
          failed = await new Promise<boolean>(resolve => socket.write(noise, error => resolve(error instanceof Error)));
          if (!failed) sent += noise.length;
        }
        socket.destroy();
      }
    };
    const shouting = Promise.all([
      shout(new Uint8Array(0)),
      shout(preface),
      shout(concat(preface, fromHex('000000040000000000'))),
    ]);
    let answers = 0;
    while (sent < 100 * 2 ** 20) {
      expect(await honest()).toBe('Success');
      answers++;
    }
    await shouting;
    expect(answers).toBeGreaterThan(0);
    expect(await honest()).toBe('Success');
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 2 ** 20);
    expect(axon.stats().active).toBe(0);
  });

  it('messages larger than it takes', async () => {
    const { port, honest } = await target({ messageBytes: 2 ** 20 });
    const big = floatTensor(new Float32Array(2 ** 18), [2 ** 18]);
    expect(await sendRaw(channels(), port, request({ fields: { tensors: [big] } }))).toMatchObject({
      returnCode: 'TooLarge',
    });
    const { ended } = rawCall(http2To(port), 2 ** 32 - 1);
    expect(await ended).toBe('8');
    expect(await honest()).toBe('Success');
  });

  it('a caller that goes on sending what was refused', async () => {
    const { port, honest } = await target({ messageBytes: 2 ** 20 });
    const session = http2To(port);
    const { stream, ended } = rawCall(session, 2 ** 32 - 1);
    const cut = new Promise<void>(resolve => stream.once('close', () => resolve()));
    expect(await ended).toBe('8');
    let sent = 0;
    const chunk = Buffer.alloc(2 ** 20);
    const push = (error?: Error | null) => {
      if (error || stream.destroyed || session.destroyed) return;
      sent++;
      stream.write(chunk, push);
    };
    push();
    await cut;
    expect(sent).toBeLessThan(4);
    expect(await honest()).toBe('Success');
  });

  it('a few bytes that stand for thousands of empty messages', async () => {
    const { port, honest } = await target();
    // Without a header, so that it is read before anything is known of the caller: no more than 64 KiB of it.
    const large = new Uint8Array(8 * 2 ** 20).fill(0x32);
    expect(await sendRaw(channels(), port, large)).toMatchObject({ returnCode: 'TooLarge' });
    const bomb = new Uint8Array(60 * 1024).fill(0x32);
    for (let i = 1; i < bomb.length; i += 2) bomb[i] = 0;
    const started = performance.now();
    expect(await sendRaw(channels(), port, bomb)).toMatchObject({ returnCode: 'InvalidRequest' });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(await honest()).toBe('Success');
  });

  it('a compressed message that grows beyond its limit', async () => {
    const { port, honest } = await target({ messageBytes: 2 ** 20 });
    const { gzipSync } = await import('node:zlib');
    const zipped = gzipSync(Buffer.alloc(64 * 2 ** 20));
    const stream = http2To(port).request({ ...GRPC, 'grpc-encoding': 'gzip' });
    const ended = new Promise<string>(resolve =>
      stream.on('response', headers => resolve(String(headers['grpc-status']))),
    );
    const head = Buffer.alloc(5, 1);
    head.writeUInt32BE(zipped.length, 1);
    stream.on('error', () => {});
    stream.end(Buffer.concat([head, zipped]));
    // UNIMPLEMENTED: nothing is ever inflated.
    expect(await ended).toBe('12');
    expect(await honest()).toBe('Success');
  });

  it('requests that are begun and never ended', async () => {
    const { port, honest } = await target({ receiveMs: 300 });
    const session = http2To(port);
    const calls = Array.from({ length: 30 }, () => rawCall(session, 1_000));
    expect(await Promise.all(calls.map(call => call.ended))).toEqual(calls.map(() => '4'));
    expect(await honest()).toBe('Success');
  });

  it('connections on which nothing is ever asked', async () => {
    const { axon, port, honest } = await target({ firstCallMs: 300, idleMs: 600 });
    const silent = await Promise.all(Array.from({ length: 20 }, () => tcpTo(port)));
    expect(await honest()).toBe('Success');
    await Promise.all(silent.map(closed));
    await pollUntil('the used connection is closed too', { withinMs: 10_000 }, () =>
      axon.stats().connections === 0 ? true : undefined,
    );
    expect(await honest()).toBe('Success');
  });

  it('many unfinished requests at once: the connection that holds most is closed', async () => {
    const { port, honest } = await target({ heldBytes: 2 ** 20 });
    const session = http2To(port);
    const gone = new Promise<void>(resolve => session.once('close', () => resolve()));
    const chunk = Buffer.alloc(59_000);
    for (let i = 0; i < 32; i++) {
      const { stream } = rawCall(session, 60_000);
      stream.write(chunk);
    }
    await gone;
    expect(await honest()).toBe('Success');
  });

  it('more connections than it takes: strangers go, a caller that showed its key stays', async () => {
    const { axon, port, honest } = await target({ connectionsPerAddress: 10 });
    expect(await honest()).toBe('Success');
    for (let i = 0; i < 30; i++) await tcpTo(port);
    await sleep(50);
    expect(axon.stats().connections).toBeLessThanOrEqual(10);
    expect(await honest()).toBe('Success');
    expect(axon.stats().codes).toEqual({ Success: 2 });
  });

  it('a caller that never takes its reply', async () => {
    const { axon, port, honest } = await target({ sendMs: 300 });
    axon.attach('', {
      forward: async () => ({ tensors: [floatTensor(new Float32Array(2 ** 21), [2 ** 21])], parameterVersion: 0 }),
    });
    const session = http2To(port);
    const gone = new Promise<void>(resolve => session.once('close', () => resolve()));
    const stream = session.request(GRPC);
    stream.on('error', () => {});
    const bytes = request();
    const head = Buffer.alloc(5);
    head.writeUInt32BE(bytes.length, 1);
    stream.end(Buffer.concat([head, bytes]));
    await gone;
    axon.attach('', { forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }) });
    expect(await honest()).toBe('Success');
  });

  it('more requests than it computes at a time', async () => {
    const { axon, peer } = await target({ concurrentRequests: 8 });
    // One hotkey has half of the places.
    let release = () => {};
    const gate = new Promise<void>(resolve => {
      release = resolve;
    });
    axon.attach('', {
      forward: async ({ tensors }) => {
        await gate;
        return { tensors, parameterVersion: 0 };
      },
    });
    const dendrite = new Dendrite({ signer: key(2) });
    closing.add(() => dendrite.close());
    const replies = Array.from({ length: 10 }, () => dendrite.forward(peer, { tensors: [input] }));
    const refused = await Promise.race(replies);
    expect(refused.code).toBe('NucleusFull');
    release();
    const codes = (await Promise.all(replies)).map(reply => reply.code).sort();
    expect(codes).toEqual([...Array(6).fill('NucleusFull'), ...Array(4).fill('Success')]);
  });

  it('handlers that hang and ignore it: they are counted, and close it at last', async () => {
    const { axon, peer } = await target({ maxWorkers: 2, maxSize: 0, forwardMs: 30 });
    axon.attach('', { forward: () => new Promise(() => {}) });
    const dendrite = new Dendrite({ signer: key(2) });
    closing.add(() => dendrite.close());
    const codes = [];
    for (let i = 0; i < 4; i++) codes.push((await dendrite.forward(peer, { tensors: [input] })).code);
    expect(codes).toEqual(['Timeout', 'Timeout', 'NucleusFull', 'NucleusFull']);
    expect(axon.stats().abandoned).toBe(2);
  });
});

/** The tensors of a request, as protobuf has them. */
function openable(bytes: Uint8Array) {
  openUnary('forward', bytes, key(1).publicKey, defaultTensorLimits);
  return TensorMessage.decode(bytes).tensors;
}
