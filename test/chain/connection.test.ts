import type { AddressInfo } from 'node:net';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type Log, pollUntil, silentLog } from '../../src/base/index.js';
import { Connection } from '../../src/chain/connection/connection.js';
import { connect } from '../../src/chain/index.js';
import { failure } from '../wallet/helpers.js';
import { fakeNode, freePort, type Handler, NO_ANSWER, webServer } from './helpers.js';

function open(endpoints: string[], options: { timeoutMs?: number; log?: Log; admit?: () => Promise<number> } = {}) {
  const { timeoutMs = 2_000, log = silentLog, admit = async () => 1 } = options;
  return Connection.open({ endpoints, timeoutMs, log, admit });
}

const echo: Handler = (method, params) => [method, params];

describe('a connection', () => {
  it('answers requests, many at once', async () => {
    await using node = await fakeNode(echo);
    const connection = await open([node.url]);
    const answers = await Promise.all([1, 2, 3].map(n => connection.call('m', [n])));
    expect(answers).toEqual([1, 2, 3].map(n => ['m', [n]]));
    connection.close();
  });

  it('gives refusals as errors with the code and the data of the node', async () => {
    await using node = await fakeNode(method => {
      if (method === 'unknown') throw { code: -32601, message: 'Method not found' };
      throw { code: 1010, message: 'Invalid Transaction', data: 'Custom error: 6' };
    });
    const connection = await open([node.url]);
    expect(await failure(() => connection.call('unknown', []))).toMatchObject({ code: 'unsupported' });
    const error = await failure(() => connection.call('author_submitExtrinsic', []));
    expect(error).toMatchObject({ code: 'rpc', data: { rpcCode: 1010, rpcData: 'Custom error: 6' } });
    expect(error.message).toBe('Invalid Transaction: Custom error: 6');
    connection.close();
  });

  it('gives each request a deadline', async () => {
    await using node = await fakeNode(() => NO_ANSWER);
    const connection = await open([node.url]);
    const started = performance.now();
    const error = await failure(() => connection.call('slow', [], { timeoutMs: 100 }));
    expect(error).toMatchObject({ code: 'timeout' });
    expect(performance.now() - started).toBeLessThan(1_500);
    connection.close();
  });

  it('ends a request with the reason of its signal', async () => {
    await using node = await fakeNode(() => NO_ANSWER);
    const connection = await open([node.url]);
    const stop = new AbortController();
    const waiting = failure(() => connection.call('slow', [], { signal: stop.signal }));
    stop.abort(new Error('enough'));
    expect((await waiting).message).toBe('enough');
    connection.close();
  });

  it('refuses waiting and later requests once it is closed', async () => {
    await using node = await fakeNode(() => NO_ANSWER);
    const connection = await open([node.url]);
    const waiting = failure(() => connection.call('slow', []));
    connection.close();
    connection.close();
    expect(await waiting).toMatchObject({ code: 'closed' });
    expect(await failure(() => connection.call('later', []))).toMatchObject({ code: 'closed' });
  });

  it('drops whatever is no answer to a question of ours', async () => {
    await using node = await fakeNode((method, params, socket) => {
      for (const noise of [
        '',
        'not json',
        '[]',
        'null',
        '7',
        '{"id":999,"result":1}',
        '{"method":"x","params":null}',
        '{}',
      ]) {
        socket.send(noise);
      }
      socket.send(new Uint8Array([1, 2, 3]));
      return [method, params];
    });
    const connection = await open([node.url]);
    expect(await connection.call('m', [])).toEqual(['m', []]);
    connection.close();
  });

  it('fails over to the next endpoint', async () => {
    await using node = await fakeNode(echo);
    const dead = `ws://127.0.0.1:${await freePort()}`;
    const connection = await open([dead, node.url]);
    expect(connection.endpoint).toBe(node.url);
    connection.close();
  });

  it('repeats a request over a new connection, unless it may be sent once only', async () => {
    let breaks = 2;
    await using node = await fakeNode((method, params, socket) => {
      if (breaks-- > 0) {
        socket.terminate();
        return NO_ANSWER;
      }
      return [method, params];
    });
    const connection = await open([node.url]);
    expect(await failure(() => connection.call('pay', [], { once: true }))).toMatchObject({
      code: 'chain_unreachable',
    });
    expect(await connection.call('read', [])).toEqual(['read', []]);
    connection.close();
  });

  it('reconnects, renews subscriptions and says so, after a hundred cuts', async () => {
    let next = 0;
    await using node = await fakeNode(method => (method === 'sub' ? `s${next++}` : true));
    const said: string[] = [];
    const log = { ...silentLog, warn: (m: string) => said.push(m), info: (m: string) => said.push(m) };
    const connection = await open([node.url], { log });
    const seen: unknown[] = [];
    const cancel = await connection.subscribe('sub', 'unsub', [], result => seen.push(result));
    for (let cut = 0; cut < 100; cut++) {
      const subscription = `s${next - 1}`;
      node.send({ method: 'head', params: { subscription, result: cut } });
      await pollUntil(`head ${cut}`, { withinMs: 30_000, everyMs: 2 }, () => (seen.length > cut ? true : undefined));
      const before = next;
      node.cut();
      await pollUntil('a new subscription', { withinMs: 30_000, everyMs: 2 }, () => (next > before ? true : undefined));
      await connection.call('m', []);
    }
    expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(said.filter(line => line.includes('lost')).length).toBe(100);
    expect(said.filter(line => line.includes('connected again')).length).toBeGreaterThanOrEqual(99);
    cancel();
    await pollUntil('unsubscribed', { withinMs: 30_000 }, () => (node.calls.includes('unsub') ? true : undefined));
    connection.close();
  });

  it('leaves an endpoint for the next one, stays there, and knows no other where there is one only', async () => {
    await using first = await fakeNode(echo);
    await using second = await fakeNode(echo);
    const said: string[] = [];
    const connection = await open([first.url, second.url], { log: { ...silentLog, warn: m => said.push(m) } });
    expect(connection.endpoint).toBe(first.url);
    connection.moveOn('it stands still');
    expect(await connection.call('m', [])).toEqual(['m', []]);
    expect(connection.endpoint).toBe(second.url);
    expect(said).toEqual([`connection to ${first.url} lost (it stands still), reconnecting`]);
    second.cut();
    await pollUntil('the loss', { withinMs: 5_000, everyMs: 2 }, () => (said.length === 2 ? true : undefined));
    await connection.call('m', []);
    expect(connection.endpoint).toBe(second.url);
    connection.moveOn('it stands still');
    await connection.call('m', []);
    expect(connection.endpoint).toBe(first.url);
    connection.close();

    const alone = await open([first.url]);
    alone.moveOn('it stands still');
    expect(alone.state).toMatchObject({ isConnected: true, reconnections: 0 });
    alone.close();
  });

  it('keeps other subscribers when one throws', async () => {
    await using node = await fakeNode(method => method);
    const errors: string[] = [];
    const connection = await open([node.url], { log: { ...silentLog, error: m => errors.push(m) } });
    const seen: unknown[] = [];
    await connection.subscribe('a', 'u', [], () => {
      throw new Error('oops');
    });
    await connection.subscribe('b', 'u', [], result => seen.push(result));
    node.send({ method: 'n', params: { subscription: 'a', result: 1 } });
    node.send({ method: 'n', params: { subscription: 'b', result: 2 } });
    await pollUntil('both', { withinMs: 30_000 }, () => (seen.length > 0 ? true : undefined));
    expect(errors.join()).toContain('oops');
    connection.close();
  });

  it('says at the deadline why there is no connection', async () => {
    const node = await fakeNode(echo);
    const connection = await open([node.url]);
    await node[Symbol.asyncDispose]();
    await pollUntil('lost', { withinMs: 30_000 }, async () =>
      (await failure(() => connection.call('m', [], { timeoutMs: 200 }))).code === 'chain_unreachable'
        ? true
        : undefined,
    );
    connection.close();
  });
});

describe('a connection that lasts', () => {
  it('subscribes again until it can, because nothing else would be heard on a connection that answers', async () => {
    let refusals = 0;
    let isBack = false;
    await using node = await fakeNode(method => {
      if (method !== 'sub') return true;
      if (isBack && refusals++ < 2) throw { code: -32000, message: 'busy' };
      return `s${refusals}`;
    });
    const said: string[] = [];
    const connection = await open([node.url], { log: { ...silentLog, warn: line => said.push(line) } });
    const seen: unknown[] = [];
    await connection.subscribe('sub', 'unsub', [], result => seen.push(result));
    isBack = true;
    node.cut();
    await pollUntil('a subscription', { withinMs: 10_000 }, () => {
      node.send({ method: 'head', params: { subscription: 's3', result: 1 } });
      return seen.length > 0 ? true : undefined;
    });
    expect(said.filter(line => line.includes('cannot subscribe again (sub): busy'))).toHaveLength(2);
    connection.close();
  });

  it('finds another way, too, when the one that was found is lost at once', async () => {
    await using node = await fakeNode(echo);
    let admitted = 0;
    let asked: Promise<unknown> | undefined;
    const connection = await Connection.open<number>({
      endpoints: [node.url],
      timeoutMs: 2_000,
      log: silentLog,
      admit: async session => {
        admitted += 1;
        if (admitted === 2) {
          // Gone before anybody listens for its end, and then somebody asks.
          session.close();
          setImmediate(() => {
            asked = connection.call('m', [1]);
          });
        }
        return admitted;
      },
    });
    node.cut();
    await pollUntil('the question', { withinMs: 5_000 }, () => asked && true);
    expect(await asked).toEqual(['m', [1]]);
    expect(admitted).toBe(3);
    connection.close();
  });
});

describe('connecting', () => {
  it('says that nobody listens', async () => {
    const url = `ws://127.0.0.1:${await freePort()}`;
    const error = await failure(() => connect({ endpoints: [url] }));
    expect(error).toMatchObject({ code: 'chain_unreachable' });
    expect(error.message).toContain(url);
    expect(error.message).toContain('ECONNREFUSED');
  });

  it.each([200, 404, 426])('says that a web server (status %i) is no chain', async status => {
    await using server = await webServer(status);
    const error = await failure(() => connect({ endpoints: [server.url] }));
    expect(error).toMatchObject({ code: 'foreign_chain' });
    expect(error.message).toContain('web server');
  });

  it.each([429, 502, 503])('takes a gateway that answers with status %i for a chain out of reach', async status => {
    await using server = await webServer(status);
    const error = await failure(() => connect({ endpoints: [server.url] }));
    expect(error).toMatchObject({ code: 'chain_unreachable' });
    expect(error.message).toContain(`status ${status}`);
  });

  it('connects to a node that begins to listen while one looks at why it could not be reached', async () => {
    await using node = await fakeNode(() => `0x${'01'.repeat(32)}`);
    // The first knock finds nobody; what looks why, and all that come later, find the node.
    const knocks: Socket[] = [];
    const gate = createServer(socket => {
      knocks.push(socket);
      if (knocks.length === 1) return void socket.destroy();
      const inner = connectSocket(node.port, '127.0.0.1');
      socket.on('error', () => inner.destroy()).pipe(inner);
      inner.on('error', () => socket.destroy()).pipe(socket);
    });
    await new Promise<void>(resolve => gate.listen(0, '127.0.0.1', resolve));
    const url = `ws://127.0.0.1:${(gate.address() as AddressInfo).port}`;
    // The chain itself is asked, and found to be another one.
    const error = await failure(() => connect({ endpoints: [url], genesisHash: `0x${'02'.repeat(32)}` }));
    expect(error.message).toContain('another chain');
    expect(knocks).toHaveLength(3);
    gate.close();
    for (const socket of knocks) socket.destroy();
  });

  it('says that something which speaks no HTTP is no chain', async () => {
    const server = createServer(socket => {
      socket
        .on('error', () => {})
        .resume()
        .end('SSH-2.0-x\r\n');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await failure(() => connect({ endpoints: [url] }))).toMatchObject({ code: 'foreign_chain' });
    await new Promise(resolve => server.close(resolve));
  });

  it('says that a JSON-RPC server of another kind is no chain', async () => {
    const answers: Handler[] = [
      () => {
        throw { code: -32601, message: 'Method not found' };
      },
      () => null,
      () => 17,
      method => (method === 'chain_getBlockHash' ? `0x${'00'.repeat(32)}` : { hello: 1 }),
    ];
    for (const answer of answers) {
      await using node = await fakeNode(answer);
      expect(await failure(() => connect({ endpoints: [node.url] }))).toMatchObject({ code: 'foreign_chain' });
    }
  });

  it('refuses another chain than the network has', async () => {
    await using node = await fakeNode(() => `0x${'01'.repeat(32)}`);
    const error = await failure(() => connect({ endpoints: [node.url], genesisHash: `0x${'02'.repeat(32)}` }));
    expect(error).toMatchObject({ code: 'foreign_chain' });
    expect(error.message).toContain('another chain');
  });

  it('gives up at once when its signal says so', async () => {
    await using node = await fakeNode(() => NO_ANSWER);
    const stop = new AbortController();
    const connecting = failure(() => connect({ endpoints: [node.url], signal: stop.signal }));
    await pollUntil('asked', { withinMs: 30_000 }, () => (node.calls.length > 0 ? true : undefined));
    stop.abort(new Error('enough'));
    expect((await connecting).message).toBe('enough');
  });
});
