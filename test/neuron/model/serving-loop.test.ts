import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/base/index.js';
import { endSaved } from '../../../src/neuron/model/model-threads.js';
import { applyGradients, type ServingLoop, serveCallers } from '../../../src/neuron/model/serving-loop.js';
import type { CallerGradients } from '../../../src/neuron/model/thread-messages.js';
import { SaveError } from '../../../src/neuron/running.js';

/** A server whose threads do nothing but note what they are asked, in order; `pending` requests have brought gradients. */
function serving({ pending = 0, onStep = () => {} }: { pending?: number; onStep?: () => void } = {}) {
  const stop = new AbortController();
  const notes: string[] = [];
  const waiting = { calls: pending };
  const loop: ServingLoop = {
    server: {
      version: 1,
      takeGradients: async () => {
        if (waiting.calls === 0) return undefined;
        const { calls } = waiting;
        waiting.calls = 0;
        return { calls } as CallerGradients;
      },
      serve: async () => void notes.push('serve'),
    },
    trainer: {
      takeCallerGradients: async ({ calls }) => {
        onStep();
        await Promise.resolve();
        notes.push(`learn ${calls}`);
      },
      parameters: async () => ({ version: 1, parameters: [] }),
    },
    training: { learntFromCallers: () => {}, saved: () => {} },
    save: async () => void notes.push('save'),
    intervalMs: 3_600_000,
    log: silentLog,
    signal: stop.signal,
  };
  return { loop, notes, waiting, stop };
}

describe('a server that stops', () => {
  it('counts the step that it was in, so that it is saved', async () => {
    const { loop, notes, stop } = serving({ pending: 3, onStep: () => stop.abort() });
    expect(await serveCallers(loop)).toEqual({ calls: 3, isUnsaved: true });
    expect(notes).toEqual(['learn 3']);
  });

  it('learns and saves what came in until its axon had stopped', async () => {
    const { loop, notes, waiting, stop } = serving();
    stop.abort();
    const axon = {
      stop: async () => {
        waiting.calls = 2;
        notes.push('axon stopped');
      },
    };
    await endSaved(axon, async () => {
      expect(await applyGradients(loop)).toBe(2);
      await loop.save();
    });
    expect(notes).toEqual(['axon stopped', 'learn 2', 'save']);
  });

  it('saves although its axon does not stop, and says that it did not', async () => {
    const { loop, notes } = serving();
    const axon = { stop: () => Promise.reject(new Error('stuck')) };
    await expect(endSaved(axon, loop.save)).rejects.toThrow('stuck');
    expect(notes).toEqual(['save']);
    const failing = endSaved({ stop: async () => {} }, () => Promise.reject(new Error('no space')));
    await expect(failing).rejects.toBeInstanceOf(SaveError);
  });
});
