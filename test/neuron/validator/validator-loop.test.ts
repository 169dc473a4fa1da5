import { afterEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../src/base/index.js';
import type { KnownPeer } from '../../../src/neuron/membership/directory.js';
import { CHANNELS, ScoreBook } from '../../../src/neuron/validator/scoring.js';
import { judgePeers, type Way } from '../../../src/neuron/validator/validator-loop.js';

const peer = { hotkey: 'a', host: '127.0.0.1', port: 1 } as KnownPeer;

afterEach(() => void vi.useRealTimers());

describe('the questions of a validator', () => {
  it('go no way by which nobody would answer, so that nobody is blamed for it', async () => {
    const asked: string[] = [];
    let isRegistered = true;
    const wayOf = (channel: Way['channel'], more: Partial<Way> = {}): Way => ({
      channel,
      forward: async () => {
        asked.push(channel);
        const isRefused = channel === 'disguised' && !isRegistered;
        if (isRefused) return { ok: false, code: 'Unauthenticated' };
        return { ok: true, output: { dtype: 'float32', shape: [1, 1024], data: new Float32Array(1024) }, version: 1 };
      },
      ...more,
    });
    const book = new ScoreBook(CHANNELS);
    const ask = (steps: number) => {
      let turn = 0;
      return judgePeers({
        judge: {
          ask: async () => ({ inputs: { dtype: 'float32', shape: [1, 4], data: new Float32Array(4) } }),
          judge: async answers => answers.map(() => 1),
        },
        book,
        ways: [wayOf('open'), wayOf('disguised', { isUsable: () => isRegistered })],
        peers: () => [peer],
        count: 1,
        intervalMs: 0,
        timeoutMs: 1_000,
        steps,
        // One way after the other.
        random: () => (turn++ % 4 < 2 ? 0 : 0.9),
        log: silentLog,
        signal: new AbortController().signal,
      });
    };
    await ask(10);
    expect(new Set(asked)).toEqual(new Set(['open', 'disguised']));
    const { score } = book.standing('a');
    expect(score).toBeGreaterThan(0);
    isRegistered = false;
    asked.length = 0;
    await ask(10);
    expect(new Set(asked)).toEqual(new Set(['open']));
    expect(book.standing('a').score).toBe(score);
  });

  it('are looked for a few times a second while there is nobody to ask, also without an interval', async () => {
    vi.useFakeTimers();
    let looks = 0;
    const stop = new AbortController();
    const judging = judgePeers({
      judge: { ask: () => Promise.reject(new Error('nobody is there')), judge: async () => [] },
      book: new ScoreBook(['open']),
      ways: [{ channel: 'open', forward: async () => ({ ok: false, code: 'Unavailable' }) }],
      peers: () => {
        looks += 1;
        return [];
      },
      count: 4,
      intervalMs: 0,
      timeoutMs: 1_000,
      steps: undefined,
      log: silentLog,
      signal: stop.signal,
    });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(looks).toBeGreaterThanOrEqual(20);
    expect(looks).toBeLessThanOrEqual(60);
    stop.abort();
    expect(await judging).toBe(0);
  });
});
