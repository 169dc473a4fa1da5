import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportStudent, openStudent, startBackend, studentConfigIn } from '../../../src/model/index.js';
import { createModel } from '../../../src/model/models.js';

let root: string;
let folder: string;
let good: Record<string, unknown>;

beforeAll(async () => {
  await startBackend('wasm');
  root = mkdtempSync(join(tmpdir(), 'bittensor-hostile-student-'));
  const synapse = createModel('gpt2', { seed: 1, width: 8, heads: 2, layers: 1, positions: 8 });
  const about = { data: 'nothing', step: 0, epoch: 0, metric: null };
  folder = exportStudent(root, synapse, about, `0x${'00'.repeat(32)}`).path;
  synapse.dispose();
  good = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(changes: Record<string, unknown>): void {
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...good, ...changes }));
}

describe("a stranger's config.json", () => {
  it('is taken when it is right', async () => {
    write({});
    (await openStudent(folder, 'wasm')).dispose();
  });

  it.each([
    ['data', 7],
    ['step', -1],
    ['epoch', '3'],
    ['input', { modality: 'text' }],
    ['metric', { name: 'accuracy' }],
    ['metric', undefined],
    ['classes', [1, 2]],
  ])('is refused with something else as %s', (name, value) => {
    write({ [name]: value });
    expect(() => studentConfigIn(folder)).toThrow(`something else than its ${name}`);
  });

  it.each([
    { layers: 4_096, width: 4_096 },
    { layers: '99999999' },
  ])('is refused before it fills the memory: %o', async sizes => {
    write({ config: { ...(good['config'] as object), ...sizes } });
    await expect(openStudent(folder, 'wasm')).rejects.toMatchObject({ code: 'bad_student' });
  }, 120_000);
});
