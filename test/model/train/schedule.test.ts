import { describe, expect, it } from 'vitest';
import {
  createSchedule,
  type ScheduleSettings,
  StepSchedule,
  WarmupCosineWithHardRestartsSchedule,
} from '../../../src/model/index.js';

const at = (step: number, epoch = 0) => ({ step, epoch });
const steps = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);

describe('WarmupCosineWithHardRestartsSchedule', () => {
  // The learning rates of PyTorch-Transformers 1.0, tests/optimization_test.py, of a rate of 10: steps 1 to 10.
  it.each([
    ['two cycles', 2, [5, 10, 8.535, 5, 1.464, 10, 8.535, 5, 1.464, 0]],
    ['one cycle', 1, [5, 10, 9.619, 8.535, 6.913, 5, 3.086, 1.464, 0.38, 0]],
  ] as const)('has the rates of PyTorch-Transformers with %s', (_, cycles, expected) => {
    const schedule = new WarmupCosineWithHardRestartsSchedule({
      warmupSteps: 2,
      totalSteps: 10,
      cycles,
      afterwards: 'zero',
    });
    for (const [i, rate] of expected.entries()) expect(10 * schedule.factor(at(i + 1))).toBeCloseTo(rate, 2);
    expect(schedule.factor(at(0))).toBe(0);
    expect(schedule.factor(at(1000))).toBe(0);
  });

  it('is the formula of the paper at every step of 50 to warm up and 300 in all', () => {
    const schedule = new WarmupCosineWithHardRestartsSchedule({ warmupSteps: 50, totalSteps: 300, cycles: 5 });
    for (const step of steps(300)) {
      const position = ((step - 50) % 50) / 50;
      const expected = step < 50 ? step / 50 : 0.5 * (1 + Math.cos(Math.PI * position));
      expect(schedule.factor(at(step))).toBeCloseTo(expected, 12);
    }
  });

  it('begins its cycle anew after the last step, where PyTorch-Transformers stops learning for ever', () => {
    const schedule = new WarmupCosineWithHardRestartsSchedule({ warmupSteps: 10, totalSteps: 110, floor: 0.05 });
    expect(schedule.factor(at(109))).toBe(0.05);
    for (const step of steps(300, 110)) {
      expect(schedule.factor(at(step))).toBeCloseTo(schedule.factor(at(step - 100)), 12);
      expect(schedule.factor(at(step))).toBeGreaterThanOrEqual(0.05);
    }
    expect(schedule.factor(at(110))).toBe(1);
  });

  it('needs no warm-up', () => {
    const schedule = new WarmupCosineWithHardRestartsSchedule({ warmupSteps: 0, totalSteps: 4 });
    expect(schedule.factor(at(0))).toBe(1);
    expect(schedule.factor(at(2))).toBeCloseTo(0.5, 12);
  });
});

describe('a step schedule', () => {
  it('counts epochs, as PyTorch’s StepLR does, however many steps they have', () => {
    const schedule = new StepSchedule({ epochs: 3, gamma: 0.1 });
    const rates = steps(9).map(epoch => schedule.factor(at(1000 * epoch + 17, epoch)));
    const expected = [1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01];
    for (const [i, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[i]!, 12);
    expect(schedule.factor(at(5_000_000, 0))).toBe(1);
  });
});

describe('a schedule as plain data', () => {
  it.each<ScheduleSettings>([
    { kind: 'constant' },
    { kind: 'steps', epochs: 2, gamma: 0.5 },
    { kind: 'warmup-cosine-with-hard-restarts', warmupSteps: 7, totalSteps: 40, cycles: 3, floor: 0.1 },
  ])('is the same after JSON: $kind', settings => {
    const schedule = createSchedule(settings);
    const again = createSchedule(JSON.parse(JSON.stringify(schedule.settings)));
    for (const step of steps(100)) {
      const now = at(step, Math.floor(step / 10));
      expect(again.factor(now)).toBe(schedule.factor(now));
    }
    expect(again.settings).toEqual(schedule.settings);
  });

  it.each([
    { kind: 'cosine' },
    { kind: 'steps', epochs: 0, gamma: 0.5 },
    { kind: 'steps', epochs: 2.5, gamma: 0.5 },
    { kind: 'steps', epochs: 2, gamma: 0 },
    { kind: 'steps', epochs: 2, gamma: 2 },
    { kind: 'warmup-cosine-with-hard-restarts', warmupSteps: -1, totalSteps: 10 },
    { kind: 'warmup-cosine-with-hard-restarts', warmupSteps: 10, totalSteps: 10 },
    { kind: 'warmup-cosine-with-hard-restarts', warmupSteps: 1, totalSteps: 10, cycles: 0 },
    { kind: 'warmup-cosine-with-hard-restarts', warmupSteps: 1, totalSteps: 10, cycles: Number.NaN },
    { kind: 'warmup-cosine-with-hard-restarts', warmupSteps: 1, totalSteps: 10, floor: 2 },
    { kind: 'warmup-cosine-with-hard-restarts', warmupSteps: 1, totalSteps: 10, afterwards: 'never' },
  ])('is refused where it makes none: %o', settings => {
    expect(() => createSchedule(settings as ScheduleSettings)).toThrow(
      expect.objectContaining({ code: 'bad_schedule' }),
    );
  });
});
