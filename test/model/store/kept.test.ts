import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { bestOf, loadModel, loadNewest, saveModel, savesOf } from '../../../src/model/index.js';

const root = mkdtempSync(join(tmpdir(), 'kept-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'one-'));
  path = join(folder, 'mnist.safetensors');
});

const save = (step: number, options = {}) => {
  const groups = { model: [{ name: 'a', shape: [2], data: Float32Array.of(step, -step) }] };
  saveModel(path, { model: 'mnist', step, groups, about: { step } }, options);
};
const load = (file: string) => loadModel(file, 'mnist').step;
const steps = () => savesOf(path).map(load);

describe('saves of a model', () => {
  it('are kept, the last three by default', () => {
    for (const step of [10, 20, 30, 40, 50]) save(step);
    expect(steps()).toEqual([50, 40, 30]);
    expect(readdirSync(folder).sort()).toEqual([
      'mnist.safetensors',
      'mnist.step-00000030.safetensors',
      'mnist.step-00000040.safetensors',
    ]);
  });

  it('are kept as many as wanted, and fewer as soon as fewer are wanted', () => {
    for (const step of [1, 2, 3, 4, 5, 6]) save(step, { keep: 5 });
    expect(steps()).toEqual([6, 5, 4, 3, 2]);
    save(7, { keep: 2 });
    expect(steps()).toEqual([7, 6]);
    save(8, { keep: 1 });
    expect(steps()).toEqual([8]);
  });

  it('of one step count once: saved again, as at the end of a run, it replaces itself', () => {
    for (const step of [1, 2, 2, 2, 3, 3]) save(step);
    expect(steps()).toEqual([3, 2, 1]);
  });

  it('keep the best one beside them, however old', () => {
    save(1, { isBest: true });
    for (const step of [2, 3, 4, 5]) save(step);
    expect(load(bestOf(path))).toBe(1);
    expect(steps()).toEqual([5, 4, 3, 1]);
    save(6, { isBest: true });
    expect(load(bestOf(path))).toBe(6);
  });

  it('clear away what saves that were killed have left, and nothing of others', () => {
    save(1);
    save(2);
    const left = [
      'mnist.safetensors.0badcafe.tmp',
      'mnist.best.safetensors.tmp',
      'mnist.step-00000001.safetensors.tmp',
    ];
    const others = ['mnist-2.safetensors.0badcafe.tmp', 'mnist.safetensors.tmp.notes', 'notes.tmp'];
    for (const name of [...left, ...others]) writeFileSync(join(folder, name), 'half');
    // Killed between the two: the newest save has its second name already.
    linkSync(path, join(folder, 'mnist.step-00000002.safetensors'));
    save(3);
    const files = readdirSync(folder).filter(name => /tmp/.test(name));
    expect(files.sort()).toEqual(others.toSorted());
    expect(steps()).toEqual([3, 2, 1]);
  });

  it('of another model in the same folder are left alone', () => {
    const other = join(folder, 'mnist-2.step-00000001.safetensors');
    writeFileSync(other, 'mine');
    for (const step of [1, 2, 3, 4, 5]) save(step, { keep: 2 });
    expect(readFileSync(other, 'utf8')).toBe('mine');
  });
});

describe('after a crash', () => {
  it('nothing is loaded where nothing was saved', () => {
    expect(loadNewest(path, load)).toBeUndefined();
    expect(loadNewest(join(folder, 'none', 'mnist.safetensors'), load)).toBeUndefined();
  });

  it('the newest save is taken where all are whole', () => {
    for (const step of [1, 2, 3]) save(step);
    expect(loadNewest(path, load)).toEqual({ path, loaded: 3, skipped: [] });
  });

  it('the newest whole one is taken, and it is said which were not and why', () => {
    for (const step of [1, 2, 3]) save(step);
    truncateSync(path, 120);
    const second = join(folder, 'mnist.step-00000002.safetensors');
    const bytes = readFileSync(second);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(second, bytes);
    expect(loadNewest(path, load)).toEqual({
      path: join(folder, 'mnist.step-00000001.safetensors'),
      loaded: 1,
      skipped: [
        { path, reason: expect.stringContaining('cut off') },
        { path: second, reason: expect.stringContaining('checksum') },
      ],
    });
    // What was damaged is out of the way, so that the next saves do not count it.
    expect(readdirSync(folder).sort()).toEqual([
      'mnist.safetensors.damaged',
      'mnist.step-00000001.safetensors',
      'mnist.step-00000002.safetensors.damaged',
    ]);
    save(4);
    expect(steps()).toEqual([4, 1]);
  });

  it('a file that was being written is passed over', () => {
    save(1);
    writeFileSync(`${path}.0a1b2c3d.tmp`, 'half');
    expect(loadNewest(path, load)).toMatchObject({ loaded: 1, skipped: [] });
  });

  it('the best one is the last resort', () => {
    save(1, { isBest: true });
    save(2, { keep: 1 });
    writeFileSync(path, 'noise');
    expect(loadNewest(path, load)).toMatchObject({ path: bestOf(path), loaded: 1 });
  });

  it('the newest is named where none is whole, and everything stays', () => {
    for (const step of [1, 2]) save(step);
    for (const file of savesOf(path)) truncateSync(file, 50);
    expect(() => loadNewest(path, load)).toThrow(/mnist\.safetensors: its header is cut off/);
    expect(readdirSync(folder).length).toBe(2);
  });
});
