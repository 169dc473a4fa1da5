import { cifarClasses } from './cifar.js';
import { digitsDataset } from './data/digits.js';
import { openDataset } from './data/open-dataset.js';
import { PROCEDURAL_NAME, proceduralClasses, proceduralDataset } from './data/procedural.js';
import type { RowChoice } from './data/row-order.js';
import type { Dataset } from './data/source.js';
import { speechesDataset } from './data/speeches.js';
import type { TextModel } from './data/text-dataset.js';
import { SMALL_VOCABULARY } from './data/vocabularies.js';
import type { ModelName } from './models.js';
import type { RuleSettings } from './train/rules.js';
import type { ScheduleSettings } from './train/schedule.js';

/** What a user may choose of the data. */
export interface DataChoice {
  /** How many training rows keep their label; undefined: all. */
  readonly labels: number | undefined;
  /** A file or a folder of the user's; undefined: what comes with the package. */
  readonly dataset?: string | undefined;
  /** Entries of the vocabulary that text is read with: 1,024 by default. */
  readonly vocabSize?: number;
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
  /** The first so many numbers of an answer are scores of these classes. */
  readonly classes: number;
}

/** A test, a save and a renewed served copy every 200 or 400 steps, not once in the 60,000 rows of all speeches. */
const ROWS_PER_EPOCH = 3_200;

const language = {
  testRows: 32,
  learningRate: 2e-3,
  optimizer: { kind: 'adam' },
  // Some ten minutes on the wasm backend, and then once more from the top.
  schedule: { kind: 'warmup-cosine-with-hard-restarts', warmupSteps: 100, totalSteps: 2_500, floor: 0.1 },
  clipNorm: 1,
  metric: 'perplexity',
  classes: SMALL_VOCABULARY,
} as const;

/** Text and images alike: some rows with their label, or all. */
function rowsOf({ labels }: DataChoice): RowChoice {
  return labels === undefined ? {} : { labels };
}

function openText(model: TextModel, choice: DataChoice): Dataset | Promise<Dataset> {
  const { vocabSize } = choice;
  const options = { model, rowsPerEpoch: ROWS_PER_EPOCH, ...rowsOf(choice), ...(vocabSize && { vocabSize }) };
  return choice.dataset === undefined ? speechesDataset(options) : openDataset(choice.dataset, options);
}

/** Pixels by which images are shifted at most, each way. */
const SHIFT = 2;

/** The example neurons of the documents by name. */
const table = {
  mnist: {
    model: 'mnist',
    open: choice =>
      choice.dataset === undefined
        ? digitsDataset({ ...rowsOf(choice), shift: SHIFT })
        : openDataset(choice.dataset, { model: 'mnist', ...rowsOf(choice), shift: SHIFT }),
    rows: 64,
    testRows: 250,
    learningRate: 0.01,
    // Measured: with these shifts 97 % of the test digits after 15 epochs, and the second rate is what brings the last point.
    schedule: { kind: 'steps', epochs: 12, gamma: 0.2 },
    metric: 'accuracy',
    classes: 10,
  },
  cifar: {
    model: 'cifar',
    open: choice =>
      choice.dataset === undefined
        ? proceduralDataset({ ...rowsOf(choice), shift: SHIFT, flip: true })
        : openDataset(choice.dataset, { model: 'cifar', ...rowsOf(choice), shift: SHIFT, flip: true }),
    config: data => ({ classNames: data.name === PROCEDURAL_NAME ? proceduralClasses : cifarClasses }),
    rows: 32,
    testRows: 250,
    learningRate: 0.01,
    schedule: { kind: 'steps', epochs: 12, gamma: 0.2 },
    metric: 'accuracy',
    classes: 10,
  },
  gpt2: {
    ...language,
    model: 'gpt2',
    rows: 8,
    open: choice => openText('gpt2', choice),
  },
  bert: {
    ...language,
    model: 'bert',
    // Of a row only the 15 % that are masked count. Faster than this, blocks that end in a layer norm learn less.
    rows: 16,
    learningRate: 1e-3,
    open: choice => openText('bert', choice),
  },
} as const satisfies Record<string, Recipe>;

export type RecipeName = keyof typeof table;
export const recipes: Readonly<Record<RecipeName, Recipe>> = table;
