import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { permutation, random } from '../compute/random.js';
import { badDataset, unreadable } from './bad-dataset.js';
import type { ByteStore } from './byte-store.js';
import { openCifar } from './cifar-file.js';
import { DIGIT_DEVIATION, DIGIT_MEAN, DIGIT_PIXELS } from './digits.js';
import { openIdx } from './idx.js';
import { type Augmentation, chosenImages, type ImageRows, imageDataset } from './images.js';
import { CIFAR_DEVIATION, CIFAR_MEAN } from './procedural.js';
import type { RowChoice } from './row-order.js';
import type { Dataset } from './source.js';
import { splitText } from './split-text.js';
import { type TextOptions, textDataset } from './text-dataset.js';
import { openTexts, TEXT_FILE } from './text-files.js';

/** What the data are for, and how rows are chosen and varied. */
export type OpenOptions =
  | ({ model: 'mnist' } & RowChoice & Augmentation)
  | ({ model: 'cifar' } & RowChoice & Augmentation)
  | TextOptions;

/** The split of images that come in one file is the same for everybody, always. */
const SPLIT_SEED = 1005;
/** A text of fewer bytes makes no rows to speak of. */
const MIN_TEXT = 1000;

/**
 * A file or a folder of the user's as a source: IDX (plain or .gz) for `mnist`, the binary version of CIFAR-10 for `cifar`, text, CSV
 * and Parquet for `gpt2` and `bert`. What is named test (in a folder) tests; where nothing is, a tenth of the rows does.
 * Code `bad_dataset`, with what is wrong and what to do.
 */
export async function openDataset(path: string, options: OpenOptions, signal?: AbortSignal): Promise<Dataset> {
  const files = listFiles(path);
  const name = `${basename(resolve(path))}`;
  if (options.model === 'mnist') {
    const { training, test } = await openMnist(path, files, signal);
    const [mean, deviation] = [[DIGIT_MEAN], [DIGIT_DEVIATION]];
    return guarded(path, [training, test], () =>
      imageDataset({
        ...options,
        name: `IDX images of ${name}`,
        training,
        test,
        shape: [DIGIT_PIXELS],
        mean,
        deviation,
      }),
    );
  }
  if (options.model === 'cifar') {
    const { training, test } = openCifarFiles(path, files);
    const [mean, deviation] = [CIFAR_MEAN, CIFAR_DEVIATION];
    return guarded(path, [training, test], () =>
      imageDataset({
        ...options,
        name: `CIFAR-10 images of ${name}`,
        training,
        test,
        shape: [32, 32, 3],
        mean,
        deviation,
      }),
    );
  }
  const stores = await openTextFiles(path, files, signal);
  return guarded(path, Object.values(stores), () => textDataset(`text of ${name}`, stores, options));
}

async function openMnist(path: string, files: Files, signal?: AbortSignal) {
  const pick = (part: RegExp, kind: string) =>
    files.names.find(
      name => part.test(name) && new RegExp(`${kind}s?.*idx${kind === 'image' ? 3 : 1}`, 'i').test(name),
    );
  const open = async (images: string | undefined, labels: string | undefined) => {
    if (images === undefined || labels === undefined) {
      const todo =
        'it takes images and labels: train-images-idx3-ubyte and train-labels-idx1-ubyte, or the same with .gz';
      throw badDataset(path, `no IDX file of ${images === undefined ? 'images' : 'labels'}`, todo);
    }
    return openIdx(join(files.folder, images), join(files.folder, labels), [28, 28], signal);
  };
  const wanted = files.only ?? '';
  // One file: its images, and the labels that are named like them.
  const like = files.only
    ?.replace(/images?/i, found => (found.endsWith('s') ? 'labels' : 'label'))
    .replace('idx3', 'idx1');
  if (files.only !== undefined)
    return split(
      await open(
        wanted,
        files.siblings.find(name => name === like),
      ),
    );
  const training = await open(pick(/train/i, 'image'), pick(/train/i, 'label'));
  const testImages = pick(/t10k|test/i, 'image');
  if (testImages === undefined) return split(training);
  try {
    return { training, test: await open(testImages, pick(/t10k|test/i, 'label')) };
  } catch (error) {
    training.close();
    throw error;
  }
}

function openCifarFiles(path: string, files: Files) {
  const inside = 'cifar-10-batches-bin';
  if (files.only === undefined && files.siblings.includes(inside))
    return openCifarFiles(path, listFiles(join(files.folder, inside)));
  const full = (names: string[]) => names.map(name => join(files.folder, name));
  if (files.only !== undefined) return split(openCifar(full([files.only])));
  const batches = files.names.filter(name => /^data_batch_\d+\.bin$/.test(name));
  if (batches.length === 0) {
    const todo =
      'it takes data_batch_1.bin to data_batch_5.bin and test_batch.bin, of the unpacked cifar-10-binary.tar.gz';
    throw badDataset(path, 'no file of CIFAR-10', todo);
  }
  const training = openCifar(full(batches));
  if (!files.names.includes('test_batch.bin')) return split(training);
  try {
    return { training, test: openCifar(full(['test_batch.bin'])) };
  } catch (error) {
    training.close();
    throw error;
  }
}

async function openTextFiles(path: string, files: Files, signal?: AbortSignal) {
  const names = files.names.filter(name => TEXT_FILE.test(name));
  if (names.length === 0) {
    throw badDataset(path, 'no text in it', 'files are taken that end in .txt, .csv (both also with .gz) or .parquet');
  }
  const full = (part: string[]) => part.map(name => join(files.folder, name));
  const tests =
    files.only === undefined ? names.filter(name => /(^|[^a-z])(test|valid|validation)([^a-z]|$)/i.test(name)) : [];
  const rest = names.filter(name => !tests.includes(name));
  const training = await openTexts(full(rest.length > 0 ? rest : names), signal);
  if (training.bytes < MIN_TEXT) {
    training.close();
    throw badDataset(path, `${training.bytes} bytes of text to train`, `there must be ${MIN_TEXT} at least`);
  }
  if (tests.length === 0 || rest.length === 0) return splitText(training);
  try {
    const test: ByteStore = await openTexts(full(tests), signal);
    return { training, test };
  } catch (error) {
    training.close();
    throw error;
  }
}

interface Files {
  folder: string;
  /** The names to choose from, in order: of the folder, or the one file. */
  names: string[];
  /** All names of the folder. */
  siblings: string[];
  /** The file, where a file was given. */
  only: string | undefined;
}

function listFiles(path: string): Files {
  try {
    const folder = statSync(path).isDirectory();
    const [where, only] = folder ? [path, undefined] : [dirname(path), basename(path)];
    const siblings = readdirSync(where).sort();
    return { folder: where, names: only === undefined ? siblings : [only], siblings, only };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing) throw badDataset(path, 'there is no such file or folder', 'give the path of one', error);
    throw unreadable(path, error);
  }
}

/** A tenth of the images, chosen at random once and for all, tests. */
function split(all: ImageRows): { training: ImageRows; test: ImageRows } {
  const order = permutation(all.count, random(SPLIT_SEED, 'images'));
  const tested = Math.max(1, Math.floor(all.count / 10));
  const test = chosenImages(all, order.subarray(0, tested));
  return { training: chosenImages(all, all.count > 1 ? order.subarray(tested) : order), test };
}

/** Closes the files when their rows cannot be used. */
function guarded(path: string, open: readonly { close(): void }[], make: () => Dataset): Dataset {
  try {
    return make();
  } catch (error) {
    for (const one of open) one.close();
    throw unreadable(path, error);
  }
}
