import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createTrainer, loadDigits, loadModel, saveModel, type Trainer } from '../../../src/model/index.js';
import { encodeSafetensors } from '../../../src/model/store/safetensors.js';
import { batchNumber, plain, SMALL, serveSmall, wave } from '../helpers.js';

const folder = mkdtempSync(join(tmpdir(), 'checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tensors = [{ name: 'a', shape: [2, 3], data: plain([2, 3], wave).data }];

describe('a checkpoint', () => {
  const content = { model: 'mnist', step: 7, groups: { model: tensors }, about: { epoch: 3, best: 0.25 } };

  it('comes back with what was said about it, readable by its owner only', () => {
    const path = join(folder, 'one.safetensors');
    saveModel(path, content);
    expect(loadModel(path, 'mnist')).toEqual(content);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('that is damaged, missing or of another model is refused with its path and a way out', () => {
    const path = join(folder, 'three.safetensors');
    expect(() => loadModel(path, 'mnist')).toThrow(expect.objectContaining({ code: 'bad_checkpoint' }));
    saveModel(path, { ...content, step: 6 });
    expect(() => loadModel(path, 'cifar')).toThrow(
      /three\.safetensors.*holds the model 'mnist', not 'cifar'.*move it away/,
    );
    saveModel(path, content);
    writeFileSync(path, readFileSync(path).subarray(0, 100));
    expect(() => loadModel(path, 'mnist')).toThrow(/cut off.*three\.step-00000006\.safetensors/);
    writeFileSync(path, encodeSafetensors([], { format: 'another/9' }));
    expect(() => loadModel(path, 'mnist')).toThrow(/format 'another\/9'/);
  });
});

describe('resuming', () => {
  const digits = loadDigits().training;
  const make = (config = SMALL, seed = 1) => createTrainer({ device: 'wasm', model: 'mnist', seed, config });

  it('is exact to the bit, with peers, momentum, router noise and local weights', async () => {
    const network = await serveSmall(['a', 'b', 'c']);
    const over = { peers: ['a', 'b', 'c'], caller: network };
    const path = join(folder, 'resume.safetensors');
    const straight = await make();
    for (let n = 0; n < 3; n++) await straight.train(batchNumber(digits, n), over);
    straight.save(path, { epoch: 0, batch: 3, rowWeights: { a: 0.5 } });
    const expected = [];
    for (let n = 3; n < 6; n++) expected.push(await straight.train(batchNumber(digits, n), over));

    const resumed = await make(SMALL, 99); // the seed comes from the file
    expect(resumed.load(path)).toEqual({ epoch: 0, batch: 3, rowWeights: { a: 0.5 } });
    expect(resumed.step).toBe(3);
    const got = [];
    for (let n = 3; n < 6; n++) got.push(await resumed.train(batchNumber(digits, n), over));
    expect(got).toEqual(expected);
    expect(resumed.exportParameters()).toEqual(straight.exportParameters());
    expect(resumed.router.state()).toEqual(straight.router.state());
    expect(resumed.weights.state()).toEqual(straight.weights.state());
    for (const trainer of [straight, resumed]) trainer.dispose();
    network.dispose();
  });

  it('changes nothing when the file does not fit', async () => {
    const path = join(folder, 'wide.safetensors');
    const wide = await make({ hiddenDim: 48 });
    wide.save(path);
    const trainer = await make();
    await trainer.train(batchNumber(digits, 0));
    const before = trainer.exportParameters();
    expect(() => trainer.load(path)).toThrow(
      /wide\.safetensors.*student\.0\.weight has shape \[784, 48\] where \[784, 32\]/,
    );
    const without = loadModel(path, 'mnist');
    saveModel(path, { ...without, about: {} });
    expect(() => trainer.load(path)).toThrow(/lacks the state of the trainer/);
    expect(trainer.exportParameters()).toEqual(before);
    expect(trainer.step).toBe(1);
    for (const each of [wide, trainer] as Trainer[]) each.dispose();
  });

  it('changes nothing when only the last part of the file does not fit', async () => {
    const path = join(folder, 'mixed.safetensors');
    const trainer = await make();
    await trainer.train(batchNumber(digits, 0));
    trainer.save(path);
    const saved = loadModel(path, 'mnist');
    saveModel(path, {
      ...saved,
      groups: { ...saved.groups, momentum: [{ name: 'nobody', shape: [1], data: Float32Array.of(1) }] },
    });
    const other = await make(SMALL, 2);
    const before = [other.exportParameters(), other.router.state()];
    expect(() => other.load(path)).toThrow(expect.objectContaining({ code: 'bad_checkpoint' }));
    expect([other.exportParameters(), other.router.state()]).toEqual(before);
    for (const each of [other, trainer]) each.dispose();
  });
});
