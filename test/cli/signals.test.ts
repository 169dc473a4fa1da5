import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { packagePath } from '../../src/base/index.js';
import { stopOnSignal } from '../../src/cli/frame/signals.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What a program that never ends comes to: exit codes, and when they were asked for, milliseconds. */
function hanging(isPatient: boolean) {
  const exits: { code: number; atMs: number }[] = [];
  const began = Date.now();
  const exit = (code: number) => void exits.push({ code, atMs: Date.now() - began });
  const stopping = stopOnSignal({ isPatient, exit });
  const ctrlC = () => void process.emit('SIGINT');
  return { exits, stopping, ctrlC };
}

describe('a signal', () => {
  it('aborts, and a second one ends what does not stop at once', () => {
    const { exits, stopping, ctrlC } = hanging(false);
    expect(stopping.signal.aborted).toBe(false);
    ctrlC();
    expect([stopping.signal.aborted, exits]).toEqual([true, []]);
    ctrlC();
    expect(exits).toEqual([{ code: 130, atMs: 0 }]);
    stopping.dispose();
  });

  it('leaves what saves a model as long as service managers wait, and is not hurried by a second one at first', () => {
    const { exits, stopping, ctrlC } = hanging(true);
    ctrlC();
    for (let seconds = 0; seconds < 19; seconds++) {
      vi.advanceTimersByTime(1_000);
      ctrlC();
    }
    expect(exits).toEqual([]);
    vi.advanceTimersByTime(200_000);
    const [end] = exits;
    expect(end).toMatchObject({ code: 130 });
    const [, waits] = /^TimeoutStopSec=(\d+)$/m.exec(
      readFileSync(packagePath('deploy/bittensor-node.service'), 'utf8'),
    )!;
    expect(end!.atMs).toBeLessThan(Number(waits) * 1_000);
    expect(end!.atMs).toBeGreaterThan(Number(waits) * 900);
    stopping.dispose();
  });

  it('that comes when patience is over ends it', () => {
    const { exits, stopping, ctrlC } = hanging(true);
    ctrlC();
    vi.advanceTimersByTime(21_000);
    expect(exits).toEqual([]);
    ctrlC();
    expect(exits).toEqual([{ code: 130, atMs: 21_000 }]);
    stopping.dispose();
  });

  it('means nothing to a program that has ended', () => {
    const before = process.listenerCount('SIGINT');
    const { stopping } = hanging(false);
    expect(process.listenerCount('SIGINT')).toBe(before + 1);
    stopping.dispose();
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
