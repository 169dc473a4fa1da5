import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetrics, type Metrics, type NodeStatus } from '../../../src/base/index.js';
import { serveObserver } from '../../../src/neuron/observe/observe-server.js';
import { StatusBoard } from '../../../src/neuron/observe/status.js';

let metrics: Metrics;
let status: StatusBoard;
let server: Awaited<ReturnType<typeof serveObserver>>;

beforeEach(async () => {
  metrics = await createMetrics({ role: 'miner', hotkey: '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY' });
  status = new StatusBoard({
    role: 'miner',
    neuron: 'mnist',
    name: 'default',
    hotkey: '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
    version: '0.1.0',
    network: { name: 'Local' },
  });
  server = await serveObserver({ metrics, status, names: ['miner-1'] });
});

afterEach(async () => {
  await server.stop();
  metrics.close();
});

/** As fetch, but with any Host header. */
function ask(path: string, { host, method = 'GET' }: { host?: string; method?: string } = {}) {
  return new Promise<{ status: number; text: string; headers: Record<string, unknown> }>((resolve, reject) => {
    const asking = request(`${server.url}${path}`, { method, headers: host === undefined ? {} : { host } }, answer => {
      let text = '';
      answer.setEncoding('utf8').on('data', chunk => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode!, text, headers: answer.headers }));
    });
    asking.on('error', reject);
    asking.end();
  });
}

/** Reads a stream of events; `next()` gives one status after the other. */
async function listen() {
  const stop = new AbortController();
  const response = await fetch(`${server.url}/events`, { signal: stop.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  return {
    type: response.headers.get('content-type'),
    close: () => stop.abort(),
    async next(): Promise<NodeStatus | undefined> {
      for (;;) {
        const end = buffer.indexOf('\n\n');
        if (end >= 0) {
          const event = buffer.slice(0, end);
          buffer = buffer.slice(end + 2);
          if (event.startsWith('data: ')) return JSON.parse(event.slice(6)) as NodeStatus;
          continue;
        }
        const { value, done } = await reader.read();
        if (done) return undefined;
        buffer += value;
      }
    },
  };
}

describe('what a node shows', () => {
  it('serves metrics, status and health on a loopback port of its own', async () => {
    metrics.gauge('bittensor_step', 'Steps.').set(7);
    status.set({ step: 7 });
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const text = await ask('/metrics');
    expect(text.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text.text).toContain('bittensor_step{role="miner"');
    expect(JSON.parse((await ask('/status')).text)).toMatchObject({ role: 'miner', step: 7, peers: [], history: [] });
    expect(await ask('/health')).toMatchObject({ status: 200, text: '{"ok":true}' });
    expect((await ask('/')).text).toContain('/metrics');
    expect((await ask('/status?now=1')).status).toBe(200);
  });

  it('answers 503 with what is wrong while something is', async () => {
    status.check('chain', () => 'the chain is not reached: look at ws://127.0.0.1:9944');
    const { status: code, text } = await ask('/health');
    expect(code).toBe(503);
    expect(JSON.parse(text)).toEqual({
      ok: false,
      problems: { chain: 'the chain is not reached: look at ws://127.0.0.1:9944' },
    });
  });

  it('streams one status when something changes, at most two a second, and the newest at the end', async () => {
    const events = await listen();
    expect(events.type).toBe('text/event-stream');
    expect((await events.next())!.step).toBe(0);
    const began = performance.now();
    for (let step = 1; step <= 100; step++) status.set({ step });
    let seen = 0;
    let newest: NodeStatus | undefined;
    while (newest?.step !== 200) {
      newest = await events.next();
      seen += 1;
      if (newest?.step === 100) status.set({ step: 200 });
    }
    expect(seen).toBeLessThanOrEqual(2 + Math.ceil((performance.now() - began) / 500));
    events.close();
  });

  it('refuses names that are not its own, so that no page of a stranger reads it', async () => {
    for (const host of ['evil.example', 'evil.example:9100', '127.0.0.1.evil.example', 'localhost.evil', '[::1', ' ']) {
      expect((await ask('/status', { host })).status, host).toBeGreaterThanOrEqual(400);
    }
    for (const host of ['127.0.0.1', 'localhost:1', 'LOCALHOST', '[::1]:80', '10.1.2.3', 'miner-1:9100']) {
      expect((await ask('/status', { host })).status, host).toBe(200);
    }
    expect((await ask('/status')).headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('only reads', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await ask('/status', { method });
      expect(answer.status, method).toBe(405);
      expect(answer.headers['allow']).toBe('GET, HEAD');
    }
    expect(await ask('/status', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
    for (const path of ['/etc/passwd', '/__proto__', '/constructor', '/metrics/']) {
      expect((await ask(path)).status, path).toBe(404);
    }
  });

  it('takes sixteen listeners and no more, and gives a place back when one leaves', async () => {
    const listeners = await Promise.all(Array.from({ length: 16 }, listen));
    expect((await ask('/events')).status).toBe(503);
    listeners[0]!.close();
    await expect
      .poll(async () => {
        const again = await fetch(`${server.url}/events`);
        await again.body?.cancel();
        return again.status;
      })
      .toBe(200);
    for (const listener of listeners) listener.close();
  });

  it('survives bytes that are no HTTP, and ends at once while somebody listens', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {}).resume();
    socket.end('\0\0\0\0 not http at all\r\n\r\n');
    await new Promise(resolve => socket.once('close', resolve));
    const events = await listen();
    await events.next();
    const ended = events.next().catch(() => undefined);
    await server.stop();
    await server.stop();
    expect(await ended).toBeUndefined();
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
  });

  it('says which port is taken', async () => {
    const port = Number(new URL(server.url).port);
    const error = await serveObserver({ metrics, status, port }).catch(reason => reason);
    expect(error).toMatchObject({ code: 'port_in_use', data: { port } });
  });
});
