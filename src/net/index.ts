export { type Address, formatAddress, parseAddress } from './address.js';
export type { RequestKind } from './auth.js';
export {
  type Admission,
  Axon,
  type AxonHandler,
  type AxonLimits,
  type AxonOptions,
  type AxonRequest,
  type AxonStats,
  defaultAxonLimits,
  type SynapseHandlers,
} from './axon.js';
export { RETURN_CODES, type ReturnCode } from './codes.js';
export {
  type BackwardRequest,
  type CallRequest,
  Dendrite,
  type DendriteLimits,
  type DendriteOptions,
  defaultDendriteLimits,
  type Peer,
  type Reply,
} from './dendrite.js';
export { type NetErrorCode, RequestError } from './errors.js';
export { Gossip, type GossipOptions } from './gossip.js';
export type { PeerEntry } from './synapse-entry.js';
export {
  defaultTensorLimits,
  findNonFinite,
  floatsOf,
  floatTensor,
  PROTOCOL_VERSION,
  stringsOf,
  type TensorLimits,
  textTensor,
  type WireDtype,
  type WireModality,
  type WireTensor,
} from './wire.js';
