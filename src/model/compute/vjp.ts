import * as tf from '@tensorflow/tfjs-core';

/** What one vector-Jacobian product yields. All tensors in it belong to the caller: see {@link disposeProduct}. */
export interface Product<Extra extends Record<string, tf.Tensor>> {
  /** The outputs of the function. */
  outputs: tf.Tensor[];
  /** The other tensors that the function chose to show. */
  extra: Extra;
  /** Gradient of each variable that the outputs depend on. */
  variables: Map<tf.Variable, tf.Tensor>;
  /** Gradient of each input, zeros where nothing depends on it. */
  inputs: tf.Tensor[];
}

/**
 * Gradients of `sum_i <outputs_i, cotangents_i>` with respect to variables and inputs: the one primitive that gradients across
 * the wire are made of, on both ends. `of` runs once, under the tape, synchronously. Nothing is left behind when it throws.
 */
export function vjp<Extra extends Record<string, tf.Tensor> = Record<string, never>>(options: {
  of: (inputs: tf.Tensor[]) => { outputs: tf.Tensor[]; extra?: Extra };
  variables: readonly tf.Variable[];
  inputs: readonly tf.Tensor[];
  cotangents: readonly tf.Tensor[];
}): Product<Extra> {
  const { variables, inputs, cotangents } = options;
  let shown: { outputs: tf.Tensor[]; extra: Extra } | undefined;
  const objective = (): tf.Tensor => {
    const { outputs, extra } = options.of([...inputs]);
    // Clones, so that an output which is also an input or a variable gets a handle of its own.
    shown = { outputs: outputs.map(keepCopy), extra: mapRecord((extra ?? {}) as Extra, keepCopy) };
    const first = outputs[0];
    if (outputs.length === 1 && first?.rank === 0) return tf.mul(first, cotangents[0]!);
    return tf.addN(outputs.map((output, i) => tf.sum(tf.mul(output, cotangents[i]!))));
  };
  try {
    const leaves = [...variables, ...inputs];
    const gradients = tf.tidy(() => {
      const { grads, value } = tf.engine().gradients(objective, leaves, undefined, true);
      value.dispose();
      // Undefined where the objective does not depend on the leaf.
      return (grads as (tf.Tensor | undefined)[]).map((grad, i) =>
        i < variables.length ? grad : (grad ?? tf.zerosLike(leaves[i]!)),
      );
    }) as (tf.Tensor | undefined)[];
    const byVariable = new Map<tf.Variable, tf.Tensor>();
    variables.forEach((variable, i) => {
      const gradient = gradients[i];
      if (gradient) byVariable.set(variable, gradient);
    });
    return { ...shown!, variables: byVariable, inputs: gradients.slice(variables.length) as tf.Tensor[] };
  } catch (error) {
    if (shown) tf.dispose([...shown.outputs, ...Object.values(shown.extra)]);
    disposeTape();
    throw error;
  }
}

/** Frees everything that a product holds. */
export function disposeProduct(product: Product<Record<string, tf.Tensor>>): void {
  tf.dispose([...product.outputs, ...Object.values(product.extra), ...product.variables.values(), ...product.inputs]);
}

/**
 * The same numbers as a constant: the tape does not see where they came from, so that nothing is computed backwards only to be thrown
 * away, as with a gradient of zeros. It shares the memory, as a clone does.
 */
export function stopGradient(x: tf.Tensor): tf.Tensor {
  const { dataId, shape, dtype } = x;
  tf.backend().incRef(dataId);
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
}

/** TensorFlow.js keeps what a half-finished tape has saved. */
function disposeTape(): void {
  const { state } = tf.engine();
  for (const node of state.activeTape ?? []) tf.dispose(node.saved ?? []);
  state.activeTape = [];
}

function keepCopy(tensor: tf.Tensor): tf.Tensor {
  return tf.keep(tf.clone(tensor));
}

function mapRecord<R extends Record<string, tf.Tensor>>(record: R, change: (t: tf.Tensor) => tf.Tensor): R {
  return Object.fromEntries(Object.entries(record).map(([key, tensor]) => [key, change(tensor)])) as R;
}
