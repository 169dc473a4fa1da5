import * as tf from '@tensorflow/tfjs-core';

/** Rows of a table [entries, width] by number [...shape] -> [count, width]. */
export function embed(table: tf.Tensor, ids: tf.Tensor): tf.Tensor2D {
  return tf.gather(table, tf.reshape(ids, [ids.size])) as tf.Tensor2D;
}

/** The first rows of a table of positions [positions, width], to be added to each sequence. -> [length, width] */
export function embedPositions(table: tf.Tensor, length: number): tf.Tensor2D {
  return tf.slice(table, 0, length) as tf.Tensor2D;
}

/** Scores by a tied table: x [rows, width] times the table [entries, width] transposed -> [rows, entries]. */
export function scoreByTable(x: tf.Tensor, table: tf.Tensor): tf.Tensor2D {
  // Flags for transposing leave the fast kernel of wasm. What is smaller is turned round: the table, or x and the scores.
  const [rows, width] = [x.shape[0]!, x.shape[1]!];
  if (rows >= width) return tf.matMul(x as tf.Tensor2D, tf.transpose(table) as tf.Tensor2D);
  return tf.transpose(tf.matMul(table as tf.Tensor2D, tf.transpose(x) as tf.Tensor2D)) as tf.Tensor2D;
}
