import { type ClientHttp2Session, connect as connectHttp2, type SecureClientSessionOptions } from 'node:http2';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Closing, pollUntil } from '../../../src/base/index.js';
import { CERTIFICATE_NAME } from '../../../src/net/auth/certificate.js';
import { keyText } from '../../../src/net/auth/signed.js';
import { RequestHead } from '../../../src/net/gen/bittensor.js';
import { ServerReflectionRequest } from '../../../src/net/gen/reflection.js';
import { Axon, askForProbe, Dendrite, describeAxon, floatTensor } from '../../../src/net/index.js';
import { signHead } from '../../../src/net/wire/messages.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';

beforeAll(() => ready());

let closing = new Closing();
afterEach(async () => {
  await closing.close();
  closing = new Closing();
});

const HEALTH = '/grpc.health.v1.Health/Check';
/** A message of 1,000 bytes of which three come. */
const HALF = Buffer.of(0, 0, 0, 3, 232, 1, 2, 3);
const SMALL_HALF = Buffer.of(0, 0, 0, 0, 100, 1, 2, 3);
const DESCRIBE_HALF = Buffer.of(0, 0, 0, 0, 20, 1, 2, 3);

/** An axon (key 1) that admits key 2 alone, and what it still holds. */
async function target(limits = {}) {
  const friend = keyText(key(2).publicKey);
  const registry = (who: string) => (who === friend ? { stakeRao: 1n, validatorPermit: true } : undefined);
  const axon = new Axon({ signer: key(1), host: '127.0.0.1', registry, limits });
  axon.attach('', { forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }) });
  const port = await axon.start();
  closing.add(() => axon.stop(0));
  const server = axon['server'];
  const held = () => ({
    active: server.active,
    slots: axon.stats().active,
    memory: server['memory'].used,
    sessions: server.sessions,
  });
  const honest = async () => {
    using dendrite = new Dendrite({ signer: key(2), transport: 'unary' });
    const peer = { hotkey: keyText(key(1).publicKey), host: '127.0.0.1', port };
    return (await dendrite.forward(peer, { tensors: [floatTensor(Float32Array.of(1), [1])], timeoutMs: 5_000 })).code;
  };
  return { axon, port, held, honest };
}

function dial(port: number, options: SecureClientSessionOptions = {}): ClientHttp2Session {
  const session = connectHttp2(`https://127.0.0.1:${port}`, {
    rejectUnauthorized: false,
    // An IP address is no server name (RFC 6066).
    servername: CERTIFICATE_NAME,
    ...options,
  });
  session.on('error', () => {});
  closing.add(() => session.destroy());
  return session;
}

/** Opens a call and sends these bytes; `over` resolves with its status when it is closed. */
function open(session: ClientHttp2Session, path: string, bytes: Uint8Array, headers = {}) {
  const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', ...headers });
  stream.on('error', () => {});
  stream.resume();
  let status: unknown;
  stream.on('response', head => {
    status = head['grpc-status'];
  });
  stream.on('trailers', tail => {
    status = tail['grpc-status'];
  });
  const over = new Promise<unknown>(resolve => stream.once('close', () => resolve(status)));
  stream.write(bytes);
  return { stream, over };
}

const health = async (port: number) => {
  const { stream, over } = open(dial(port), HEALTH, Buffer.alloc(5));
  stream.end();
  return over;
};

let lastNonce = 0;
function announced(seed: number): Record<string, string> {
  lastNonce = Math.max(lastNonce + 1, Date.now() * 1000);
  const head = signHead(key(seed), {
    kind: 'forward',
    receiver: key(1).publicKey,
    network: new Uint8Array(0),
    synapseKey: '',
    nonce: lastNonce,
    parameterVersion: 0,
    digest: new Uint8Array(32),
    length: 1_000,
    timeoutMs: 60_000,
  });
  return { 'bittensor-request-bin': Buffer.from(RequestHead.encode(head).finish()).toString('base64') };
}

const methods: [string, string, () => Record<string, string>, Buffer][] = [
  ['a Forward without a header', '/Bittensor/Forward', () => ({}), HALF],
  ["a stranger's announced Forward", '/Bittensor/Forward', () => announced(9), HALF],
  ["an admitted caller's announced Forward", '/Bittensor/Forward', () => announced(2), HALF],
  ['a Describe', '/Bittensor/Describe', () => ({}), DESCRIBE_HALF],
  ['a Probe', '/Bittensor/Probe', () => ({}), SMALL_HALF],
  ['an Exchange', '/Bittensor/Exchange', () => ({}), SMALL_HALF],
  ['a health check', HEALTH, () => ({}), SMALL_HALF],
];
const nothing = { active: 0, slots: 0, memory: 0, sessions: 0 };

describe('nothing is kept for a call', () => {
  const ways = ['ends', 'is reset', 'is left with its connection', 'runs out of time', 'ends in its prefix,'] as const;
  it.each(
    methods.flatMap(method => ways.map(way => [way, ...method] as const)),
  )('that %s before its message is whole: %s', async (way, _what, path, headers, half) => {
    const { port, held, honest } = await target();
    const session = dial(port);
    const patience = way === 'runs out of time' ? { 'grpc-timeout': '200m' } : {};
    const bytes = way === 'ends in its prefix,' ? half.subarray(0, 3) : half;
    const calls = Array.from({ length: 5 }, () => open(session, path, bytes, { ...headers(), ...patience }));
    if (way !== 'is left with its connection' && way !== 'is reset') {
      for (const { stream } of calls) if (way !== 'runs out of time') stream.end();
      await Promise.all(calls.map(({ over }) => over));
    } else {
      // A call after them is answered: theirs were looked at.
      const { stream, over } = open(session, HEALTH, Buffer.alloc(5));
      stream.end();
      expect(await over).toBe('0');
      if (way === 'is reset') for (const call of calls) call.stream.close(8);
      else session.destroy();
    }
    await pollUntil('all is given back', { withinMs: 30_000, everyMs: 20 }, () =>
      JSON.stringify(held()) === JSON.stringify(nothing) ? true : undefined,
    ).catch(() => {});
    expect(held()).toEqual(nothing);
    expect(await health(port)).toBe('0');
    expect(await honest()).toBe('Success');
  });
});

describe('calls whose message does not come', () => {
  it.each([
    '/Bittensor/Forward',
    '/Bittensor/Describe',
    HEALTH,
  ])('of %s, 90 on three connections, shut out neither health checks nor Describe, Probe and Forward', async path => {
    const { axon, port, honest, held } = await target({ receivingCalls: 80 });
    const half = path === '/Bittensor/Forward' ? HALF : DESCRIBE_HALF;
    const sessions = [dial(port), dial(port), dial(port)];
    for (const session of sessions) {
      const calls = Array.from({ length: 30 }, () => open(session, path, half));
      // A call after them is answered: theirs were looked at.
      const { stream, over } = open(session, HEALTH, Buffer.alloc(5));
      stream.end();
      expect(await over).toBe('0');
      expect(calls.length).toBe(30);
    }
    expect(held().active).toBe(0);
    if (path !== HEALTH) expect(axon['server']['receiving'].size).toBe(80);
    expect(await health(port)).toBe('0');
    const peer = { host: '127.0.0.1', port, hotkey: keyText(key(1).publicKey) };
    expect((await describeAxon(peer)).hotkey).toBe(peer.hotkey);
    const own = { port, hotkey: key(2).publicKey };
    expect((await askForProbe(peer, own)).address).toBe('127.0.0.1');
    expect(await honest()).toBe('Success');
  });

  it('are so many on one connection, and more are refused', async () => {
    const { port, axon } = await target({ receivingPerConnection: 5 });
    const session = dial(port);
    const calls = Array.from({ length: 8 }, () => open(session, '/Bittensor/Forward', HALF));
    // RESOURCE_EXHAUSTED; the others wait.
    const first = await Promise.all(calls.slice(5).map(({ over }) => over));
    expect(first).toEqual(['8', '8', '8']);
    expect(axon['server']['receiving'].size).toBe(5);
    session.destroy();
    await pollUntil('they are forgotten', { withinMs: 30_000, everyMs: 20 }, () =>
      axon['server']['receiving'].size === 0 ? true : undefined,
    );
  });
});

describe('answers that are not taken', () => {
  const reflection = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
  const question = ServerReflectionRequest.encode(
    ServerReflectionRequest.fromPartial({ fileContainingSymbol: 'Bittensor' }),
  ).finish();
  const questions = (count: number) => {
    const one = Buffer.concat([Buffer.of(0, 0, 0, 0, question.length), question]);
    return Buffer.concat(Array.from({ length: count }, () => one));
  };
  const watch = Buffer.alloc(5);

  it('hold one of reflection for each stream, however many were asked for', async () => {
    const { axon, port } = await target();
    const session = dial(port, { settings: { initialWindowSize: 0 } });
    for (let i = 0; i < 20; i++) open(session, reflection, questions(200));
    const unsent = () => Math.max(...[...axon['server']['connected']].map(connection => connection.unsent()));
    // The answer to one question, as one stream is owed.
    const alone = dial(port, { settings: { initialWindowSize: 0 } });
    await pollUntil('the answers wait', { withinMs: 30_000, everyMs: 20 }, () => (unsent() > 0 ? true : undefined));
    const { stream, over } = open(alone, HEALTH, Buffer.alloc(5));
    stream.end();
    await pollUntil('twenty are owed', { withinMs: 30_000, everyMs: 20 }, () => {
      const calls = [...axon['server']['connected']].flatMap(connection => [...connection.calls]);
      return calls.filter(call => call.path === reflection && call.unsent > 0).length === 20 ? true : undefined;
    });
    const calls = [...axon['server']['connected']].flatMap(connection => [...connection.calls]);
    const largest = Math.max(...calls.map(call => call.unsent));
    expect(largest).toBeLessThan(64 * 1024);
    expect(unsent()).toBeLessThanOrEqual(20 * largest);
    alone.destroy();
    await over;
  });

  it('of reflection come all, one by one, to who takes them', async () => {
    const { port } = await target();
    const { stream, over } = open(dial(port), reflection, questions(100));
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    stream.end();
    expect(await over).toBe('0');
    const { stream: single, over: singleOver } = open(dial(port), reflection, questions(1));
    let one = 0;
    single.on('data', (chunk: Buffer) => {
      one += chunk.length;
    });
    single.end();
    await singleOver;
    expect(bytes).toBe(100 * one);
  });

  it.each([
    ['reflection', reflection, questions(2), false],
    ['a health watch', '/grpc.health.v1.Health/Watch', watch, false],
    ['a health check', HEALTH, watch, true],
  ])('of %s end the connection after a while', async (_what, path, bytes, isWhole) => {
    const { axon, port } = await target({ sendMs: 300 });
    const session = dial(port, { settings: { initialWindowSize: 0 } });
    const { stream } = open(session, path, bytes);
    if (isWhole) stream.end();
    await pollUntil('it is closed', { withinMs: 30_000, everyMs: 50 }, () =>
      axon.stats().drops['reply not taken'] === 1 ? true : undefined,
    );
    expect(await health(port)).toBe('0');
  });

  it('end the connection at once beyond a bound', async () => {
    const { axon, port } = await target({ strangerUnsentBytes: 16 * 1024 });
    const session = dial(port, { settings: { initialWindowSize: 0 } });
    for (let i = 0; i < 30; i++) open(session, reflection, questions(1));
    await pollUntil('it is closed', { withinMs: 30_000, everyMs: 50 }, () =>
      axon.stats().drops['answers not taken'] === 1 ? true : undefined,
    );
  });
});
