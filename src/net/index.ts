export { type Address, formatAddress, isLoopback, parseAddress } from './address.js';
export type { RequestKind } from './auth/signed.js';
export type { Admission, Member, Registry } from './axon/admission.js';
export { type Announce, announceOnChain } from './axon/announce.js';
export {
  type Asked,
  type AskOptions,
  askForProbe,
  describeAxon,
  type ProbeAnswer,
  probeReachability,
  type Reachability,
} from './axon/ask.js';
export {
  Axon,
  type AxonLimits,
  type AxonOptions,
  type AxonStats,
  defaultAxonLimits,
} from './axon/axon.js';
export type { AxonDescription } from './axon/definitions.js';
export type { PeerStats, Served } from './axon/peer-stats.js';
export { type Job, type JobTerms, type PoolLimits, PriorityThreadPool } from './axon/priority-pool.js';
export { type AxonSettings, axonOptionsOf, priceOf } from './axon/settings.js';
export type {
  AxonAnswer,
  AxonHandler,
  AxonRequest,
  SynapseDefinition,
  SynapseHandlers,
  ThreadHandler,
} from './axon/synapses.js';
export { type MappedPort, mapPort, type PortMappingOptions } from './axon/upnp.js';
export { BackOff, type BackOffLimits } from './dendrite/back-off.js';
export {
  type BackwardRequest,
  type CallRequest,
  type DendriteLimits,
  type DendriteOptions,
  defaultDendriteLimits,
  type Peer,
  type Reply,
} from './dendrite/calls.js';
export { Dendrite } from './dendrite/dendrite.js';
export type { Answers, Endpoints, ManyOptions, TextInputs } from './dendrite/many.js';
export { dendriteOptionsOf, linkFormatOf } from './dendrite/settings.js';
export type { PeerTraffic } from './dendrite/traffic.js';
export { type NetErrorCode, RequestError } from './errors.js';
export { Gossip, type GossipOptions } from './gossip/gossip.js';
export type { ServedSynapse } from './gossip/own-synapses.js';
export { definitionOf, type PeerEntry } from './gossip/synapse-entry.js';
export { http2Holes } from './server/node-version.js';
export { RETURN_CODES, type ReturnCode } from './wire/codes.js';
export type { DescribedSynapse, TensorDefinition } from './wire/definition.js';
export { networkOfName, TEST_NETWORK } from './wire/network.js';
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
