import { keyText } from '../auth/signed.js';
import { type DescribedSynapse, describedSynapse } from '../wire/definition.js';
import { type OpenedDescription, openDescription } from '../wire/description.js';

/** What an axon says that it serves. */
export interface AxonDescription {
  /** `0x` and 64 digits. */
  readonly hotkey: string;
  readonly version: string;
  readonly synapses: readonly DescribedSynapse[];
  /** The coldkey that endorses the hotkey, written alike. */
  readonly coldkey: string | undefined;
  /** Genesis hash, or none. */
  readonly network: Uint8Array;
  /** The axon's clock, milliseconds since 1970. */
  readonly timeMs: number;
  /** The largest body that it takes. */
  readonly bodyBytes: number;
}

/** Reads and verifies a description. Throws a `RequestError`. */
export function readDescription(
  bytes: Uint8Array,
  to: { readonly responder: Uint8Array; readonly challenge: Uint8Array },
): AxonDescription {
  const { synapses, endorsement, version, network, timeMs, bodyBytes }: OpenedDescription = openDescription(bytes, to);
  return {
    hotkey: keyText(to.responder),
    version,
    synapses: synapses.map(describedSynapse),
    coldkey: endorsement && keyText(endorsement.coldkey),
    network: Uint8Array.from(network),
    timeMs,
    bodyBytes,
  };
}
