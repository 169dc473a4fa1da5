import type { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { type NodeStatus, pollUntil } from '../../src/base/index.js';
import { createLiveView } from '../../src/cli/commands/run/live-view.js';
import { viewLines } from '../../src/cli/commands/run/view.js';
import { Screen, type Terminal } from '../../src/cli/terminal/screen.js';
import { sparkline } from '../../src/cli/terminal/sparkline.js';
import { widthOf } from '../../src/cli/terminal/text.js';

const colors = pc.createColors(false);
const status: NodeStatus = {
  role: 'miner',
  neuron: 'mnist',
  name: 'default',
  hotkey: '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
  version: '0.1.0',
  startedAt: 0,
  network: { name: 'Bittensor Local', endpoint: 'ws://127.0.0.1:9944', netuid: 1, block: 120 },
  uid: 7,
  axon: { ip: '127.0.0.1', port: 8091 },
  step: 30,
  epoch: 2,
  losses: { local: 0.5, network: 0.4, distillation: 0.03 },
  history: Array.from({ length: 200 }, (_, i) => ({
    step: i,
    timeMs: i,
    local: 2 / (i + 1),
    network: 1,
    distillation: 0,
  })),
  peers: Array.from({ length: 40 }, (_, uid) => ({
    hotkey: `5Peer${uid}`,
    uid,
    address: `10.0.0.${uid}:8091`,
    score: 1 / (uid + 1),
    lastCode: 'Success',
    latencyMs: 12.34,
    lost: uid === 3,
  })),
  chain: {
    token: 'alpha',
    stake: 198.4,
    rank: 0.1,
    trust: 0.2,
    consensus: 0.3,
    incentive: 0.25,
    dividends: 0.5,
    emission: 32.8,
    lastUpdate: 100,
    validatorPermit: true,
  },
  weights: { block: 100, state: 'set', uids: [3, 5], values: [65_535, 100] },
};
const view = {
  status,
  nowMs: 3_725_000,
  incentives: [0, 0.1, 0.25],
  lines: ['one', 'two'],
  logFile: '/x/bittensor.log',
  colors,
};

/** A terminal that keeps what is written to it. */
function terminal(size: { columns: number; rows: number }): { stream: Terminal; text(): string } {
  const stream = Object.assign(new PassThrough({ highWaterMark: 2 ** 20 }), { isTTY: true, ...size });
  let text = '';
  stream.setEncoding('utf8').on('data', chunk => {
    text += chunk;
  });
  return { stream, text: () => text };
}

describe('a sparkline', () => {
  it('has the least at the bottom, the most at the top, and the newest to the right', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8)).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([5, 5, 5], 8)).toBe('▁▁▁');
    expect(sparkline([], 8)).toBe('');
    expect(sparkline([1, Number.NaN, 2], 8)).toBe('▁█');
  });

  it('is never wider than it may be, whatever the numbers are', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 300 }), fc.integer({ min: 0, max: 80 }), (values, columns) => {
        const line = sparkline(values, columns);
        expect(line.length).toBe(Math.min(columns, values.filter(Number.isFinite).length));
        expect(line).toMatch(/^[▁-█]*$/);
      }),
      { seed: 8 },
    );
  });
});

describe('the live view', () => {
  it('shows losses, stake, rank, incentive, weights, peers, the chain head and the end of the log', () => {
    const text = viewLines(view, { columns: 100, rows: 40 }).join('\n');
    expect(text).toContain('Bittensor miner mnist  default, up 1 h 2 min');
    expect(text).toContain('uid 7, hotkey 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY, axon 127.0.0.1:8091');
    expect(text).toContain('Bittensor Local at ws://127.0.0.1:9944, block 120');
    expect(text).toMatch(/local +0\.5000 +█[▁-▇]+▁$/m);
    expect(text).toMatch(/incentive +0\.2500 +▁▄█/);
    expect(text).toContain('stake 198.4000 alpha, earned 32.8000 in the last epoch, with a permit');
    expect(text).toContain('set in block 100 of 2 neurons (3: 65535, 5: 100)');
    expect(text).toContain('Peers  40, 1 lost');
    expect(text).toMatch(/5Peer0 +10\.0\.0\.0:8091 +1\.0000 +Success +12\.3/);
    expect(text.split('\n').slice(-3)).toEqual(['Log  /x/bittensor.log', '  one', '  two']);
  });

  it('shows what there is of a node that starts, and of one without a chain', () => {
    expect(viewLines({ ...view, status: undefined }, { columns: 80, rows: 24 })[0]).toBe('Starting ...');
    const { chain: _, weights: __, losses: ___, uid: ____, ...alone } = status;
    const text = viewLines({ ...view, status: { ...alone, peers: [], history: [] } }, { columns: 80, rows: 24 });
    expect(text.join('\n')).not.toContain('On the chain');
    expect(text.join('\n')).toContain('Peers  0');
  });

  it('leaves the log its place on a terminal of any size', () => {
    for (const rows of [30, 40, 60]) expect(viewLines(view, { columns: 80, rows }).length).toBeLessThanOrEqual(rows);
  });

  it('is drawn over all of the terminal, no line wider than it, and gives it back as it was', async () => {
    const { stream, text } = terminal({ columns: 50, rows: 20 });
    const live = createLiveView(stream, colors);
    live.line('said before');
    live.watch({ get: () => status, onChange: () => () => {} });
    await pollUntil('a frame', { withinMs: 30_000, everyMs: 10 }, () => text().includes('Losses') || undefined);
    live.close();
    live.close();
    live.line('said after');
    expect(text().startsWith('\u001b[?1049h\u001b[?25l')).toBe(true);
    const frames = text().split('\u001b[H').slice(1);
    for (const frame of frames) {
      const lines = frame.split('\u001b[J')[0]!.split('\r\n');
      expect(lines.length).toBeLessThanOrEqual(20);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the end of a line is cleared by one
      for (const line of lines) expect(widthOf(line.replaceAll(/\u001b\[K/g, ''))).toBeLessThanOrEqual(50);
    }
    expect(text().split('\u001b[?25h\u001b[?1049l')).toHaveLength(2);
    expect(text().endsWith('\u001b[?25h\u001b[?1049lsaid before\nsaid after\n')).toBe(true);
  });
});

describe('a screen', () => {
  it('draws at most four times a second, again when its size changes, and never after it was closed', async () => {
    const { stream } = terminal({ columns: 80, rows: 24 });
    const sizes: number[] = [];
    const before = process.listenerCount('exit');
    const screen = new Screen(stream, ({ columns }) => {
      sizes.push(columns);
      return ['x'];
    });
    expect(process.listenerCount('exit')).toBe(before + 1);
    const began = performance.now();
    await pollUntil('three frames', { withinMs: 30_000, everyMs: 1 }, () => {
      screen.refresh();
      return sizes.length >= 3 || undefined;
    });
    expect(performance.now() - began).toBeGreaterThanOrEqual(480);
    stream.columns = 40;
    (stream as EventEmitter).emit('resize');
    await pollUntil('the new size', { withinMs: 30_000, everyMs: 5 }, () => sizes.at(-1) === 40 || undefined);
    screen.close();
    const drawn = sizes.length;
    screen.refresh();
    expect(stream.listenerCount('resize')).toBe(0);
    expect(process.listenerCount('exit')).toBe(before);
    await new Promise(resolve => setTimeout(resolve, 300));
    expect(sizes.length).toBe(drawn);
  });

  it('shows text of others without letting it drive the terminal', async () => {
    const { stream, text } = terminal({ columns: 80, rows: 24 });
    const screen = new Screen(stream, () => ['name \u001b[2J\u0007gone']);
    await pollUntil('a frame', { withinMs: 30_000, everyMs: 5 }, () => text().includes('gone') || undefined);
    screen.close();
    expect(text()).toContain('name [2Jgone');
  });
});
