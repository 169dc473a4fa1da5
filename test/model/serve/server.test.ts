import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer, createTrainer, loadDigits, type NamedArray, type Server } from '../../../src/model/index.js';
import { batchNumber, plain, SMALL, smallParameters, tensorCount, wave } from '../helpers.js';

let server: Server;
let parameters: NamedArray[];
beforeAll(async () => {
  parameters = await smallParameters(1);
  server = await createServer({ device: 'wasm', model: 'mnist', config: SMALL, parameters, version: 7 });
});
afterAll(() => server.dispose());

const input = plain([3, 784], wave);
const gradient = plain([3, 1024], i => wave(i) / 100);
const norm = (gradients: NamedArray[]) => Math.hypot(...gradients.map(g => Math.hypot(...g.data)));

describe('a served model', () => {
  it('answers with class scores of mean 0 in the first ten coordinates and zeros after', async () => {
    const { output, version } = await server.forward(input);
    expect(output.shape).toEqual([3, 1024]);
    expect(version).toBe(7);
    for (let row = 0; row < 3; row++) {
      const scores = [...output.data.subarray(1024 * row, 1024 * row + 10)];
      expect(Math.abs(scores.reduce((a, b) => a + b, 0))).toBeLessThan(1e-4);
      expect(Math.max(...scores)).toBeGreaterThan(0);
      expect(output.data.subarray(1024 * row + 10, 1024 * (row + 1)).every(value => value === 0)).toBe(true);
    }
  });

  it('gives the input its gradient only when it is wanted', async () => {
    const wanted = await server.backward(input, gradient, 7);
    expect(wanted.gradient?.shape).toEqual([3, 784]);
    expect(wanted.gradient?.data.some(value => value !== 0)).toBe(true);
    expect((await server.backward(input, gradient, 7, { wantInputGradient: false })).gradient).toBeUndefined();
    expect(server.takeGradients()?.calls).toBe(2);
    expect(server.takeGradients()).toBeUndefined();
  });

  it('clips each call and averages over calls, so that no caller counts more than another', async () => {
    await server.backward(input, gradient, 7);
    const one = server.takeGradients()!;
    expect(norm(one.gradients)).toBeLessThanOrEqual(1.0001);
    await server.backward(input, gradient, 7);
    await server.backward(
      input,
      plain([3, 1024], i => -wave(i) * 1e6),
      7,
    );
    const two = server.takeGradients()!;
    expect(two.calls).toBe(2);
    expect(norm(two.gradients)).toBeLessThanOrEqual(1.0001);
    await server.backward(
      input,
      plain([3, 1024], i => wave(i) * 1e6),
      7,
    );
    expect(norm(server.takeGradients()!.gradients)).toBeCloseTo(1, 3);
  });

  it.each([
    ['an image of another size', plain([3, 783], wave)],
    ['no rows', plain([0, 784], wave)],
    ['too many rows', plain([1025, 784], wave)],
    ['one axis too many', plain([3, 28, 28], wave)],
    ['integers', { dtype: 'int32' as const, shape: [1, 784], data: new Int32Array(784) }],
    ['fewer numbers than its shape says', { ...plain([2, 784], wave), shape: [3, 784] }],
  ])('refuses %s as shape', async (_, bad) => {
    const before = tensorCount();
    await expect(server.forward(bad)).rejects.toMatchObject({ code: 'shape' });
    await expect(server.backward(bad, gradient, 7)).rejects.toMatchObject({ code: 'shape' });
    expect(tensorCount()).toBe(before);
  });

  it('refuses gradients of another shape, numbers that are not finite, and gradients of other parameters', async () => {
    const before = tensorCount();
    await expect(server.backward(input, plain([3, 10], wave), 7)).rejects.toMatchObject({ code: 'shape' });
    await expect(server.backward(input, plain([2, 1024], wave), 7)).rejects.toMatchObject({ code: 'shape' });
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const spoiled = plain([3, 784], i => (i === 1000 ? bad : 0));
      await expect(server.forward(spoiled)).rejects.toMatchObject({ code: 'non_finite' });
      const spoiledGradient = plain([3, 1024], i => (i === 5 ? bad : 0));
      await expect(server.backward(input, spoiledGradient, 7)).rejects.toMatchObject({ code: 'non_finite' });
    }
    const overflowing = plain([3, 1024], () => 3e38);
    await expect(
      server.backward(
        plain([3, 784], () => 1e30),
        overflowing,
        7,
      ),
    ).rejects.toMatchObject({ code: 'non_finite' });
    await expect(server.backward(input, gradient, 6)).rejects.toMatchObject({ code: 'stale' });
    expect(server.takeGradients()).toBeUndefined();
    expect(tensorCount()).toBe(before);
  });

  it('never keeps a tensor and never collects a number that is not finite, whatever finite numbers come', async () => {
    const before = tensorCount();
    await fc.assert(
      fc.asyncProperty(
        fc.float({ noNaN: true, noDefaultInfinity: true }),
        fc.float({ noNaN: true, noDefaultInfinity: true }),
        async (a, b) => {
          try {
            await server.forward(plain([1, 784], i => a * wave(i)));
            await server.backward(
              plain([1, 784], i => a * wave(i)),
              plain([1, 1024], i => b * wave(i)),
              7,
            );
          } catch (error) {
            expect(error).toMatchObject({ code: 'non_finite' });
          }
          const taken = server.takeGradients();
          for (const { data } of taken?.gradients ?? []) expect(data.every(Number.isFinite)).toBe(true);
        },
      ),
      { seed: 11, numRuns: 60 },
    );
    expect(tensorCount()).toBe(before);
  });

  it('serves other parameters under another version, and refuses parameters that do not fit', async () => {
    const first = await server.forward(input);
    server.replaceParameters(await smallParameters(2), 8);
    const second = await server.forward(input);
    expect(second.version).toBe(8);
    expect(second.output.data).not.toEqual(first.output.data);
    expect(() => server.replaceParameters(parameters.slice(1), 9)).toThrow(/student.0.weight/);
    expect(server.version).toBe(8);
    server.replaceParameters(parameters, 7);
    expect((await server.forward(input)).output.data).toEqual(first.output.data);
  });

  it('changes through its callers alone when its own training pauses', async () => {
    const owner = await createTrainer({ device: 'wasm', model: 'mnist', seed: 1, config: SMALL });
    expect(owner.applyCallerGradients()).toBe(false);
    await server.backward(input, gradient, 7);
    owner.addCallerGradients(server.takeGradients()!);
    expect(owner.applyCallerGradients()).toBe(true);
    const moved = owner.exportParameters();
    expect(moved.find(p => p.name === 'target.weight')!.data).not.toEqual(
      parameters.find(p => p.name === 'target.weight')!.data,
    );
    expect(owner.step).toBe(1);
    owner.dispose();
  });

  it('cannot turn its owner around: callers count for less than a third of the own gradient', async () => {
    const digits = loadDigits().training;
    const train = async (received: boolean) => {
      const owner = await createTrainer({ device: 'wasm', model: 'mnist', seed: 1, config: SMALL });
      const gradients = owner.exportParameters().map(p => ({ ...p, data: p.data.map(() => 1e3) }));
      if (received) owner.addCallerGradients({ calls: 1, callers: 1, gradients });
      await owner.train(batchNumber(digits, 0));
      const after = owner.exportParameters();
      owner.dispose();
      return after;
    };
    const [without, with_] = [await train(false), await train(true)];
    const start = await smallParameters(1);
    const distance = (a: NamedArray[], b: NamedArray[]) =>
      Math.hypot(...a.map((p, i) => Math.hypot(...p.data.map((value, j) => value - b[i]!.data[j]!))));
    expect(distance(without, with_)).toBeLessThan(0.31 * distance(without, start));
    expect(distance(without, with_)).toBeGreaterThan(0.29 * distance(without, start));
  });

  it('averages what is added in several parts as if it had come at once', async () => {
    const apply = async (parts: { callers: number; value: number }[]) => {
      const owner = await createTrainer({ device: 'wasm', model: 'mnist', seed: 1, config: SMALL });
      for (const { callers, value } of parts) {
        const gradients = owner.exportParameters().map(p => ({ ...p, data: p.data.map(() => value) }));
        owner.addCallerGradients({ calls: 9, callers, gradients });
      }
      owner.applyCallerGradients();
      const bias = owner.exportParameters().find(p => p.name === 'target.bias')!.data[0]!;
      owner.dispose();
      return bias;
    };
    expect(
      await apply([
        { callers: 1, value: 4 },
        { callers: 3, value: 8 },
      ]),
    ).toBeCloseTo(-0.01 * 7, 6);
    expect(await apply([{ callers: 4, value: 7 }])).toBeCloseTo(-0.01 * 7, 6);
  });
});
