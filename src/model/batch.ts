import * as tf from '@tensorflow/tfjs-core';
import { elementCount, type PlainTensor, shapeError, toTensor } from './compute/tensor.js';

/** What one step learns from, as plain numbers. Rows first; rows without a target come after those with one. */
export interface PlainBatch {
  readonly inputs: PlainTensor;
  /** By name, as the model has them: `labels` of images and of text, `nextSentence` of BERT. */
  readonly targets: Readonly<Record<string, PlainTensor>>;
}

/** The same as TensorFlow tensors. */
export interface Batch {
  readonly inputs: tf.Tensor;
  readonly targets: Readonly<Record<string, tf.Tensor>>;
}

/** The caller disposes it with {@link disposeBatch}. Code `shape` when counts and shapes disagree. */
export function toBatch({ inputs, targets }: PlainBatch): Batch {
  const made: tf.Tensor[] = [];
  const make = (tensor: PlainTensor) => {
    made.push(toTensor(tensor));
    return made.at(-1)!;
  };
  try {
    const entries = Object.entries(targets).map(([name, tensor]) => [name, make(tensor)] as const);
    return { inputs: make(inputs), targets: Object.fromEntries(entries) };
  } catch (error) {
    tf.dispose(made);
    throw error;
  }
}

export function disposeBatch({ inputs, targets }: Batch): void {
  tf.dispose([inputs, ...Object.values(targets)]);
}

/** The target of that name, whole numbers from `from` to below `classes`, in the shape; code `shape` otherwise. */
export function checkedLabels(
  { inputs, targets }: PlainBatch,
  name: string,
  { classes, from = 0, shape }: { classes: number; from?: number; shape?: readonly number[] },
): Int32Array {
  const labels = targets[name];
  const rows = inputs.shape[0] ?? 0;
  const expected = `${name}: int32 ${shape ? `[${shape.join(', ')}]` : `[1 to ${rows}]`}, ${from} to ${classes - 1}`;
  const fits =
    labels?.dtype === 'int32' &&
    labels.data.length === elementCount(labels.shape) &&
    (shape
      ? labels.shape.join() === shape.join()
      : labels.shape.length === 1 && labels.shape[0]! >= 1 && labels.shape[0]! <= rows) &&
    labels.data.every(label => label >= from && label < classes);
  if (!fits) throw shapeError('the targets of a batch', expected, labels?.shape ?? []);
  return labels.data;
}

/** A batch in pieces of that many rows; views, not copies. Every row must have its targets. */
export function* portions({ inputs, targets }: PlainBatch, rows: number): Iterable<PlainBatch> {
  const total = inputs.shape[0]!;
  for (let start = 0; start < total; start += rows) {
    const end = Math.min(total, start + rows);
    const part = (tensor: PlainTensor) => rowsOf(tensor, start, end);
    yield {
      inputs: part(inputs),
      targets: Object.fromEntries(Object.entries(targets).map(([name, t]) => [name, part(t)])),
    };
  }
}

/** Class numbers as a target. */
export function labelsOf(labels: ArrayLike<number>): PlainTensor {
  return { dtype: 'int32', shape: [labels.length], data: Int32Array.from(labels) };
}

function rowsOf(tensor: PlainTensor, start: number, end: number): PlainTensor {
  const width = elementCount(tensor.shape.slice(1));
  const shape = [end - start, ...tensor.shape.slice(1)];
  return { ...tensor, shape, data: tensor.data.subarray(start * width, end * width) } as PlainTensor;
}
