import { BittensorError } from '../../base/index.js';
import type { ModelErrorCode } from '../errors.js';

/** Where training is: steps made before this one, and the epoch. */
export interface Progress {
  readonly step: number;
  readonly epoch: number;
}

/** What the learning rate is multiplied by. It depends on nothing but where training is, so that a resumed run goes on as it was. */
export interface Schedule {
  /** As plain data: what a checkpoint keeps. */
  readonly settings: ScheduleSettings;
  factor(progress: Progress): number;
}

export type ScheduleSettings =
  | { readonly kind: 'constant' }
  | ({ readonly kind: 'steps' } & StepSettings)
  | ({ readonly kind: 'warmup-cosine-with-hard-restarts' } & WarmupCosineSettings);

export interface StepSettings {
  /** Epochs between two changes. */
  readonly epochs: number;
  /** What each change multiplies the rate by. */
  readonly gamma: number;
}

export interface WarmupCosineSettings {
  /** The rate grows evenly from 0 to 1 in so many steps. */
  readonly warmupSteps: number;
  /** Steps in all, warm-up included. */
  readonly totalSteps: number;
  /** How often the cosine begins anew in that time. */
  readonly cycles?: number;
  /** The rate never falls below this, after the warm-up. */
  readonly floor?: number;
  /** What is after the last step: the last cycle once more and so on, or 0 as in PyTorch-Transformers. */
  readonly afterwards?: 'again' | 'zero';
}

/** The rate never changes. */
export class ConstantSchedule implements Schedule {
  readonly settings = { kind: 'constant' } as const;

  factor(): number {
    return 1;
  }
}

/** PyTorch's `StepLR`: `gamma` to the power of the epochs by `epochs`, rounded down. Counted in epochs; the documents' code counted batches, and learnt nothing after the first epoch. */
export class StepSchedule implements Schedule {
  readonly settings: { readonly kind: 'steps' } & StepSettings;

  constructor(settings: StepSettings) {
    const { epochs, gamma } = settings;
    if (!(Number.isInteger(epochs) && epochs >= 1)) throw invalid('epochs', epochs, 'a whole number from 1');
    if (!(gamma > 0 && gamma <= 1)) throw invalid('gamma', gamma, 'above 0 and at most 1');
    this.settings = { kind: 'steps', epochs, gamma };
  }

  factor({ epoch }: Progress): number {
    return this.settings.gamma ** Math.floor(epoch / this.settings.epochs);
  }
}

/**
 * A warm-up, then half a cosine from 1 to 0, so many times over: `0.5 (1 + cos(pi (cycles * progress mod 1)))`. The name and the formula
 * are those of PyTorch-Transformers 1.0, which the documents use; there the rate is 0 for ever after the last step, and a neuron that
 * runs on would learn nothing. Here the last cycle comes again unless `afterwards` is 'zero'.
 */
export class WarmupCosineWithHardRestartsSchedule implements Schedule {
  readonly settings: { readonly kind: 'warmup-cosine-with-hard-restarts' } & Required<WarmupCosineSettings>;

  constructor({ warmupSteps, totalSteps, cycles = 1, floor = 0, afterwards = 'again' }: WarmupCosineSettings) {
    if (!(Number.isInteger(warmupSteps) && warmupSteps >= 0)) {
      throw invalid('warmupSteps', warmupSteps, 'a whole number from 0');
    }
    if (!(Number.isInteger(totalSteps) && totalSteps > warmupSteps)) {
      throw invalid('totalSteps', totalSteps, `a whole number above the ${warmupSteps} of the warm-up`);
    }
    if (!(cycles > 0 && cycles < Number.POSITIVE_INFINITY)) throw invalid('cycles', cycles, 'above 0');
    if (!(floor >= 0 && floor <= 1)) throw invalid('floor', floor, '0 to 1');
    if (afterwards !== 'again' && afterwards !== 'zero') throw invalid('afterwards', afterwards, "'again' or 'zero'");
    this.settings = {
      kind: 'warmup-cosine-with-hard-restarts',
      warmupSteps,
      totalSteps,
      cycles,
      floor,
      afterwards,
    };
  }

  factor({ step }: Progress): number {
    const { warmupSteps, totalSteps, cycles, floor, afterwards } = this.settings;
    if (step < warmupSteps) return step / warmupSteps;
    const progress = (step - warmupSteps) / (totalSteps - warmupSteps);
    if (progress >= 1 && afterwards === 'zero') return floor;
    return Math.max(floor, 0.5 * (1 + Math.cos(Math.PI * ((cycles * progress) % 1))));
  }
}

/** A schedule from plain data. Code `bad_schedule` for values that make none. */
export function createSchedule(settings: ScheduleSettings): Schedule {
  if (settings.kind === 'constant') return new ConstantSchedule();
  if (settings.kind === 'steps') return new StepSchedule(settings);
  if (settings.kind === 'warmup-cosine-with-hard-restarts') return new WarmupCosineWithHardRestartsSchedule(settings);
  throw invalid('kind', (settings as { kind: unknown }).kind, 'constant, steps or warmup-cosine-with-hard-restarts');
}

function invalid(name: string, value: unknown, expected: string): BittensorError<ModelErrorCode> {
  return new BittensorError(
    'bad_schedule',
    `a learning rate schedule with ${name} ${String(value)}: it must be ${expected}`,
    {
      data: { name, expected },
    },
  );
}
