import { describe, expect, it } from 'vitest';
import { type PlainBatch, type PlainTensor, random } from '../../../src/model/index.js';
import { isSameKind } from '../../../src/neuron/membership/peer-kinds.js';
import { Questions } from '../../../src/neuron/validator/questions.js';

function questionsOf(inputs: PlainTensor, labels: number): Questions {
  const targets = { labels: { dtype: 'int32', shape: [labels], data: new Int32Array(labels) } };
  const batch = { inputs, targets } as unknown as PlainBatch;
  return new Questions({ test: () => [batch] }, 10, random(1, 'questions'));
}

describe('questions', () => {
  it('say what a model takes and gives that can answer them', () => {
    const answer = [{ modality: 'tensor', dtype: 'float32', shape: [-1, 1024] }] as const;
    const images = (shape: number[]) =>
      questionsOf({ dtype: 'float32', shape, data: new Float32Array(shape.reduce((a, b) => a * b)) }, shape[0]!);
    const kinds = {
      mnist: images([3, 784]).forms,
      cifar: images([3, 32, 32, 3]).forms,
      text: questionsOf({ dtype: 'int32', shape: [2, 5], data: new Int32Array(10) }, 10).forms,
    };
    expect(kinds.mnist).toEqual({
      inputs: [{ modality: 'image', dtype: 'float32', shape: [-1, 784] }],
      outputs: answer,
    });
    expect(kinds.cifar).toEqual({
      inputs: [{ modality: 'image', dtype: 'float32', shape: [-1, 32, 32, 3] }],
      outputs: answer,
    });
    expect(kinds.text).toEqual({
      inputs: [{ modality: 'text', dtype: 'int64', shape: [-1, -1] }],
      outputs: [{ modality: 'tensor', dtype: 'float32', shape: [-1, -1, 1024] }],
    });
    for (const one of Object.values(kinds)) {
      expect(Object.values(kinds).filter(other => isSameKind(one, other))).toEqual([one]);
    }
  });
});
