import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { temporaryFolder } from '../../chain/helpers.js';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** The page of the parts with generated data, served on a free port, and a browser to open it. */
export class PartsPage {
  /** What GET /api/nodes answers; undefined for 404. */
  nodes: unknown;
  private readonly folder = temporaryFolder();
  private server: Server | undefined;
  private browser: Browser | undefined;

  async start(): Promise<void> {
    const script = new URL('../../../scripts/page.mjs', import.meta.url).href;
    const { buildPage } = (await import(/* @vite-ignore */ script)) as {
      buildPage: (from: string, to: string) => Promise<unknown>;
    };
    await buildPage(fileURLToPath(new URL('./fixture', import.meta.url)), this.folder.path);
    this.server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      if (pathname === '/api/nodes' && this.nodes !== undefined) {
        response.setHeader('content-type', 'application/json').end(JSON.stringify(this.nodes));
        return;
      }
      const file = join(this.folder.path, pathname === '/' ? 'index.html' : pathname);
      readFile(file).then(
        bytes => response.setHeader('content-type', TYPES[extname(file)] ?? 'text/plain').end(bytes),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>(resolve => this.server!.listen(0, '127.0.0.1', resolve));
    this.browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  }

  async stop(): Promise<void> {
    await this.browser?.close();
    this.server?.closeAllConnections();
    this.server?.close();
    this.folder[Symbol.dispose]();
  }

  /** `part=table&n=64`. An error in the page fails the test that opened it. */
  async open(query: string, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const page = await this.browser!.newPage({ colorScheme, viewport: { width: 1400, height: 900 } });
    page.on('pageerror', error => {
      throw error;
    });
    const { port } = this.server!.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/?${query}`);
    await page.locator('h1').waitFor();
    return page;
  }
}

/** Nothing that axe knows of WCAG 2.2 A and AA and of good practice is broken. */
export async function expectAccessible(page: Page): Promise<void> {
  // Not as a script of the page: the page's own policy would rightly refuse it.
  await page.evaluate(await readFile(AXE, 'utf8'));
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (context: Document, options: object) => Promise<AxeResult> } };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations, passes } = await axe.run(document, { runOnly: { type: 'tag', values: tags } });
    return {
      passes: passes.length,
      violations: violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html.slice(0, 200)}`)),
    };
  });
  expect(found.violations).toEqual([]);
  expect(found.passes).toBeGreaterThan(10);
}

interface AxeResult {
  violations: { id: string; nodes: { html: string }[] }[];
  passes: unknown[];
}
