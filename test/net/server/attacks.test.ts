import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { pollUntil } from '../../../src/base/index.js';
import { RequestHead } from '../../../src/net/gen/bittensor.js';
import { signHead } from '../../../src/net/wire/messages.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';
import { halfCall, MIB, Victim } from './victim.js';

beforeAll(() => ready());

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const SETTINGS = frame(4, 0, 0, Buffer.alloc(0));
/** Headers of a POST of gRPC to Forward, by indices of HPACK's table and literals (RFC 7541, 6.2.2). */
const FORWARD = Buffer.concat([
  Buffer.from('83860412', 'hex'),
  Buffer.from('/Bittensor/Forward'),
  Buffer.from('0f1010', 'hex'),
  Buffer.from('application/grpc'),
]);

/** A header with a good signature of a key that nobody knows: the best that a stranger can do. */
function signedHeader(length: number): Record<string, string> {
  const head = signHead(key(9), {
    kind: 'forward',
    receiver: key(1).publicKey,
    network: new Uint8Array(0),
    synapseKey: '',
    nonce: Date.now() * 1000 + Math.floor(Math.random() * 1000),
    parameterVersion: 0,
    digest: new Uint8Array(32),
    length,
    timeoutMs: 60_000,
  });
  return { 'bittensor-request-bin': Buffer.from(RequestHead.encode(head).finish()).toString('base64') };
}

describe('the memory of an axon', () => {
  it('grows by less than 64 MiB for 150 half-sent messages on one connection', async () => {
    await using victim = await Victim.start();
    const session = await victim.tls();
    const grown = await victim.growth(async () => {
      const chunk = Buffer.alloc(MIB - 64);
      for (let i = 0; i < 150; i++) {
        const header = i % 2 === 0 ? {} : signedHeader(MIB);
        halfCall(session, MIB, header).write(chunk);
      }
      await pause(2_000);
    });
    report('150 half-sent messages', grown);
    expect(grown).toBeLessThan(64 * MIB);
    expect(await victim.answers()).toBe('Success');
  });

  it('grows by less than 256 MiB for 200 such connections, and is given back within 30 s', async () => {
    // All from one address, which alone has 128: strangers' connections replace each other.
    await using victim = await Victim.start({ connectionsPerAddress: 256, connectBurst: 400 });
    const before = await victim.measure('settle');
    const grown = await victim.growth(async () => {
      const chunk = Buffer.alloc(64 * 1024);
      for (let i = 0; i < 200; i++) {
        const session = await victim.tls().catch(() => undefined);
        for (let n = 0; n < 150 && session && !session.destroyed; n++) {
          const header = n % 50 === 0 ? signedHeader(MIB) : {};
          halfCall(session, n % 2 === 0 ? 60_000 : MIB, header).write(chunk);
        }
      }
      await pause(2_000);
    });
    report('200 connections with half-sent messages', grown);
    expect(grown).toBeLessThan(256 * MIB);
    expect(await victim.answers()).toBe('Success');
    victim.hangUp();
    const after = await pollUntil('all is given back', { withinMs: 30_000, everyMs: 500 }, async () => {
      const figures = await victim.measure('settle');
      return figures.connections <= 4 && figures.used - before.used < 16 * MIB ? figures : undefined;
    });
    report('kept by the allocator for the next', after.rss - before.rss);
  }, 240_000);

  it('does not grow by 50 MiB for compressed messages that would inflate to 8 GiB', async () => {
    await using victim = await Victim.start();
    const bomb = gzipSync(Buffer.alloc(256 * MIB), { level: 9 });
    const session = await victim.tls();
    const grown = await victim.growth(async () => {
      await Promise.all(
        Array.from({ length: 32 }, async () => {
          const stream = session.request({
            ':method': 'POST',
            ':path': '/Bittensor/Forward',
            'content-type': 'application/grpc',
            'grpc-encoding': 'gzip',
          });
          stream.on('error', () => {});
          stream.resume();
          const head = Buffer.alloc(5, 1);
          head.writeUInt32BE(bomb.length, 1);
          stream.end(Buffer.concat([head, bomb]));
          await once(stream, 'close').catch(() => {});
        }),
      );
    });
    report('compressed bombs', grown);
    expect(grown).toBeLessThan(50 * MIB);
    expect(await victim.answers()).toBe('Success');
  });
});

describe('an axon closes a connection', () => {
  it('that gives up 20,000 calls, and grows by less than 32 MiB', async () => {
    await using victim = await Victim.start();
    const socket = await victim.tcp();
    const gone = new Promise<void>(resolve => socket.once('close', () => resolve()));
    const path = Buffer.from('/Bittensor/Forward');
    const type = Buffer.from('application/grpc');
    // HPACK: POST, http, a literal path (static name 4), a literal content type (static name 31).
    const headers = Buffer.concat([Buffer.of(0x83, 0x86, 4, path.length), path, Buffer.of(15, 16, type.length), type]);
    const grown = await victim.growth(async () => {
      socket.write(Buffer.concat([PREFACE, SETTINGS]));
      for (let i = 0; i < 20_000 && !socket.destroyed; i += 100) {
        const batch = Array.from({ length: 100 }, (_, n) => 2 * (i + n) + 1).flatMap(stream => [
          frame(1, 4, stream, headers),
          frame(3, 0, stream, Buffer.of(0, 0, 0, 8)),
        ]);
        await new Promise(resolve => socket.write(Buffer.concat(batch), resolve));
      }
      await gone;
    });
    report('20,000 resets', grown);
    expect(grown).toBeLessThan(32 * MIB);
    expect(await victim.answers()).toBe('Success');
  });

  it.each([
    ['100,000 pings', frame(6, 0, 0, Buffer.alloc(8)), 100_000],
    ['100,000 settings', frame(4, 0, 0, Buffer.from('000300000064', 'hex')), 100_000],
    ["500,000 empty headers of other streams' priorities", frame(2, 0, 1, Buffer.alloc(5)), 500_000],
    ['500,000 window updates', frame(8, 0, 0, Buffer.from('00000001', 'hex')), 500_000],
  ])('that sends %s', async (_what, flood, count) => {
    await using victim = await Victim.start();
    const socket = await victim.tcp();
    socket.write(Buffer.concat([PREFACE, SETTINGS]));
    const batch = Buffer.concat(Array.from({ length: 1_000 }, () => flood));
    const grown = await victim.growth(async () => {
      for (let sent = 0; sent < count && !socket.destroyed; sent += 1_000) {
        await new Promise(resolve => socket.write(batch, resolve));
      }
      await pollUntil('it is closed', { withinMs: 30_000, everyMs: 20 }, () => (socket.destroyed ? true : undefined));
    });
    expect(grown).toBeLessThan(32 * MIB);
    expect(await victim.answers()).toBe('Success');
  });

  it('whose headers go on in 100,000 frames', async () => {
    await using victim = await Victim.start();
    const socket = await victim.tcp();
    // HEADERS without END_HEADERS, and then CONTINUATION for ever: literal headers that are not indexed.
    const literal = Buffer.concat([Buffer.from([0, 1]), Buffer.from('x'), Buffer.from([100]), Buffer.alloc(100, 0x61)]);
    socket.write(Buffer.concat([PREFACE, SETTINGS, frame(1, 0, 1, literal)]));
    const batch = Buffer.concat(Array.from({ length: 1_000 }, () => frame(9, 0, 1, literal)));
    const grown = await victim.growth(async () => {
      for (let i = 0; i < 100 && !socket.destroyed; i++) await new Promise(resolve => socket.write(batch, resolve));
      await pollUntil('it is closed', { withinMs: 30_000, everyMs: 20 }, () => (socket.destroyed ? true : undefined));
    });
    report('100,000 CONTINUATION frames', grown);
    expect(grown).toBeLessThan(32 * MIB);
    expect(await victim.answers()).toBe('Success');
  });

  it('whose handshake comes byte by byte, and 300 of them keep nobody out', async () => {
    await using victim = await Victim.start({ handshakeMs: 2_000, connectBurst: 1_000 });
    const hello = Buffer.from('16030100f5010000f10303', 'hex');
    const sockets = await Promise.all(Array.from({ length: 300 }, () => victim.tcp()));
    const drip = setInterval(() => {
      for (const [i, socket] of sockets.entries())
        if (!socket.destroyed) socket.write(hello.subarray(i % 11, (i % 11) + 1));
    }, 200);
    try {
      expect(await victim.answers()).toBe('Success');
      const fresh = await victim.tls();
      expect(fresh.destroyed).toBe(false);
      fresh.destroy();
      await pollUntil('all are closed', { withinMs: 30_000, everyMs: 100 }, () =>
        sockets.every(socket => socket.destroyed) ? true : undefined,
      );
    } finally {
      clearInterval(drip);
    }
    expect(await victim.answers()).toBe('Success');
  });

  it('that says nothing after its handshake, or is no TLS and no HTTP/2', async () => {
    await using victim = await Victim.start({ firstCallMs: 500, handshakeMs: 500 });
    const silent = await victim.tls();
    const mute = await victim.tcp();
    const noise = await victim.tcp();
    noise.write('GET / HTTP/1.1\r\n\r\n');
    await pollUntil('all are closed', { withinMs: 30_000, everyMs: 50 }, () =>
      silent.destroyed && mute.destroyed && noise.destroyed ? true : undefined,
    );
    expect(await victim.answers()).toBe('Success');
  });

  it('that says goodbye and does not go', async () => {
    await using victim = await Victim.start({ pongMs: 300 });
    const before = (await victim.measure()).connections;
    const socket = connect({ host: '127.0.0.1', port: victim.port, allowHalfOpen: true });
    socket.on('error', () => {}).resume();
    await once(socket, 'connect');
    // A call, so that it has the time of connections that are used, and GOAWAY without an error.
    const call = frame(1, 5, 1, FORWARD);
    socket.write(Buffer.concat([PREFACE, SETTINGS, call, frame(7, 0, 0, Buffer.alloc(8))]));
    await once(socket, 'end');
    expect(socket.writable).toBe(true);
    await pollUntil('it is closed', { withinMs: 30_000, everyMs: 50 }, async () =>
      (await victim.measure()).connections <= before ? true : undefined,
    );
    socket.destroy();
  });

  it('that does not answer any more', async () => {
    await using victim = await Victim.start({ pingMs: 300, pongMs: 300 });
    const socket = await victim.tcp();
    socket.write(Buffer.concat([PREFACE, SETTINGS]));
    // A call that stays open, and never a PONG.
    socket.write(frame(1, 4, 1, FORWARD));
    await pollUntil('it is closed', { withinMs: 30_000, everyMs: 50 }, () => (socket.destroyed ? true : undefined));
    // A live one stays, since its HTTP/2 answers for it.
    const live = connectHttp2(`http://127.0.0.1:${victim.port}`);
    live.on('error', () => {});
    halfCall(live, 10);
    await pause(1_500);
    expect(live.destroyed).toBe(false);
    live.destroy();
  });
});

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}

function report(what: string, bytes: number): void {
  // biome-ignore lint/suspicious/noConsole: the figures of an attack are what its test is for
  console.info(`${what}: ${(bytes / MIB).toFixed(1)} MiB`);
}
