import { digitsDataset } from './data/digits.js';
import type { Dataset } from './data/source.js';
import type { ModelName } from './models.js';

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
  readonly metric: 'accuracy' | 'perplexity';
}

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
} as const satisfies Record<string, Recipe>;

export type RecipeName = keyof typeof table;
export const recipes: Readonly<Record<RecipeName, Recipe>> = table;
