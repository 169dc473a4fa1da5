import { createSchedule, type Schedule, type ScheduleSettings } from './schedule.js';

type Pairs = [string, number][];

/** What a checkpoint says of the trainer, read back; throws an `Error` when it is not what `Trainer.save` writes. */
export function checkedTrainerState(
  state: unknown,
  capacity: number,
): {
  step: number;
  seed: number;
  schedule: Schedule | undefined;
  routerPeers: Pairs;
  routerAges: Pairs;
  weights: Pairs;
} {
  // The first checkpoints have no ages: whoever is in them was there from the start.
  const { step, seed, schedule, routerPeers, routerAges = [], weights } = (state ?? {}) as Record<string, unknown>;
  const numbers = Number.isSafeInteger(step) && Number.isSafeInteger(seed);
  if (!numbers || !isPairs(routerPeers) || !isPairs(routerAges) || !isPairs(weights))
    throw new Error('it lacks the state of the trainer');
  const rows = new Set(routerPeers.map(([, row]) => row));
  if (rows.size !== routerPeers.length || [...rows].some(row => !Number.isInteger(row) || row < 0 || row >= capacity)) {
    throw new Error("its router's keys do not fit this router");
  }
  return {
    step: step as number,
    seed: seed as number,
    // Nor have they a schedule.
    schedule: schedule === undefined ? undefined : createSchedule(schedule as ScheduleSettings),
    routerPeers,
    routerAges,
    weights,
  };
}

function isPairs(value: unknown): value is Pairs {
  return (
    Array.isArray(value) &&
    value.every(pair => Array.isArray(pair) && typeof pair[0] === 'string' && Number.isFinite(pair[1]))
  );
}
