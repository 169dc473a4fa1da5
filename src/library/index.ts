export { BittensorError, createLog, isBittensorError, type Log } from '../base/index.js';
export type { AxonEndpoint, Network, Neuron } from '../chain/index.js';
export type {
  BertModel,
  BertModelConfig,
  DescentOptions,
  Device,
  ParameterOptimizer,
  Parameters,
  PlainTensor,
  TensorFlow,
  TfTensor,
} from '../model/index.js';
export type { ReturnCode } from '../net/index.js';
export type { Signer } from '../wallet/index.js';
export { type Axon, type AxonOptions, axon, type Starting } from './axon.js';
export { networkDim, vocabSize } from './constants.js';
export { type DataloaderOptions, type Dataset, dataloader } from './dataloader.js';
export {
  type Call,
  type CallOptions,
  type Dendrite,
  type DendriteOptions,
  dendrite,
  type ForwardOptions,
} from './dendrite.js';
export { type Endpoint, type EndpointTensor, endpoint } from './endpoint.js';
export type { LibraryErrorCode } from './errors.js';
export type { Answered, BackwardHandler, ForwardHandler, Handlers, RequestContext } from './handlers.js';
export type { HiddenWeights } from './hidden-weights.js';
export type { Metagraph, MetagraphOptions, SyncOptions } from './metagraph.js';
export { bertModel, sgd, tensorflow } from './models.js';
export type { Address, Endpoints } from './peers.js';
export {
  type Future,
  type PoolOptions,
  type PriorityThreadPool,
  priorityThreadPool,
  type SubmitOptions,
} from './priority-thread-pool.js';
export type { NetworkOptions } from './settings.js';
export { metagraph, type StoredMetagraph } from './stored-metagraph.js';
export type { Receipt, WriteOptions } from './submitting.js';
export { type Account, type Subtensor, subtensor, type WeightsReceipt } from './subtensor.js';
export type { Tensor, TensorLike } from './tensors.js';
export type { TrainStepOptions, TrainStepResult } from './train-step.js';
export { type Wallet, type WalletOptions, wallet } from './wallet.js';
export type { Numbers } from './weights.js';
