import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { packagePath } from '../../src/base/index.js';
import { partsOf } from '../helpers/document.js';
import { expectToBeFollowed } from '../helpers/newcomer.js';

const isRun = (page: string) =>
  partsOf(readFileSync(packagePath(page), 'utf8')).some(({ kind }) => kind === 'shell' || kind === 'program');
const tutorials = readdirSync(packagePath('docs/tutorials')).map(name => `docs/tutorials/${name}`);
const others = readdirSync(packagePath('docs'))
  .filter(name => name.endsWith('.md'))
  .map(name => `docs/${name}`);
const PAGES = [...tutorials, ...others.filter(isRun)];

describe('a newcomer', () => {
  it.each(PAGES)('who follows %s meets nothing that fails', expectToBeFollowed, 1_200_000);
});
