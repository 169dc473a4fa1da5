import { type Clock, messageOf } from '../../base/index.js';
import type { Endorsement, Signer } from '../../wallet/index.js';
import type { Address } from '../address.js';
import { RequestError } from '../errors.js';
import { DescribeRequest, type Synapse } from '../gen/bittensor.js';
import { originOf } from '../server/origin.js';
import type { RawCall } from '../server/rpc-server.js';
import { CHALLENGE_BYTES, sealDescription, sealSynapse } from '../wire/description.js';
import { checkEnvelope } from '../wire/envelope.js';
import { clean } from '../wire/status.js';
import { type ServedSynapse, type SynapseTable, takesGradients } from './synapses.js';
import { TokenBuckets } from './token-buckets.js';

/** A Describe request has a version and a challenge. */
const RULE = { 1: { count: 1, bytes: 32 }, 2: { count: 1, bytes: CHALLENGE_BYTES } };
export const DESCRIBE_BYTES = 256;

/** A synapse's signature is used again for so long, milliseconds: signing costs more than all the rest. */
const RENEW_MS = 30_000;

export interface DescriberOptions {
  readonly signer: Signer;
  readonly network: Uint8Array;
  readonly synapses: SynapseTable;
  readonly clock: Clock;
  readonly bodyBytes: number;
  readonly endorsement: Endorsement | undefined;
  /** Where others reach the axon. */
  address(): Address;
}

/** Tells anyone who asks, so many times a second, what the axon serves. */
export class Describer {
  private readonly rates = new TokenBuckets({ perSecond: 5, burst: 20, keys: 4_096 });
  private readonly signed = new WeakMap<ServedSynapse, Synapse>();

  constructor(private readonly options: DescriberOptions) {}

  answer({ bytes, address }: RawCall): Uint8Array {
    if (!this.rates.spend(originOf(address))) throw new RequestError('Backoff', 'too many questions from this address');
    const { signer, network, synapses, clock, bodyBytes, endorsement } = this.options;
    const { challenge } = read(bytes);
    return sealDescription(signer, {
      synapses: synapses.all().map(synapse => this.signedOf(synapse)),
      endorsement,
      network,
      timeMs: clock.nowMs(),
      challenge,
      bodyBytes,
    });
  }

  private signedOf(synapse: ServedSynapse): Synapse {
    const { signer, clock, endorsement } = this.options;
    const nowMs = clock.nowMs();
    const known = this.signed.get(synapse);
    if (known && Math.abs(nowMs - known.heartbeat) < RENEW_MS) return known;
    const { inputs = [], outputs = [], priceRao = 0n } = synapse.handlers.definition ?? {};
    const described = {
      synapseKey: synapse.key,
      inputs,
      outputs,
      priceRao,
      workMs: synapse.workMs,
      backward: takesGradients(synapse.handlers),
    };
    const fresh = sealSynapse(signer, described, { address: this.options.address(), timeMs: nowMs, endorsement });
    this.signed.set(synapse, fresh);
    return fresh;
  }
}

function read(bytes: Uint8Array): DescribeRequest {
  try {
    checkEnvelope(bytes, RULE);
    return DescribeRequest.decode(bytes);
  } catch (error) {
    throw new RequestError('InvalidRequest', `not a DescribeRequest: ${clean(messageOf(error))}`, error);
  }
}
