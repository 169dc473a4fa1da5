// A browser may use everything here but what localnet.ts exports: it is the only file with Node.js modules.
export {
  type CallOptions,
  type ChainClient,
  type ConnectOptions,
  connect,
  type ServeArgs,
  type StakeArgs,
  type WeightArgs,
} from './client.js';
export {
  type Faults,
  type Included,
  type LocalAccount,
  type LocalChain,
  type LocalSnapshot,
  type LocalStatus,
  openLocalChain,
} from './dev.js';
export type { ChainErrorCode } from './errors.js';
export type { Block } from './header.js';
export { formatIp, type IpNumber, parseIp } from './ip.js';
export {
  chainProcessAt,
  endedUncleanly,
  type Localnet,
  type LocalnetOptions,
  startLocalnet,
  stopLocalnet,
} from './localnet.js';
export {
  type AxonEndpoint,
  createMetagraph,
  loadMetagraph,
  type Metagraph,
  type MetagraphHead,
  type Neuron,
  RAO_PER_TAO,
  saveMetagraph,
  toTao,
} from './metagraph.js';
export { isLoopback, LOCAL_PORT, type Network, resolveNetwork } from './networks.js';
export type { ChainEvent, Submitted } from './outcome.js';
export type { Hyperparameters, ReadOptions } from './reads.js';
export type { SubmitOptions } from './submit.js';
export { fromU16Weights, normalizeL1, toU16Weights } from './weights.js';
