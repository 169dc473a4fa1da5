import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type ConnectionPlan, type Fault, FaultProxy } from '../../../bench/net/faults/proxy.js';
import { sleep } from '../../../src/base/index.js';

const bytes = Buffer.from(Array.from({ length: 5_000 }, (_, i) => i % 251));

/** What arrives of 5,000 bytes, sent in ten pieces, through a proxy with these faults towards the server. */
async function arrived(faults: readonly Fault[], waitMs = 100): Promise<Buffer> {
  const parts: Buffer[] = [];
  const server = createServer(socket => socket.on('error', () => {}).on('data', part => parts.push(part)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const plan: ConnectionPlan = { toServer: faults, toClient: [] };
  {
    await using proxy = await FaultProxy.start((server.address() as { port: number }).port, () => plan);
    const client = await open(proxy.port);
    for (let offset = 0; offset < bytes.length; offset += 500) {
      client.write(bytes.subarray(offset, offset + 500));
      await sleep(3);
    }
    const end = performance.now() + 3_000;
    const complete = () => Buffer.concat(parts).length >= bytes.length;
    while (!complete() && !client.destroyed && performance.now() < end) await sleep(10);
    await sleep(waitMs);
    client.destroy();
  }
  server.close();
  await once(server, 'close');
  return Buffer.concat(parts);
}

async function open(port: number): Promise<Socket> {
  const client = connect(port, '127.0.0.1');
  client.on('error', () => {});
  await once(client, 'connect');
  return client;
}

describe('the fault proxy', () => {
  it('passes everything, whole, through delays, small pieces, stalls and slow readers', async () => {
    for (const fault of [
      { kind: 'delay', ms: 20 },
      { kind: 'split', bytes: 7 },
      { kind: 'stall', at: 777, ms: 50 },
      { kind: 'slow', bytesPerSecond: 50_000 },
    ] as const) {
      expect((await arrived([fault])).equals(bytes), fault.kind).toBe(true);
    }
  });

  it('loses a connection at the byte that it is told', async () => {
    for (const how of ['reset', 'end'] as const) {
      const got = await arrived([{ kind: 'cut', at: 1_234, how }]);
      // A reset may overtake what was sent before.
      expect(got.length).toBeLessThanOrEqual(1_234);
      expect(got.equals(bytes.subarray(0, got.length))).toBe(true);
    }
  });

  it('doubles, exchanges and spoils pieces', async () => {
    expect((await arrived([{ kind: 'duplicate', at: 600 }])).length).toBeGreaterThan(bytes.length);
    const reordered = await arrived([{ kind: 'reorder', at: 600 }]);
    expect(reordered.length).toBe(bytes.length);
    expect(reordered.equals(bytes)).toBe(false);
    const spoiled = await arrived([{ kind: 'flip', at: 600 }]);
    expect([...spoiled].filter((byte, i) => byte !== bytes[i])).toHaveLength(1);
  });

  it('leaves both ends of a hung connection without news', async () => {
    const closed: string[] = [];
    const server = createServer(socket =>
      socket
        .on('error', () => {})
        .once('close', () => closed.push('server'))
        .resume(),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await using proxy = await FaultProxy.start((server.address() as { port: number }).port, () => ({
      toServer: [{ kind: 'hang', at: 3 }],
      toClient: [],
    }));
    const client = await open(proxy.port);
    client.write('hello');
    await sleep(50);
    client.destroy();
    await sleep(50);
    expect(closed).toEqual([]);
    await proxy.close();
    await expect.poll(() => closed).toEqual(['server']);
    server.close();
  });
});
