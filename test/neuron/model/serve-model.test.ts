import { mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { nameOf } from '../../../src/neuron/model/serve-model.js';

const folder = mkdtempSync(join(tmpdir(), 'serve-model-'));
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  'the file',
  'its folder',
])('another model under the same path has another name, whether %s is given', given => {
  const file = join(folder, 'model.safetensors');
  const path = given === 'the file' ? file : folder;
  writeFileSync(file, 'one');
  writeFileSync(join(folder, 'config.json'), '{}');
  const first = nameOf(path);
  expect(nameOf(path)).toBe(first);
  // Written in place: of the folder nothing changes.
  writeFileSync(file, 'two');
  utimesSync(file, 1_700_000_000, 1_700_000_000);
  expect(nameOf(path)).not.toBe(first);
});

it('is made of a folder with a link to nowhere, too', () => {
  const before = nameOf(folder);
  symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
  expect(nameOf(folder)).not.toBe(before);
});
