import { describe, expect, it } from 'vitest';
import { createMetrics, shortKey } from '../../src/base/index.js';

const ADDRESS = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';

/** The value of one line of the text format, by its whole name with labels. */
function figureIn(text: string, line: RegExp): number {
  const found = text.split('\n').find(candidate => line.test(candidate));
  if (found === undefined) throw new Error(`no line ${line} in\n${text}`);
  return Number(found.slice(found.lastIndexOf(' ') + 1));
}

describe('the metrics of a node', () => {
  it('shows counters, gauges and histograms as Prometheus reads them, with role and short hotkey on each line', async () => {
    const metrics = await createMetrics({ role: 'miner', hotkey: ADDRESS, version: '1.2.3' });
    const requests = metrics.counter('bittensor_requests_total', 'Requests.', ['code']);
    requests.add(1, { code: 'Success' });
    requests.add(2, { code: 'Success' });
    metrics.gauge('bittensor_step', 'Steps.').set(7);
    const seconds = metrics.histogram('bittensor_request_seconds', 'Time.', [], [0.1, 1]);
    seconds.observe(0.05);
    seconds.observe(0.5);
    const text = await metrics.text();
    metrics.close();
    expect(text).toContain('# TYPE bittensor_requests_total counter');
    expect(text).toContain('bittensor_requests_total{code="Success",role="miner",hotkey="5Grwva..tQY"} 3');
    expect(figureIn(text, /^bittensor_step\{/)).toBe(7);
    expect(figureIn(text, /^bittensor_request_seconds_bucket\{le="0\.1"/)).toBe(1);
    expect(figureIn(text, /^bittensor_request_seconds_bucket\{le="\+Inf"/)).toBe(2);
    expect(figureIn(text, /^bittensor_request_seconds_sum/)).toBeCloseTo(0.55);
    expect(text).not.toContain(ADDRESS);
    expect(text).toContain('version="1.2.3"');
  });

  it('measures the process by itself', async () => {
    const metrics = await createMetrics({ role: 'miner' });
    // The first sample begins the measuring.
    await new Promise(resolve => setTimeout(resolve, 100));
    const until = performance.now() + 150;
    while (performance.now() < until);
    await new Promise(resolve => setTimeout(resolve, 50));
    const text = await metrics.text();
    metrics.close();
    expect(figureIn(text, /memory_bytes\{kind="rss"/)).toBeGreaterThan(2 ** 20);
    expect(figureIn(text, /memory_bytes\{kind="heap_used"/)).toBeGreaterThan(2 ** 20);
    expect(figureIn(text, /^bittensor_process_cpu_seconds_total/)).toBeGreaterThan(0);
    expect(figureIn(text, /^bittensor_event_loop_lag_seconds\{percentile="100"/)).toBeGreaterThan(0.02);
    // Prometheus keeps this label for summaries: `promtool check metrics` complains of it.
    expect(text).not.toContain('quantile=');
    expect(figureIn(text, /^bittensor_event_loop_busy_ratio/)).toBeLessThanOrEqual(1);
    expect(figureIn(text, /^bittensor_open_sockets/)).toBeGreaterThanOrEqual(0);
    expect(figureIn(text, /^bittensor_process_start_time_seconds/)).toBeGreaterThan(1.6e9);
  });

  it('shares nothing between two nodes of one process', async () => {
    const [one, two] = [await createMetrics({ role: 'miner' }), await createMetrics({ role: 'validator' })];
    one.counter('bittensor_requests_total', 'Requests.').add(5);
    expect(await two.text()).not.toContain('bittensor_requests_total');
    expect(await two.text()).not.toContain('role="miner"');
    one.close();
    two.close();
  });

  it('follows a total that is counted elsewhere, also when that begins again', async () => {
    const metrics = await createMetrics({ role: 'miner' });
    const bytes = metrics.counter('bittensor_bytes_total', 'Bytes.');
    for (const total of [10, 10, 25, 5]) bytes.follow(total);
    expect(figureIn(await metrics.text(), /^bittensor_bytes_total/)).toBe(30);
    metrics.close();
  });

  it('keeps the number of series bounded whatever the labels are', async () => {
    const metrics = await createMetrics({ role: 'miner' });
    const counter = metrics.counter('bittensor_hostile_total', 'Of labels that others choose.', ['peer']);
    for (let i = 0; i < 10_000; i++) counter.add(1, { peer: `peer ${i}` });
    const lines = (await metrics.text()).split('\n').filter(line => line.startsWith('bittensor_hostile_total{'));
    metrics.close();
    expect(lines.length).toBeLessThanOrEqual(257);
    expect(lines.find(line => line.includes('peer="other"'))).toMatch(/ 9744$/);
  });

  it('shows labels with quotes, line ends and backslashes so that they stay labels', async () => {
    const metrics = await createMetrics({ role: 'miner' });
    metrics.gauge('bittensor_odd', 'Odd.', ['name']).set(1, { name: 'a"b\nc\\d' });
    const text = await metrics.text();
    metrics.close();
    expect(text).toContain('bittensor_odd{name="a\\"b\\nc\\\\d",role="miner"} 1');
  });

  it('gives the same metric for the same name, and refuses a name of another kind', async () => {
    const metrics = await createMetrics({ role: 'miner' });
    metrics.counter('bittensor_twice_total', 'Twice.').add();
    metrics.counter('bittensor_twice_total', 'Twice.').add();
    expect(figureIn(await metrics.text(), /^bittensor_twice_total/)).toBe(2);
    expect(() => metrics.counter('requests_total', 'Requests.')).toThrow(/bittensor_/);
    metrics.close();
  });

  it('goes on when one of those that are asked before each text throws, and leaves out what is not finite', async () => {
    const metrics = await createMetrics({ role: 'miner' });
    const gauge = metrics.gauge('bittensor_head', 'Head.');
    metrics.beforeText(() => {
      throw new Error('not connected');
    });
    metrics.beforeText(() => gauge.set(3));
    metrics.beforeText(() => gauge.set(Number.NaN));
    expect(figureIn(await metrics.text(), /^bittensor_head/)).toBe(3);
    metrics.close();
  });

  it('shortens addresses, and only those', () => {
    expect(shortKey(ADDRESS)).toBe('5Grwva..tQY');
    expect(shortKey('alice')).toBe('alice');
  });
});
