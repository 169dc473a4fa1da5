import type {
  BertModel,
  BertModelConfig,
  DescentOptions,
  Device,
  ParameterOptimizer,
  Parameters,
} from '../model/index.js';
import { whole } from './checks.js';
import { libraryError } from './errors.js';

// Models are loaded when the first one is made: reading a metagraph needs no TensorFlow.js.

/** TensorFlow.js as this package has it, on the best backend that is there. A copy of your own would not know these tensors. */
export async function tensorflow(device?: Device) {
  const { tensorflow: start } = await import('../model/index.js');
  return start(device);
}

/** The encoder of BERT with fresh parameters; see `BertModel`. `forward(ids)` and `backward(ids, gradient)` are what an axon needs. Error `bad_argument`. */
export async function bertModel(
  config: Pick<BertModelConfig, 'vocabSize' | 'hiddenSize'> & Partial<BertModelConfig>,
): Promise<BertModel> {
  for (const name of ['vocabSize', 'hiddenSize', 'layers', 'heads', 'positions', 'maxTokens'] as const) {
    const size = config[name];
    if (size !== undefined) whole(name, size, 1);
  }
  const { heads, hiddenSize } = config;
  if (heads !== undefined && hiddenSize % heads !== 0) {
    throw libraryError('bad_argument', `${heads} heads do not divide a hiddenSize of ${hiddenSize}`);
  }
  const { bertModel: make } = await import('../model/index.js');
  return make(config);
}

/** Stochastic gradient descent over the parameters of a model, as PyTorch's `SGD`. */
export function sgd(parameters: Parameters, options: DescentOptions): ParameterOptimizer {
  return parameters.sgd(options);
}
