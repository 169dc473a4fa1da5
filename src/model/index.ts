export { type Backend, type Device, devices, startBackend } from './backend.js';
export { type Checkpoint, loadModel, previousOf, saveModel } from './checkpoint.js';
export { DIGIT_PIXELS, type Digits, epochOrder, loadDigits, normaliseImages, pick } from './data/digits.js';
export type { ModelErrorCode } from './errors.js';
export { LocalWeights } from './local-weights.js';
export { type MnistConfig, MnistSynapse, mnistDefaults } from './mnist.js';
export { type ModelName, modelNames } from './models.js';
export { ANSWER_NORM, normaliseRows } from './normalise.js';
export { type ParameterGroup, Sgd } from './optim.js';
export type { Pass, PassNeuron } from './pass.js';
export { type Random, random } from './random.js';
export {
  type RemoteAnswer,
  type RemoteBackwardReply,
  type RemoteCaller,
  type RemoteFailure,
  type RemoteForwardReply,
  RemoteSynapse,
} from './remote.js';
export { type Route, Router, type RouterConfig, routerDefaults } from './router.js';
export { type CallerGradients, createServer, Server, type ServerOptions } from './server.js';
export {
  type Batch,
  type Modality,
  type ModelForms,
  NETWORK_DIM,
  type PassTensors,
  Synapse,
  type TensorForm,
} from './synapse.js';
export {
  fromBytes,
  type NamedArray,
  type PlainTensor,
  type TensorBytes,
  toBytes,
  toPlain,
  toTensor,
} from './tensor.js';
export {
  createTrainer,
  type Evaluation,
  type LabelledBatch,
  type Network,
  type StepResult,
  Trainer,
  type TrainerOptions,
} from './trainer.js';
export { vjp } from './vjp.js';
