// A browser may use everything here but what localnet.ts and solve-pow.ts export: only they need Node.js.
export type { AccountBalance } from './accounts.js';
export type { Axon, PriceLimit, SubnetIdentity, Work } from './actions.js';
export { formatAlpha, formatCoins, formatTao } from './amounts.js';
export type { Way } from './calls.js';
export type { CallOptions, ChainClient, ServeArgs, StakeArgs, WeightArgs } from './chain-client.js';
export type { Stake } from './coldkey-stakes.js';
export {
  commitmentHash,
  prepareCommitWeights,
  prepareRevealWeights,
  revealBlocks,
  type WeightCommitment,
} from './commitments.js';
export { type ConnectOptions, connect } from './connect.js';
export {
  type Faults,
  type Included,
  type LocalAccount,
  type LocalChain,
  type LocalSnapshot,
  type LocalStatus,
  openLocalChain,
} from './dev.js';
export { type ChainErrorText, chainErrorNames, explainChainError } from './error-texts.js';
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
export type { Overview } from './overview.js';
export type { Prepared, PrepareRequest } from './prepare.js';
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
} from './prepare-actions.js';
export type { Quote } from './prices.js';
export type { Hyperparameters, ReadOptions, WeightsRow } from './reads.js';
export type { Setting } from './settings.js';
export type { ShownArgument, ShownCall } from './show-call.js';
export { chainText } from './show-text.js';
export { type SolveOptions, solvePow, type WorkFor, type WorkProgress } from './solve-pow.js';
export type { SubmitOptions, TransactionStatus } from './submit.js';
export type { Subnet, SubnetDetails } from './subnets.js';
export { fromU16Weights, normalizeL1, toU16Weights } from './weights.js';
export { whatHappened } from './what-happened.js';
