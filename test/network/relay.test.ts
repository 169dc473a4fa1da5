import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Relay } from '../../bench/network/relay.js';
import { Closing, pollUntil } from '../../src/base/index.js';

let closing = new Closing();
afterEach(async () => {
  await closing.close();
  closing = new Closing();
});

/** An echo behind a relay, and what a client of it heard. */
async function echoed(): Promise<{
  relay: Relay;
  /** Connections that the echo's end knows of. */
  connections: () => number;
  client: () => Promise<{ socket: Socket; heard: () => string }>;
}> {
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.add(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as { port: number };
  const relay = await Relay.start(() => ({ host: '127.0.0.1', port }));
  closing.add(() => relay[Symbol.asyncDispose]());
  const client = async () => {
    const socket = dial(relay.port, '127.0.0.1');
    closing.add(() => socket.destroy());
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    socket.on('error', () => {});
    await once(socket, 'connect');
    return { socket, heard: () => text };
  };
  return { relay, connections: () => sockets.size, client };
}

const within = { withinMs: 30_000, everyMs: 5 };

describe('a relay that is cut as a cable can be', () => {
  it('passes megabytes both ways', async () => {
    const { client } = await echoed();
    const { socket, heard } = await client();
    const text = 'network '.repeat(300_000);
    socket.end(text);
    await once(socket, 'close');
    expect(heard() === text).toBe(true);
  });

  it('passes nothing while it is cut, on old connections and new ones, and everything afterwards', async () => {
    const { relay, client } = await echoed();
    const old = await client();
    old.socket.write('a');
    await pollUntil('the first echo', within, () => old.heard() === 'a' || undefined);
    relay.cut();
    const late = await client();
    old.socket.write('b');
    late.socket.write('c');
    // Another relay's echo says that the loop had time for theirs.
    const other = await echoed().then(({ client: connect }) => connect());
    other.socket.write('d'.repeat(1_000_000));
    await pollUntil('the echo of another relay', within, () => other.heard().length === 1_000_000 || undefined);
    expect([old.heard(), late.heard()]).toEqual(['a', '']);
    relay.heal();
    await pollUntil('both echoes', within, () => (old.heard() === 'ab' && late.heard() === 'c') || undefined);
  });

  it('does not tell one end that the other left while it is cut', async () => {
    const { relay, connections, client } = await echoed();
    const { socket, heard } = await client();
    socket.write('a');
    await pollUntil('the echo', within, () => heard() === 'a' || undefined);
    relay.cut();
    socket.resetAndDestroy();
    const other = await echoed().then(({ client: connect }) => connect());
    other.socket.write('d'.repeat(1_000_000));
    await pollUntil('the echo of another relay', within, () => other.heard().length === 1_000_000 || undefined);
    expect(connections()).toBe(1);
    relay.heal();
    await pollUntil('the end of the connection', within, () => connections() === 0 || undefined);
  });
});
