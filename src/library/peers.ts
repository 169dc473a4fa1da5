import type { Peer } from '../net/index.js';
import { type Endpoint, type EndpointTensor, endpoint } from './endpoint.js';

/** Endpoints in whatever form: one or many, as objects or as tensors. */
export type Endpoints = Endpoint | EndpointTensor | readonly (Endpoint | EndpointTensor)[];

export function endpointsOf(endpoints: Endpoints): readonly Endpoint[] {
  const list = Array.isArray(endpoints) ? endpoints : [endpoints];
  return list.map((one: Endpoint | EndpointTensor) => ('data' in one ? endpoint.fromTensor(one) : endpoint.check(one)));
}

/** Whom to ask; undefined where nobody serves. */
export function peerOf({ hotkey, ip, port }: Endpoint): Peer | undefined {
  return port === 0 ? undefined : { hotkey, host: ip, port };
}
