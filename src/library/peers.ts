import type { Peer } from '../net/index.js';
import { type Endpoint, type EndpointTensor, endpoint } from './endpoint.js';

/** Whose axon, and where: all that it takes to ask one. */
export type Address = Pick<Endpoint, 'hotkey' | 'ip' | 'port'> & Partial<Endpoint>;

/** Endpoints in whatever form: one or many, as objects or as tensors. */
export type Endpoints = Address | EndpointTensor | readonly (Address | EndpointTensor)[];

/** Error `bad_endpoint`. */
export function endpointsOf(endpoints: Endpoints): readonly Endpoint[] {
  const list = Array.isArray(endpoints) ? endpoints : [endpoints];
  return list.map((one: Address | EndpointTensor) => ('data' in one ? endpoint.fromTensor(one) : completed(one)));
}

function completed(one: Address): Endpoint {
  if (one === endpoint.dummy()) return endpoint.dummy();
  const { hotkey, ip } = one;
  const ipType = String(ip).includes(':') ? 6 : 4;
  return endpoint.check({ version: 0, uid: 0, ipType, coldkey: hotkey, modality: 0, ...one });
}

/** Whom to ask; undefined where nobody serves. */
export function peerOf({ hotkey, ip, port }: Endpoint): Peer | undefined {
  return port === 0 ? undefined : { hotkey, host: ip, port };
}
