// The reading half, for a page in a browser: it needs nothing of Node.js.

export { type BittensorError, formatAlpha, formatTao, isBittensorError } from '../base/browser.js';
export { type ChainClient, connect, type Network, type Neuron, resolveNetwork } from '../chain/browser.js';
export { networkDim, vocabSize } from './constants.js';
export { type Endpoint, type EndpointTensor, endpoint } from './endpoint.js';
export type { LibraryErrorCode } from './errors.js';
export { type Metagraph, type MetagraphOptions, metagraph, type SyncOptions } from './metagraph.js';
