export { type Address, formatAddress, parseAddress } from './address.js';
export type { RequestKind } from './auth/signed.js';
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
} from './axon/axon.js';
export { BackOff, type BackOffLimits } from './dendrite/back-off.js';
export {
  type BackwardRequest,
  type CallRequest,
  Dendrite,
  type DendriteLimits,
  type DendriteOptions,
  defaultDendriteLimits,
  type Peer,
  type Reply,
} from './dendrite/dendrite.js';
export { type NetErrorCode, RequestError } from './errors.js';
export { Gossip, type GossipOptions } from './gossip/gossip.js';
export type { PeerEntry } from './gossip/synapse-entry.js';
export { RETURN_CODES, type ReturnCode } from './wire/codes.js';
export {
  defaultTensorLimits,
  findNonFinite,
  floatsOf,
  floatTensor,
  type LinkFormat,
  stringsOf,
  type TensorLimits,
  textTensor,
  type WireDtype,
  type WireModality,
  type WireTensor,
} from './wire/tensor.js';
export { PROTOCOL_VERSION } from './wire/version.js';
