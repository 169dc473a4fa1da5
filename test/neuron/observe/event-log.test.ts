import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openEventLog } from '../../../src/neuron/observe/event-log.js';

const folder = mkdtempSync(join(tmpdir(), 'events-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Tag and number of every scalar in a file of this program's own: tag (field 1) and float32 (field 2), side by side. */
function scalarsIn(file: Buffer): Record<string, number> {
  const found = file.toString('latin1').matchAll(/\n[\s\S]\n[\s\S]([\w/ ]+)[^\w/ ]/g);
  return Object.fromEntries([...found].map(match => [match[1], file.readFloatLE(match.index + match[0].length)]));
}

describe('what a neuron shows TensorBoard', () => {
  let now = 1_000_000;
  let requests = 5;
  const parts = {
    folder,
    axon: { stats: () => ({ requests, bytesIn: 100, bytesOut: 200 }) as never },
    dendrite: {
      stats: () =>
        [
          { bytesIn: 10, bytesOut: 1 },
          { bytesIn: 20, bytesOut: 2 },
        ] as never,
    },
    onError: () => {},
    nowMs: () => now,
  };
  const report = { step: 30, loss: 3, localLoss: 1, targetLoss: 1.5, distillationLoss: 0.5 } as never;

  it('has the tags of the documents, each with its own number', () => {
    const metagraph = () => ({ neurons: [{ emissionRao: 500_000_000n }, { emissionRao: 1_000_000_000n }] }) as never;
    const log = openEventLog({ ...parts, directory: { metagraph } });
    [now, requests] = [now + 2_000, requests + 8];
    log.step(report, 3, 4);
    log.test(
      30,
      {
        count: 10,
        network: { loss: 0, correct: 9, accuracy: 0.875 },
        local: { loss: 0.5, correct: 8, accuracy: 0.75 },
      },
      'perplexity',
    );
    log.close();
    expect(scalarsIn(readFileSync(log.path))).toEqual({
      n_peers: 3,
      n_synapses: 4,
      train_loss: 3,
      'Neuron/Rloss': 1.5,
      'Neuron/Lloss': 1,
      'Neuron/Dloss': 0.5,
      'Neuron/Train_loss': 3,
      'Axon/total_in_bytes': 100,
      'Axon/total_out_bytes': 200,
      'Axon/Queries/Sec': 4,
      'Dendrite/Incoming bytes': 30,
      'Dendrite/Outgoing bytes': 3,
      'Metagraph/neurons': 2,
      'Metagraph/inflation_rate': 1.5,
      'Test/loss': 0,
      'Test/accuracy': 0.875,
      'Test/perplexity': 1,
      'Student/loss': 0.5,
      'Student/accuracy': 0.75,
      'Student/perplexity': Math.fround(Math.exp(0.5)),
    });
  });

  it('leaves the metagraph out where there is none', () => {
    const log = openEventLog({ ...parts, directory: {} });
    log.step(report, 0, 1);
    log.close();
    expect(Object.keys(scalarsIn(readFileSync(log.path))).filter(tag => tag.startsWith('Metagraph'))).toEqual([]);
  });

  it('grows by ever less: a week has all points of its first hour, and no more than some times as many', () => {
    const log = openEventLog({ ...parts, directory: {} });
    const sizeAfter = (seconds: number) => {
      for (let i = 0; i < seconds; i++) {
        now += 1_000;
        log.step(report, 0, 1);
      }
      return statSync(log.path).size;
    };
    const empty = statSync(log.path).size;
    log.step(report, 0, 1);
    const point = statSync(log.path).size - empty;
    const hour = sizeAfter(3_600);
    expect(hour).toBeGreaterThanOrEqual(3_600 * point);
    expect(sizeAfter(7 * 86_400 - 3_600)).toBeLessThan(10 * hour);
    now -= 86_400_000;
    const before = sizeAfter(0);
    expect(sizeAfter(1)).toBeGreaterThan(before);
    log.close();
  });
});
