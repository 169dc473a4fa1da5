import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pollUntil, withDeadline } from '../../src/base/index.js';
import { EngineProcess, type Listening, openSocket } from './engine-process.js';
import { temporaryFolder } from './fixture.js';

const MEBIBYTE = 2 ** 20;
let engine: Listening;
let folder: ReturnType<typeof temporaryFolder>;

beforeAll(async () => {
  folder = temporaryFolder();
  engine = await EngineProcess.start(folder.path, ['--block-time', '100']);
});

afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function chainGoesOn(): Promise<void> {
  const number = async () => (await engine.rpc<{ number: number }>('dev_status')).number;
  const before = await number();
  await pollUntil('another block', { withinMs: 30_000 }, async () =>
    (await number()) > before + 1 ? true : undefined,
  );
}

async function post(body: string | Uint8Array): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${engine.port}`, { method: 'POST', body: body as string });
  return { status: response.status, text: await response.text() };
}

/** Writes until everything is taken or the other side has had enough. */
async function flood(head: string, total: number): Promise<void> {
  const socket = connect(engine.port, '127.0.0.1');
  socket.on('error', () => {});
  const closed = new Promise(resolve => socket.once('close', resolve));
  socket.write(head);
  const chunk = randomBytes(MEBIBYTE);
  for (let sent = 0; sent < total && !socket.destroyed; sent += chunk.length) {
    if (!socket.write(chunk)) await Promise.race([new Promise(resolve => socket.once('drain', resolve)), closed]);
  }
  socket.destroy();
  await closed;
}

describe('the port', () => {
  it('survives 100 MB of noise, bare, as a POST and inside a websocket', async () => {
    await flood('', 100 * MEBIBYTE);
    await flood(`POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${100 * MEBIBYTE}\r\n\r\n`, 100 * MEBIBYTE);
    await flood(
      'GET / HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      100 * MEBIBYTE,
    );
    await chainGoesOn();
  });

  it('closes a websocket that sends more than a request may have', async () => {
    using client = await openSocket(engine.url);
    const closed = once(client.socket, 'close');
    client.socket.send('x'.repeat(20 * MEBIBYTE));
    const [code] = (await withDeadline(closed, 20_000, 'closing')) as [number];
    expect([1006, 1009]).toContain(code);
    await chainGoesOn();
  });

  it.each([
    ['', -32700],
    ['{', -32700],
    ['nonsense', -32700],
    ['[]', -32600],
    ['42', -32600],
    ['null', -32600],
    ['{"jsonrpc":"2.0","id":1}', -32600],
    ['{"jsonrpc":"2.0","id":1,"method":7}', -32600],
    ['{"jsonrpc":"2.0","id":{},"method":"system_name"}', -32600],
    ['{"jsonrpc":"2.0","id":1,"method":"nothing_here"}', -32601],
    ['{"jsonrpc":"2.0","id":1,"method":"__proto__"}', -32601],
    ['{"jsonrpc":"2.0","id":1,"method":"constructor"}', -32601],
    ['{"jsonrpc":"2.0","id":1,"method":"system_accountNextIndex","params":{"a":1}}', -32602],
    ['{"jsonrpc":"2.0","id":1,"method":"system_accountNextIndex","params":["5Xy"]}', -32602],
    ['{"jsonrpc":"2.0","id":1,"method":"state_getStorage","params":["0xzz"]}', -32602],
    ['{"jsonrpc":"2.0","id":1,"method":"state_getStorage"}', -32602],
    ['{"jsonrpc":"2.0","id":1,"method":"state_getStorage","params":["0x00","0x1234"]}', 4003],
    ['{"jsonrpc":"2.0","id":1,"method":"state_getKeysPaged","params":["0x",100000]}', 4002],
    ['{"jsonrpc":"2.0","id":1,"method":"state_call","params":["Core_nothing","0x"]}', 4003],
    ['{"jsonrpc":"2.0","id":1,"method":"state_call","params":["memory","0x"]}', 4003],
    ['{"jsonrpc":"2.0","id":1,"method":"state_call","params":["NeuronInfoRuntimeApi_get_neurons_lite","0x"]}', 4003],
    ['{"jsonrpc":"2.0","id":1,"method":"author_submitExtrinsic","params":["0x"]}', 1001],
    ['{"jsonrpc":"2.0","id":1,"method":"author_submitExtrinsic","params":["0x0400"]}', 1002],
    ['{"jsonrpc":"2.0","id":1,"method":"chain_subscribeNewHeads","params":[]}', -32601],
    ['{"jsonrpc":"2.0","id":1,"method":"dev_newBlock","params":[{"count":-1}]}', -32602],
    [
      '{"jsonrpc":"2.0","id":1,"method":"dev_fund","params":["5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY","-5"]}',
      -32602,
    ],
  ])('answers %s with error %i', async (body, code) => {
    const { status, text } = await post(body);
    expect(status).toBe(200);
    const { error } = JSON.parse(text) as { error: { code: number; message: string } };
    expect(error.code).toBe(code);
    expect(error.message.length).toBeGreaterThan(5);
  });

  it('refuses deep JSON, many requests at once, and other methods than POST', async () => {
    const deep = await post('['.repeat(5_000_000));
    expect(deep.text).toContain('nested deeper');
    const params = `{"jsonrpc":"2.0","id":1,"method":"state_call","params":${'['.repeat(100)}${']'.repeat(100)}}`;
    expect((await post(params)).text).toContain('nested deeper');
    const batch = JSON.stringify(new Array(1001).fill({ jsonrpc: '2.0', id: 1, method: 'system_name' }));
    expect((await post(batch)).text).toContain('The batch request was too large');
    expect((await post('x'.repeat(16 * MEBIBYTE))).status).toBe(413);
    expect((await fetch(`http://127.0.0.1:${engine.port}/`)).status).toBe(405);
    await chainGoesOn();
  });

  it('answers batches in order, and notifications not at all', async () => {
    const { text } = await post(
      '[{"jsonrpc":"2.0","id":"a","method":"system_name"},{"jsonrpc":"2.0","method":"system_name"},{"id":2,"method":"x"},7]',
    );
    const answers = JSON.parse(text) as { id: unknown; result?: string; error?: { code: number } }[];
    expect(answers.map(({ id, result, error }) => [id, result ?? error?.code])).toEqual([
      ['a', 'bittensor-node localnet'],
      [2, -32601],
      [null, -32600],
    ]);
    expect((await post('{"jsonrpc":"2.0","method":"system_name"}')).text).toBe('');
  });

  it('limits the subscriptions of a connection and ends them with it', async () => {
    using client = await openSocket(engine.url);
    for (let id = 0; id < 1025; id++)
      client.send({ jsonrpc: '2.0', id, method: 'state_subscribeRuntimeVersion', params: [] });
    const last = await pollUntil('all answers', { withinMs: 30_000 }, () =>
      client.received.find(({ id }) => id === 1024),
    );
    expect(last).toMatchObject({ error: { code: -32006, message: 'Too many subscriptions on the connection' } });
    const first = client.received.find(({ id }) => id === 0) as { result: string };
    client.send({ jsonrpc: '2.0', id: 'off', method: 'state_unsubscribeRuntimeVersion', params: [first.result] });
    client.send({ jsonrpc: '2.0', id: 'again', method: 'state_unsubscribeRuntimeVersion', params: [first.result] });
    const off = await pollUntil('unsubscribing', { withinMs: 30_000 }, () =>
      client.received.some(({ id }) => id === 'again') ? client.received.slice(-2) : undefined,
    );
    expect(off).toMatchObject([{ result: true }, { result: false }]);
  });

  it('takes garbage as extrinsics by the hundred', async () => {
    using client = await openSocket(engine.url);
    const count = 300;
    for (let id = 0; id < count; id++) {
      const hex = `0x${randomBytes(id % 200).toString('hex')}`;
      client.send({ jsonrpc: '2.0', id, method: 'author_submitExtrinsic', params: [hex] });
    }
    await pollUntil('all answers', { withinMs: 30_000 }, () => (client.received.length === count ? true : undefined));
    expect(client.received.every(message => 'error' in message)).toBe(true);
    await chainGoesOn();
  });
});
