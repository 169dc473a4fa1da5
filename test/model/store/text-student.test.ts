import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BertSynapse,
  exportStudent,
  fillMasks,
  GPT2LMSynapse,
  generateText,
  MnistSynapse,
  openStudent,
  type Student,
  type Synapse,
  startBackend,
} from '../../../src/model/index.js';

const root = mkdtempSync(join(tmpdir(), 'text-student-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const sizes = { width: 16, layers: 1, heads: 2, positions: 12, seed: 4 };
let gpt2: Student;
let bert: Student;
let mnist: Student;

async function studentOf(name: string, synapse: Synapse): Promise<Student> {
  const about = { data: 'nothing', step: 0, epoch: 0, metric: null };
  const { path } = exportStudent(join(root, name), synapse, about, `0x${'00'.repeat(32)}`);
  synapse.dispose();
  return await openStudent(path, 'wasm');
}

beforeAll(async () => {
  await startBackend('wasm');
  gpt2 = await studentOf('gpt2', new GPT2LMSynapse(sizes));
  bert = await studentOf('bert', new BertSynapse(sizes));
  mnist = await studentOf('mnist', new MnistSynapse({ hiddenDim: 8 }));
});
afterAll(() => {
  for (const student of [gpt2, bert, mnist]) student.dispose();
});

describe('a student of GPT-2', () => {
  const options = { prompt: 'We the people', tokens: 20, temperature: 1, seed: 1 };

  it('goes on with a text, beyond its positions, and the same seed says the same', async () => {
    const seen: number[] = [];
    const first = await generateText(gpt2, { ...options, progress: done => seen.push(done) });
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(first.length).toBeGreaterThan(0);
    expect(await generateText(gpt2, options)).toBe(first);
    expect(await generateText(gpt2, { ...options, seed: 2 })).not.toBe(first);
  });

  it('says the likeliest at temperature 0, whatever the seed, and begins from nothing', async () => {
    const cold = { ...options, temperature: 0, tokens: 5 };
    expect(await generateText(gpt2, { ...cold, seed: 7 })).toBe(await generateText(gpt2, cold));
    expect((await generateText(gpt2, { ...cold, prompt: '' })).length).toBeGreaterThan(0);
  });

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(generateText(gpt2, { ...options, signal })).rejects.toThrow('enough');
  });
});

describe('a student of BERT', () => {
  it('names the likeliest words for each [MASK], their shares adding up to one', async () => {
    const masks = await fillMasks(bert, 'the [MASK] of the [MASK]', 1024);
    expect(masks).toHaveLength(2);
    for (const guesses of masks) {
      const shares = guesses.map(({ probability }) => probability);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
      expect(shares).toEqual([...shares].sort((a, b) => b - a));
      expect(new Set(guesses.map(({ word }) => word)).has('the')).toBe(true);
    }
    expect(await fillMasks(bert, 'the [MASK]', 3)).toEqual([expect.objectContaining({ length: 3 })]);
  });

  it('wants a [MASK], and no more tokens than it has positions', async () => {
    await expect(fillMasks(bert, 'no mask here', 5)).rejects.toThrow(/has no \[MASK\] to fill/);
    await expect(fillMasks(bert, '[MASK] '.repeat(20), 5)).rejects.toThrow(/has 22 tokens, the model takes 12/);
  });
});

describe('a student of another model', () => {
  it('is told what it is', async () => {
    await expect(fillMasks(gpt2, '[MASK]', 5)).rejects.toThrow('this is a student of gpt2, not of bert');
    await expect(generateText(mnist, { prompt: '', tokens: 1, temperature: 0, seed: 0 })).rejects.toThrow(
      'this is a student of mnist, not of gpt2',
    );
  });
});
