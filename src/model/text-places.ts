import type * as tf from '@tensorflow/tfjs-core';

/** Places of a batch of text where scores are wanted, as numbers of its tokens counted row by row. */
export interface Places {
  /** With a target, and the classes there. */
  counted: number[];
  labels: Int32Array;
  /** In rows without any target: where the student learns from the network. */
  unlabelled: number[];
}

/** `ids` and `labels` are [rows, length], a label of -1 is none. In rows without any, places count whose id `isAsked`. */
export function placesOf(ids: tf.Tensor, labels: tf.Tensor, isAsked: (id: number) => boolean): Places {
  const values = labels.dataSync() as Int32Array;
  const length = ids.shape[1]!;
  const places: Places = { counted: [], labels: values.filter(label => label >= 0), unlabelled: [] };
  let tokens: Int32Array | undefined;
  for (let row = 0; row < values.length; row += length) {
    const before = places.counted.length;
    for (let i = row; i < row + length; i++) if (values[i]! >= 0) places.counted.push(i);
    if (places.counted.length > before) continue;
    tokens ??= ids.dataSync() as Int32Array;
    for (let i = row; i < row + length; i++) if (isAsked(tokens[i]!)) places.unlabelled.push(i);
  }
  return places;
}
