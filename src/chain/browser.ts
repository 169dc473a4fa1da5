// What needs nothing of Node.js: a browser may load it, too.

export { formatAlpha, formatCoins, formatIp, formatTao, type IpNumber, RAO_PER_TAO } from '../base/browser.js';
export type {
  CallOptions,
  ChainClient,
  RegisterArgs,
  RowOptions,
  ServeArgs,
  StakeArgs,
  WeightArgs,
} from './chain-client.js';
export { type ConnectOptions, connect } from './connect.js';
export type { ConnectionState } from './connection/connection.js';
export type { Block } from './connection/header.js';
export type { ChainErrorCode } from './errors.js';
export { parseIp } from './ip.js';
export {
  type Faults,
  type Included,
  type LocalAccount,
  type LocalChain,
  type LocalSnapshot,
  type LocalStatus,
  openLocalChain,
} from './local/dev.js';
export { isLoopback, LOCAL_PORT, type Network, resolveNetwork } from './networks.js';
export type { AccountBalance } from './reads/accounts.js';
export type { Stake } from './reads/coldkey-stakes.js';
export {
  type AxonEndpoint,
  createMetagraph,
  loadMetagraph,
  type Metagraph,
  type MetagraphHead,
  type Neuron,
  saveMetagraph,
  toTao,
} from './reads/metagraph.js';
export type { Overview } from './reads/overview.js';
export type { Quote } from './reads/prices.js';
export type { Hyperparameters, ReadOptions, WeightsRow } from './reads/reads.js';
export type { Setting } from './reads/settings.js';
export type { Subnet, SubnetDetails } from './reads/subnets.js';
export { type ChainErrorText, chainErrorNames, explainChainError } from './refusals/error-texts.js';
export type { Axon, PriceLimit, SubnetIdentity, Work } from './transactions/actions.js';
export type { Way } from './transactions/calls.js';
export {
  commitmentHash,
  prepareCommitWeights,
  prepareRevealWeights,
  revealBlocks,
  type WeightCommitment,
} from './transactions/commitments.js';
export { eraPeriod } from './transactions/era.js';
export type { ChainEvent, Submitted } from './transactions/outcome.js';
export type { Prepared, PrepareRequest } from './transactions/prepare.js';
export {
  type Effect,
  type PreparedAction,
  prepareAddStake,
  prepareBurnedRegister,
  prepareFaucet,
  preparePowRegister,
  prepareRegisterNetwork,
  prepareRemoveStake,
  prepareServeAxon,
  prepareSetSubnetIdentity,
  prepareSetWeights,
  prepareStartCall,
  prepareTransfer,
  prepareTransferAll,
  prepareUnstakeAll,
  unstakeFee,
} from './transactions/prepare-actions.js';
export type { ShownArgument, ShownCall } from './transactions/show-call.js';
export { chainText } from './transactions/show-text.js';
export type { SubmitOptions, TransactionStatus } from './transactions/submit.js';
export { whatHappened } from './transactions/what-happened.js';
export { fromU16Weights, normalizeL1, toU16Weights } from './weights.js';
