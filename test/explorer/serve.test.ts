import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Explorer, startExplorer } from '../../src/explorer/index.js';
import { askNodes } from '../../src/neuron/observe/node-statuses.js';
import { isOfThisMachine } from '../../src/neuron/observe/observe-file.js';
import { temporaryFolder } from '../chain/helpers.js';
import { failure } from '../wallet/helpers.js';

const ENDPOINT = 'ws://127.0.0.1:9';

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** As a browser may ask, with any Host and Origin. */
function ask(port: number, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', part => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    sent.on('error', reject).end();
  });
}

describe('the explorer on its port', () => {
  let explorer: Explorer;
  let nodes: unknown[] = [];
  beforeAll(async () => {
    explorer = await startExplorer({ port: 0, endpoint: ENDPOINT, nodes: async () => nodes });
  });
  afterAll(() => explorer.stop());

  it('serves the page with the chain written into it, and its files', async () => {
    const page = await ask(explorer.port, '/?endpoint=x');
    expect(page.status).toBe(200);
    expect(page.text).toContain(`<meta name="bittensor-endpoint" content="${ENDPOINT}"`);
    const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(page.text)![1]!;
    const file = await ask(explorer.port, `/${script}`);
    expect([file.status, file.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect((await ask(explorer.port, '/', {}, 'HEAD')).text).toBe('');
  });

  it('lets the page load nothing from elsewhere, and be framed by nobody', async () => {
    const { headers } = await ask(explorer.port, '/');
    const policy = String(headers['content-security-policy']).split('; ');
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy.find(one => one.startsWith('connect-src'))).toContain(` ${ENDPOINT}`);
    expect(policy.join()).not.toMatch(/unsafe|\s\*|https?:\s/);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('serves nothing but the files of the page', async () => {
    for (const path of [
      '/../package.json',
      '/%2e%2e/package.json',
      '/assets/../../../index.js',
      '/assets',
      '/api',
      '//',
    ]) {
      expect((await ask(explorer.port, path)).status, path).toBe(404);
    }
    expect((await ask(explorer.port, '/', {}, 'POST')).status).toBe(405);
  });

  it('answers no foreign name (DNS rebinding), and tells pages of others nothing of the nodes', async () => {
    nodes = [{ role: 'miner' }];
    const own = `127.0.0.1:${explorer.port}`;
    const status = async (headers: Record<string, string>) => (await ask(explorer.port, '/api/nodes', headers)).status;
    expect(await status({})).toBe(200);
    expect(await status({ origin: `http://${own}`, 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await status({ host: 'evil.example' })).toBe(421);
    expect(await status({ host: `evil.example:${explorer.port}` })).toBe(421);
    expect(await status({ origin: 'http://evil.example' })).toBe(403);
    expect(await status({ origin: 'null' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'same-site' })).toBe(403);
    const { headers, text } = await ask(explorer.port, '/api/nodes');
    expect(JSON.parse(text)).toEqual(nodes);
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('takes the next port where its own is taken and may, and says so where it may not', async () => {
    const { port } = explorer;
    const next = await startExplorer({ port, more: 20, endpoint: ENDPOINT, nodes: async () => [] });
    expect(next.port).toBeGreaterThan(port);
    await next.stop();
    await next.stop();
    const refused = () => startExplorer({ port, endpoint: ENDPOINT, nodes: async () => [] });
    expect(await failure(refused)).toMatchObject({ code: 'port_in_use' });
  });

  it('writes an address of a stranger into the page as text', async () => {
    const hostile = 'ws://127.0.0.1:9/"><script>alert(1)</script>';
    const other = await startExplorer({ port: 0, endpoint: hostile, nodes: async () => [] });
    const { text } = await ask(other.port, '/');
    await other.stop();
    expect(text).not.toContain('<script>alert');
    expect(text).toContain('&#34;&#62;&#60;script&#62;');
  });
});

describe('what running nodes say of themselves', () => {
  it('is asked of each, and who does not answer, or is none, is left out', async () => {
    using folder = temporaryFolder();
    const server = createServer((message, response) => {
      const answers: Record<string, string> = { '/status': '{"role":"miner"}', '/long/status': '' };
      response.end(answers[message.url ?? ''] ?? 'no');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const long = createServer((_, response) => response.end(`["${'x'.repeat(2 ** 21)}"]`));
    await new Promise<void>(resolve => long.listen(0, '127.0.0.1', resolve));
    const files: Record<string, string> = {
      good: JSON.stringify({ url: `http://127.0.0.1:${port}`, pid: 1 }),
      gone: JSON.stringify({ url: 'http://127.0.0.1:9', pid: 1 }),
      elsewhere: JSON.stringify({ url: 'http://example.com', pid: 1 }),
      file: JSON.stringify({ url: 'file:///etc/passwd' }),
      long: JSON.stringify({ url: `http://127.0.0.1:${(long.address() as AddressInfo).port}`, pid: 1 }),
      broken: '{',
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(folder.path, 'slots', name), { recursive: true });
      writeFileSync(join(folder.path, 'slots', name, 'observe.json'), text);
    }
    mkdirSync(join(folder.path, 'slots', 'without'));
    const signal = AbortSignal.timeout(10_000);
    expect(await askNodes(folder.path, signal)).toEqual([{ role: 'miner' }]);
    expect(await askNodes(join(folder.path, 'nowhere'), signal)).toEqual([]);
    for (const one of [server, long]) one.close();
  });

  it('is asked at addresses of this machine only', () => {
    const own = ['http://127.0.0.1:1', 'http://127.3.2.1:1/', 'http://[::1]:1', 'http://localhost:1'];
    const others = ['http://8.8.8.8:1', 'http://0x08080808:1', 'http://[2001:db8::1]:1', 'http://localhost.example:1'];
    expect(own.map(isOfThisMachine)).toEqual(own.map(() => true));
    expect([...others, 'https://127.0.0.1:1', 'no address'].map(isOfThisMachine)).not.toContain(true);
  });
});
