export * from './browser.js';
export {
  chainProcessAt,
  type Localnet,
  type LocalnetOptions,
  startLocalnet,
  stopLocalnet,
} from './local/localnet.js';
export {
  hasBeenKilled,
  LINGER_SECONDS,
  type OwnChain,
  ownChainAt,
  reachOwnChain,
  startOwnChain,
} from './local/own-chain.js';
export { forgetCommitment, keepCommitment, type OwedReveal, owedReveals } from './transactions/kept-commitments.js';
export { type SolveOptions, solvePow, type WorkFor, type WorkProgress } from './work/solve-pow.js';
