import { describe, expect, it } from 'vitest';
import { createTrainer, labelsOf, loadDigits, type PlainTensor, type RemoteCaller } from '../../../src/model/index.js';
import { batchNumber, plain, SMALL, serveSmall, tensorCount, wave } from '../helpers.js';

const digits = loadDigits().training;
const good = plain([64, 1024], i => (i % 1024 < 10 ? wave(i) : 0));
const liars: Record<string, unknown> = {
  nan: plain([64, 1024], () => Number.NaN),
  infinite: plain([64, 1024], i => (i % 3 === 0 ? Number.POSITIVE_INFINITY : -wave(i))),
  huge: plain([64, 1024], i => 3e38 * Math.sign(wave(i))),
  tiny: plain([64, 1024], () => 1e-44),
  zero: plain([64, 1024], () => 0),
  narrow: plain([64, 512], wave),
  flat: plain([64 * 1024], wave),
  short: { ...good, data: good.data.subarray(1) },
  integers: { dtype: 'int32', shape: [64, 1024], data: new Int32Array(64 * 1024) },
  disguised: { dtype: 'float32', shape: [64, 1024], data: Array(64 * 1024).fill(1) },
};

describe('a training step among hostile peers', () => {
  it.each(Object.keys(liars))('is not harmed by an answer that is %s', async name => {
    const trainer = await createTrainer({ device: 'wasm', model: 'mnist', seed: 1, config: SMALL });
    const sent: PlainTensor[] = [];
    const caller: RemoteCaller = {
      forward: async peer => ({ ok: true, output: (peer === 'good' ? good : liars[name]) as PlainTensor, version: 1 }),
      backward: async (_peer, _input, gradient) => {
        sent.push(gradient);
        return { ok: true };
      },
    };
    const before = tensorCount();
    for (let n = 0; n < 3; n++) {
      const result = await trainer.train(batchNumber(digits, n), { peers: ['good', name], caller });
      expect(result.skipped).toBe(false);
      expect(Object.values(result.scores).every(Number.isFinite)).toBe(true);
      const refused = ['narrow', 'flat', 'short', 'integers', 'disguised'].includes(name);
      expect(result.failures).toEqual(refused ? [{ peer: name, code: 'shape' }] : []);
      if (refused) expect(result.scores).toEqual({ good: 1, [name]: 0 });
    }
    expect(tensorCount()).toBe(before);
    for (const { data } of trainer.exportParameters()) expect(data.every(Number.isFinite)).toBe(true);
    for (const { data } of sent) expect((data as Float32Array).every(Number.isFinite)).toBe(true);
    trainer.dispose();
  });

  it('finds out one that is honest for the first half of a batch, where the labels are, and lies about the rest', async () => {
    const teacher = await createTrainer({ device: 'wasm', model: 'mnist', seed: 9, config: SMALL });
    for (let n = 0; n < 60; n++) await teacher.train(batchNumber(digits, n));
    const served = await serveSmall(['honest'], teacher.exportParameters());
    const caller: RemoteCaller = {
      forward: async (peer, input, options) => {
        const reply = await served.forward('honest', input, options);
        if (!reply.ok || peer === 'honest') return reply;
        const { shape, data } = reply.output;
        const lies = (data as Float32Array).map((x, i) => (i < data.length / 2 ? x : -x));
        return { ...reply, output: { dtype: 'float32', shape, data: lies } };
      },
      backward: async () => ({ ok: true }),
    };
    const trainer = await createTrainer({ device: 'wasm', model: 'mnist', seed: 1, config: SMALL });
    let scores: Record<string, number> = {};
    for (let n = 0; n < 80; n++) {
      const { inputs, targets } = batchNumber(digits, n % 20);
      const batch = { inputs, targets: { labels: labelsOf(targets.labels!.data.subarray(0, 32)) } };
      ({ scores } = await trainer.train(batch, { peers: ['half', 'honest'], caller }));
    }
    expect(scores.honest).toBeGreaterThan(0.8);
    teacher.dispose();
    trainer.dispose();
    served.dispose();
  });

  it('goes on without peers that hang, throw or refuse, and asks them no further', async () => {
    const trainer = await createTrainer({ device: 'wasm', model: 'mnist', seed: 1, config: SMALL, timeoutMs: 80 });
    const told: string[] = [];
    const stopped: string[] = [];
    const caller: RemoteCaller = {
      async forward(peer, _input, { signal }) {
        signal?.addEventListener('abort', () => stopped.push(peer));
        if (peer === 'hangs') return new Promise(() => {});
        if (peer === 'throws') throw new Error('no such host');
        if (peer === 'refuses') return { ok: false, code: 'overloaded' };
        return { ok: true, output: good, version: 4 };
      },
      async backward(peer, _input, _gradient, version) {
        told.push(`${peer} ${version}`);
        return { ok: false, code: 'stale' };
      },
    };
    const peers = ['fine', 'hangs', 'refuses', 'throws'];
    const result = await trainer.train(batchNumber(digits, 0), { peers, caller });
    expect(result.scores).toEqual({ fine: 1, hangs: 0, refuses: 0, throws: 0 });
    expect(Object.fromEntries(result.failures.map(({ peer, code }) => [peer, code]))).toEqual({
      fine: 'stale',
      hangs: 'timeout',
      refuses: 'overloaded',
      throws: 'no such host',
    });
    expect(told).toEqual(['fine 4']);
    expect(stopped).toContain('hangs');
    expect(result.gradientsTaken).toBe(0);
    trainer.dispose();
  });

  it('refuses a batch that does not fit itself', async () => {
    const trainer = await createTrainer({ device: 'wasm', model: 'mnist', seed: 1, config: SMALL });
    const { inputs } = batchNumber(digits, 0);
    const before = tensorCount();
    for (const bad of [new Array(65).fill(0), [], new Array(64).fill(10), new Array(64).fill(-1)]) {
      const targets = { labels: labelsOf(bad) };
      await expect(trainer.train({ inputs, targets })).rejects.toMatchObject({ code: 'shape' });
    }
    expect(tensorCount()).toBe(before);
    trainer.dispose();
  });
});
