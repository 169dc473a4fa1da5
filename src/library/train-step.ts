import {
  disposeProduct,
  type ParameterOptimizer,
  type TensorFlow,
  type TfTensor,
  tensorflow,
  toTensor,
  vjp,
} from '../model/index.js';
import type { Call, CallOptions, Dendrite } from './dendrite.js';
import { libraryError } from './errors.js';
import type { Endpoints } from './peers.js';
import type { Tensor, TensorLike } from './tensors.js';

/** Whom to ask, what, and the loss of their answers. */
export interface TrainStepOptions extends CallOptions {
  readonly endpoints: Endpoints;
  readonly inputs: string | readonly string[] | TensorLike | readonly TensorLike[];
  /** Default `text`. */
  readonly modality?: 'text' | 'image' | 'tensor' | undefined;
  /**
   * The local head: the loss, a scalar, of one tensor of TensorFlow.js for each endpoint, zeros for those that failed.
   * Computed once, synchronously; what it makes is freed.
   */
  loss(representations: TfTensor[], tf: TensorFlow, call: Call): TfTensor;
  /** Makes a step with the parameters that the loss depends on here. */
  readonly optimizer?: ParameterOptimizer | undefined;
}

/** What came of a step. */
export interface TrainStepResult {
  readonly loss: number;
  /** The forward: answers, codes, times. */
  readonly forward: Call;
  /** The backward: codes say which endpoints took their gradient. */
  readonly backward: Call;
  /** The gradient at each answer. */
  readonly gradients: readonly Tensor[];
}

/**
 * One step across the network. TensorFlow.js differentiates synchronously, so the graph is cut where it crosses the wire:
 * ask, one vector-Jacobian product of the loss here, which yields the gradient at what was received, and send that back.
 */
export async function trainStep(
  dendrite: Dendrite,
  { endpoints, inputs, modality = 'text', loss, optimizer, ...options }: TrainStepOptions,
): Promise<TrainStepResult> {
  const tf = await tensorflow();
  const asking = { endpoints, ...options };
  const forward =
    modality === 'text'
      ? await dendrite.forwardText({ ...asking, inputs })
      : await dendrite[modality === 'image' ? 'forwardImage' : 'forwardTensor']({
          ...asking,
          inputs: inputs as TensorLike,
        });
  const received = forward[0].map(toTensor);
  const one = tf.scalar(1);
  try {
    const product = vjp({
      of: tensors => ({ outputs: [scalarOf(loss(tensors, tf, forward))] }),
      variables: optimizer ? [...optimizer.parameters.variables.values()] : [],
      inputs: received,
      cotangents: [one],
    });
    let gradients: Tensor[];
    let value: number;
    try {
      value = product.outputs[0]!.dataSync()[0]!;
      // A copy: plain JavaScript hands out the tensor's own memory.
      gradients = product.inputs.map(gradient => ({
        dtype: 'float32',
        shape: gradient.shape,
        data: (gradient.dataSync() as Float32Array).slice(),
      }));
      if (optimizer) {
        optimizer.parameters.add(new Map(product.variables));
        product.variables.clear();
      }
    } finally {
      disposeProduct(product);
    }
    const backward = await dendrite.backward(forward, gradients, options);
    optimizer?.step();
    return { loss: value, forward, backward, gradients };
  } finally {
    tf.dispose([...received, one]);
  }
}

/** Of anything else nobody could say what its gradient is. */
function scalarOf(loss: TfTensor): TfTensor {
  if (loss?.size === 1 && loss.rank === 0) return loss;
  const what = Array.isArray(loss?.shape) ? `of shape [${loss.shape}]` : `${typeof loss}`;
  throw libraryError('bad_argument', `the loss is ${what}, not a scalar of TensorFlow.js: tf.mean() makes one`);
}
