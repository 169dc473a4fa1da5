import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countUnhandled, problemsOf, type Soak, type SoakSample } from '../../bench/network/soak-judge.js';
import { readSoak, type SoakSummary, soakReport, thin } from '../../bench/network/soak-table.js';

const MIB = 2 ** 20;
const CAP_MIB = 400;

/** A sample a minute of one process. */
function samplesOf(name: string, minutes: number, mibAt: (minute: number) => number): SoakSample[] {
  return Array.from({ length: minutes }, (_, minute) => ({
    seconds: 60 * minute,
    name,
    rssBytes: mibAt(minute) * MIB,
    sockets: 4,
    files: 20,
    threads: 11,
    weightsSet: 0,
  }));
}

function soakOf(given: Partial<Soak>): Soak {
  const samples = samplesOf('chain', 120, () => 150);
  return {
    minutes: 120,
    samples,
    weights: { 'validator-1': { set: 90, missed: 0 } },
    unhandled: { chain: 0 },
    ...given,
  };
}

const judged = (given: Partial<Soak>) => problemsOf(soakOf(given), CAP_MIB);

describe('the judge of a soak', () => {
  it('finds nothing where memory is flat, logs are quiet and each epoch has its weights', () => {
    expect(judged({})).toEqual([]);
  });

  it('reports a validator that set nothing, though it missed no epoch that is counted', () => {
    const weights = { 'validator-1': { set: 90, missed: 0 }, 'validator-2': { set: 0, missed: 0 } };
    expect(judged({ weights })).toEqual(['validator-2 set weights 0 times and let 0 epochs pass']);
  });

  it('reports a validator that let an epoch pass', () => {
    const weights = { 'validator-1': { set: 89, missed: 1 } };
    expect(judged({ weights })).toEqual(['validator-1 set weights 89 times and let 1 epochs pass']);
  });

  it('reports an unhandled rejection of any process, the chain too', () => {
    expect(judged({ unhandled: { chain: 2, 'good-1': 0 } })).toEqual(['chain logged 2 unhandled rejections']);
  });

  it('reports who had more memory than the cap, were it in one sample', () => {
    const samples = samplesOf('good-1', 120, minute => (minute === 7 ? 401 : 150));
    expect(judged({ samples })).toEqual(['good-1 had 401 MiB, the cap is 400']);
  });

  it('reports who grows by a hundredth an hour, and nobody who grows by less', () => {
    const growing = samplesOf('good-1', 120, minute => 200 + (2.2 * minute) / 60);
    const flat = samplesOf('chain', 120, minute => 200 + (1.8 * minute) / 60);
    expect(judged({ samples: [...flat, ...growing] })).toEqual(['good-1 grows by 1.1 % an hour']);
  });

  it('takes what is filled in the first quarter, and the slope of less than an hour, for no growth', () => {
    expect(judged({ samples: samplesOf('chain', 120, minute => Math.min(100 + 3 * minute, 190)) })).toEqual([]);
    expect(judged({ minutes: 59, samples: samplesOf('chain', 59, minute => 100 + minute) })).toEqual([]);
  });
});

describe('what a log tells of rejections', () => {
  it('is what Node prints of them, and nothing else', () => {
    for (const code of ['Promise.reject(7)', 'Promise.reject(new Error("x"))']) {
      const { stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
      expect(countUnhandled(stderr), stderr).toBeGreaterThan(0);
    }
    expect(countUnhandled('2026-01-01 | INFO | localnet - listens at ws://127.0.0.1:1\n')).toBe(0);
  });
});

describe('what is kept of a soak', () => {
  const samples = [...samplesOf('chain', 61, minute => 100 + minute), ...samplesOf('validator-1', 61, () => 200)];
  const summary: SoakSummary = {
    minutes: 61,
    blockTimeMs: 1_000,
    epochs: 91,
    memory: {},
    weights: { 'validator-1': { set: 90, missed: 1 } },
    unhandled: { chain: 0 },
    problems: [],
  };

  it('has of each process a sample in so many seconds, the first and the last', () => {
    const kept = thin(samples, 1_500).map(({ name, seconds }) => `${name} ${seconds}`);
    expect(kept).toEqual([
      'chain 0',
      'validator-1 0',
      'chain 1500',
      'validator-1 1500',
      'chain 3000',
      'validator-1 3000',
      'chain 3600',
      'validator-1 3600',
    ]);
  });

  it('tells growth of the heap in use of those that told it', () => {
    const telling = samplesOf('good-1', 61, () => 200).map((sample, minute) => ({
      ...sample,
      heapBytes: (50 + minute / 60) * MIB,
    }));
    expect(soakReport({ samples: telling, summary })).toContain('| good-1 | 200.0, 200.0, 200.0 | 0.00 % | 1.98 % |');
  });

  it('has a row for each process, and says what all came to', () => {
    const report = soakReport({ samples, summary });
    expect(report).toContain('| chain | 100.0, 160.0, 160.0 |');
    expect(report).toContain('| validator-1 | 200.0, 200.0, 200.0 | 0.00 % |  | 90, 1 | 4, 4 | 20, 20 | 11, 11 |');
    expect(report).toContain('as many blocks as 12.2 hours have on the real networks, 91 epochs.');
    expect(report).toContain('of 61 samples of each process');
    expect(report).toContain('Unhandled rejections: 0.');
    const bad = soakReport({ samples, summary: { ...summary, problems: ['chain grows by 60.0 % an hour'] } });
    expect(bad).toContain('**Not as wanted:** chain grows by 60.0 % an hour.');
  });

  it('is read from lines of which the last is the summary, or from a soak that has not ended', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bittensor-soak-'));
    try {
      const file = join(folder, 'soak.jsonl');
      const lines = [...samples, summary].map(line => JSON.stringify(line));
      writeFileSync(file, `${lines.join('\n')}\n`);
      expect(readSoak(file)).toEqual({ samples, summary });
      writeFileSync(file, `${lines.slice(0, 4).join('\n')}\n`);
      expect(readSoak(file)).toEqual({ samples: samples.slice(0, 4), summary: undefined });
      expect(soakReport(readSoak(file))).toContain('A soak that was stopped before its end.');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
