import { digitsDataset } from './data/digits.js';
import type { Dataset } from './data/source.js';
import { speechesDataset } from './data/speeches.js';
import type { ModelName } from './models.js';
import type { RuleSettings } from './train/rules.js';
import type { ScheduleSettings } from './train/schedule.js';

/** What a user may choose of the data. */
export interface DataChoice {
  /** How many training rows keep their label; undefined: all. */
  readonly labels: number | undefined;
}

/** How one of the example neurons learns: its model, its data, and what was found to work for the two. */
export interface Recipe {
  readonly model: ModelName;
  open(choice: DataChoice): Dataset | Promise<Dataset>;
  /** The model's own settings, where they depend on the data. */
  config?(data: Dataset): Record<string, unknown>;
  /** Rows of a training step, and of one request when testing. */
  readonly rows: number;
  readonly testRows: number;
  readonly learningRate: number;
  /** SGD with momentum 0.9 where nothing else is said. */
  readonly optimizer?: RuleSettings;
  readonly schedule?: ScheduleSettings;
  /** Own gradients of a step are clipped to this L2 norm. */
  readonly clipNorm?: number;
  readonly metric: 'accuracy' | 'perplexity';
}

/** A test, a save and a renewed served copy every 200 steps, not once in the 60,000 rows of all speeches. */
const ROWS_PER_EPOCH = 3_200;

const language = {
  rows: 16,
  testRows: 32,
  learningRate: 1e-3,
  optimizer: { kind: 'adam' },
  clipNorm: 1,
  metric: 'perplexity',
} as const;

/** The example neurons of the documents by name. */
const table = {
  mnist: {
    model: 'mnist',
    open: ({ labels }) => digitsDataset(labels === undefined ? {} : { labels }),
    rows: 64,
    testRows: 250,
    learningRate: 0.01,
    metric: 'accuracy',
  },
  gpt2: {
    ...language,
    model: 'gpt2',
    open: () => speechesDataset({ model: 'gpt2', rowsPerEpoch: ROWS_PER_EPOCH }),
  },
  bert: {
    ...language,
    model: 'bert',
    open: () => speechesDataset({ model: 'bert', rowsPerEpoch: ROWS_PER_EPOCH }),
  },
} as const satisfies Record<string, Recipe>;

export type RecipeName = keyof typeof table;
export const recipes: Readonly<Record<RecipeName, Recipe>> = table;
