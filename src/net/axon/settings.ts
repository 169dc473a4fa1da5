import { RAO_PER_TAO, type SettingValues } from '../../base/index.js';
import type { axonSettings } from '../options.js';
import type { AxonLimits, AxonOptions } from './axon.js';

export type AxonSettings = SettingValues<typeof axonSettings>;

/** What the settings `--axon.*` say, as options of an axon; where it is announced is left to who announces it. */
export function axonOptionsOf(
  settings: AxonSettings,
): Pick<AxonOptions, 'registeredOnly' | 'minStakeRao' | 'permitOnly'> & { readonly limits: Partial<AxonLimits> } {
  const rpcs = settings.axon_maximum_concurrent_rpcs;
  return {
    minStakeRao: raoOf(settings.axon_min_stake),
    registeredOnly: settings.axon_registered_only,
    permitOnly: settings.axon_permit_only,
    limits: {
      maxThreads: settings.axon_max_workers,
      concurrentRequests: rpcs,
      concurrentCalls: rpcs,
      forwardMs: settings.axon_forward_timeout * 1_000,
      backwardMs: settings.axon_backward_timeout * 1_000,
      maxWorkers: settings.axon_priority_max_workers,
      maxSize: settings.axon_priority_maxsize,
      requestsPerSecond: settings.axon_requests_per_second,
      // A single request counts whole.
      requestBurst: Math.max(1, 2 * settings.axon_requests_per_second),
    },
  };
}

/** What `--axon.price` says, for the definition of a synapse. */
export function priceOf(settings: { readonly axon_price: number }): bigint {
  return raoOf(settings.axon_price);
}

/** TAO as a number has fewer digits than rao may have; those of a threshold are enough. */
function raoOf(tao: number): bigint {
  return BigInt(Math.round(tao * Number(RAO_PER_TAO)));
}
