import type { PlainBatch, PlainTensor, Student } from '../../../model/index.js';
import {
  fillMasks,
  generateText,
  logSoftmaxOf,
  openStudent,
  type RecipeName,
  readImages,
  recipes,
} from '../../../model/index.js';
import { cliError } from '../../errors.js';
import type { Action, Input, Result } from '../../frame/command.js';
import type { runRows } from './rows.js';
import { findStudent } from './students.js';

/** Rows that are shown to people; JSON has all. */
const SHOWN = 20;

export const run: Action<typeof runRows> = async input => {
  const { args, settings, ui } = input;
  const { input: file, sample, text: prompt } = settings;
  if ([file, sample, prompt].filter(given => given !== undefined).length !== 1) {
    throw cliError('usage', 'what is it to be used on? Give one of --input, --sample and --text');
  }
  const { path } = findStudent(args[0]!, settings.models);
  const student = await ui.busy('loading the student', openStudent(path, settings.device));
  try {
    const { model } = student.config;
    const common = { path, model, device: student.backend.name };
    if (prompt !== undefined) return await runOnText(input, student, common, prompt);
    return file === undefined
      ? await runOnSample(input, student, common, sample!)
      : await runOnFile(student, common, file);
  } finally {
    student.dispose();
  }
};

interface Common {
  readonly path: string;
  readonly model: string;
  readonly device: string;
}

interface Prediction {
  readonly row: number;
  readonly answer: string;
  readonly probability: number;
  readonly label: string | null;
}

async function runOnText(
  { settings, ui, signal }: Input<typeof runRows>,
  student: Student,
  common: Common,
  prompt: string,
): Promise<Result> {
  const { tokens, temperature, seed, top } = settings;
  if (common.model === 'bert') {
    const masks = await fillMasks(student, prompt, top);
    return {
      json: { ...common, masks },
      show: shown => {
        for (const [i, guesses] of masks.entries()) {
          if (masks.length > 1) shown.line(`[MASK] ${i + 1}`);
          for (const { word, probability } of guesses)
            shown.line(`${(100 * probability).toFixed(1).padStart(5)} %  ${word}`);
        }
      },
    };
  }
  const progress = (done: number, total: number) => ui.progress('Writing', done, total);
  const text = await generateText(student, { prompt, tokens, temperature, seed, signal, progress });
  return { json: { ...common, text }, show: shown => shown.line(prompt + text) };
}

async function runOnSample(
  { signal }: Input<typeof runRows>,
  student: Student,
  common: Common,
  count: number,
): Promise<Result> {
  const recipe = Object.hasOwn(recipes, common.model) ? recipes[common.model as RecipeName] : undefined;
  if (!recipe) throw cliError('usage', `there is no packaged test data for ${common.model}; --input is the other way`);
  const data = await recipe.open({ labels: undefined });
  try {
    const { name: source, testRows } = data;
    const batches = firstRows(data.test(recipe.testRows), count, signal);
    if (student.config.input.modality === 'text') {
      const { loss, ...judged } = await student.evaluate(batches);
      const perplexity = Math.exp(loss);
      const accuracy = judged.correct / judged.count;
      return {
        json: { ...common, data: source, ...judged, loss, accuracy, perplexity },
        show: shown =>
          shown.line(`Perplexity ${perplexity.toFixed(2)} on ${judged.count} words of the test rows of ${source}.`),
      };
    }
    const predictions: Prediction[] = [];
    for (const { inputs, targets } of batches)
      predictions.push(...(await predict(student, inputs, targets.labels?.data, predictions.length)));
    const correct = predictions.filter(({ answer, label }) => answer === label).length;
    const accuracy = correct / predictions.length;
    return {
      json: { ...common, data: source, predictions, count: predictions.length, correct, accuracy },
      show: shown => {
        showPredictions(shown, predictions);
        const share = `${correct} of ${predictions.length} (${(100 * accuracy).toFixed(2)} %)`;
        shown.line(`${share} of the first ${predictions.length} of ${testRows} test rows of ${source} are right.`);
      },
    };
  } finally {
    data.close();
  }
}

async function runOnFile(student: Student, common: Common, path: string): Promise<Result> {
  const { height, width, channels, mean, deviation } = imagesOf(student);
  const { images } = readImages(path, { height, width, channels });
  const shape = student.config.input.shape.slice(1);
  const predictions: Prediction[] = [];
  for (let start = 0; start < images.length; start += 250) {
    const part = images.slice(start, start + 250);
    const pixels = height * width * channels;
    const data = new Float32Array(part.length * pixels);
    for (const [i, image] of part.entries()) {
      for (let p = 0; p < pixels; p++)
        data[i * pixels + p] = (image[p]! / 255 - mean[p % channels]!) / deviation[p % channels]!;
    }
    predictions.push(
      ...(await predict(student, { dtype: 'float32', shape: [part.length, ...shape], data }, undefined, start)),
    );
  }
  return {
    json: { ...common, data: path, predictions, count: predictions.length },
    show: shown => showPredictions(shown, predictions),
  };
}

async function predict(
  student: Student,
  inputs: PlainTensor,
  labels: ArrayLike<number> | undefined,
  from: number,
): Promise<Prediction[]> {
  const { data, shape } = await student.scores(inputs);
  const classes = shape[1]!;
  const { classes: names } = student.config;
  const nameOf = (index: number) => names?.[index] ?? String(index);
  return Array.from({ length: shape[0]! }, (_, i) => {
    const { best, log } = logSoftmaxOf(data.subarray(i * classes, (i + 1) * classes));
    const label = labels?.[i];
    return {
      row: from + i,
      answer: nameOf(best),
      probability: Math.exp(log(best)),
      label: label === undefined ? null : nameOf(label),
    };
  });
}

function* firstRows(batches: Iterable<PlainBatch>, count: number, signal: AbortSignal): Iterable<PlainBatch> {
  let left = count;
  for (const { inputs, targets } of batches) {
    signal.throwIfAborted();
    const rows = inputs.shape[0]!;
    if (rows <= left) yield { inputs, targets };
    else
      yield {
        inputs: head(inputs, left),
        targets: Object.fromEntries(Object.entries(targets).map(([name, t]) => [name, head(t, left)])),
      };
    left -= Math.min(rows, left);
    if (left === 0) return;
  }
}

function head(tensor: PlainTensor, rows: number): PlainTensor {
  const width = tensor.data.length / tensor.shape[0]!;
  return {
    ...tensor,
    shape: [rows, ...tensor.shape.slice(1)],
    data: tensor.data.subarray(0, rows * width),
  } as PlainTensor;
}

function showPredictions(shown: Parameters<NonNullable<Result['show']>>[0], predictions: readonly Prediction[]): void {
  const isKnown = predictions.some(({ label }) => label !== null);
  const rows = predictions.slice(0, SHOWN);
  shown.table(
    [
      { title: 'ROW', align: 'right' },
      'ANSWER',
      { title: 'SURE(%)', align: 'right' },
      ...(isKnown ? ['IS'] : []),
    ] as never,
    rows.map(({ row, answer, probability, label }) => [
      row,
      answer,
      (100 * probability).toFixed(1),
      ...(isKnown ? [label] : []),
    ]),
  );
  if (predictions.length > rows.length) shown.line(`(${predictions.length - rows.length} more rows; --json has all)`);
}

/** How its images are made, checked: a student may come from anybody. */
function imagesOf({ config }: Student) {
  const { height, width, channels, mean, deviation } = (config.preprocessing ?? {}) as Record<string, unknown>;
  const sizes = [height, width, channels];
  const pixels = config.input.shape.slice(1).reduce((product, size) => product * size, 1);
  const isNumbers = (value: unknown): value is number[] =>
    Array.isArray(value) && value.length === channels && value.every(number => Number.isFinite(number));
  const isFine =
    sizes.every(size => Number.isSafeInteger(size)) &&
    (height as number) * (width as number) * (channels as number) === pixels;
  if (config.input.modality !== 'image' || !isFine || !isNumbers(mean) || !isNumbers(deviation)) {
    throw cliError(
      'usage',
      `this student of ${config.model} takes no images from a file; --sample and --text are the other ways`,
    );
  }
  return { height: height as number, width: width as number, channels: channels as number, mean, deviation };
}
