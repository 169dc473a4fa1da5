// How smoothly the metagraph table scrolls in Chromium: 4,096 rows, by 45 pixels a frame, alone and with four blocks a
// second. `npm run bench:explorer`. A frame of a 60 Hz screen has 16.7 ms; work is what the page's thread did of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { buildPage, root } from '../../scripts/page.mjs';

const FRAMES = 600;
const PIXELS = 45;
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

const folder = mkdtempSync(join(tmpdir(), 'frames-'));
await buildPage(join(root, 'test/browser/explorer/fixture'), folder);
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  readFile(join(folder, pathname === '/' ? 'index.html' : pathname)).then(
    bytes =>
      response
        .setHeader('content-type', TYPES[extname(pathname === '/' ? '.html' : pathname)] ?? 'text/html')
        .end(bytes),
    () => response.writeHead(404).end(),
  );
});
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });

/** Times between frames while the table scrolls, and the work of the page's thread. */
async function measure({ rows, blocks }) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  await page.goto(`http://127.0.0.1:${server.address().port}/?part=table&n=${rows}`);
  await page.locator('[role=grid]').waitFor();
  const session = await page.context().newCDPSession(page);
  // CPU time of the thread: what others on the machine take does not count.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const work = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration').value;
  };
  const before = await work();
  const times = await page.evaluate(
    async ([frames, pixels, withBlocks]) => {
      const grid = document.querySelector('[role=grid]');
      const timer = withBlocks ? setInterval(() => window.nextBlock(), 250) : undefined;
      const found = [];
      await new Promise(resolve => {
        let last;
        const step = now => {
          if (last !== undefined) found.push(now - last);
          last = now;
          grid.scrollTop += pixels;
          if (found.length < frames) requestAnimationFrame(step);
          else resolve();
        };
        requestAnimationFrame(step);
      });
      clearInterval(timer);
      return found;
    },
    [FRAMES, PIXELS, blocks],
  );
  const workMs = ((await work()) - before) / FRAMES;
  await page.close();
  const sorted = [...times].sort((a, b) => a - b);
  const at = share => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return {
    rows,
    blocks: blocks ? '4 a second' : 'none',
    framesPerSecond: Number((1000 / (times.reduce((a, b) => a + b, 0) / times.length)).toFixed(1)),
    medianMs: Number(at(0.5).toFixed(1)),
    p95Ms: Number(at(0.95).toFixed(1)),
    longestMs: Number(sorted.at(-1).toFixed(1)),
    cpuPerFrameMs: Number(workMs.toFixed(2)),
  };
}

try {
  console.table([
    await measure({ rows: 256, blocks: false }),
    await measure({ rows: 4096, blocks: false }),
    await measure({ rows: 4096, blocks: true }),
  ]);
} finally {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
}
