import { type Clock, decodeAddress, fromHex } from '../../base/index.js';
import type { Endorsement, Signer } from '../../wallet/index.js';
import type { Address } from '../address.js';
import { keyText } from '../auth/signed.js';
import { RequestError } from '../errors.js';
import { Synapse } from '../gen/bittensor.js';
import { originOf } from '../server/origin.js';
import type { RawCall } from '../server/rpc-server.js';
import { TokenBuckets } from '../token-buckets.js';
import { definitionFields } from '../wire/definition.js';
import { openDescribeRequest, sealDescription } from '../wire/description.js';
import { signSynapse } from '../wire/synapse.js';
import { PROTOCOL_VERSION } from '../wire/version.js';
import type { Admissions } from './admission.js';
import { type ServedSynapse, type SynapseTable, takesGradients } from './synapses.js';

/** The largest question, bytes. */
export const DESCRIBE_BYTES = 256;

/** A synapse's signature is used again for so long, milliseconds: signing costs more than all the rest. */
const RENEW_MS = 30_000;

export interface DescriberOptions {
  readonly signer: Signer;
  readonly admissions: Pick<Admissions, 'spendOnStranger'>;
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
  private readonly endorsement: { readonly coldkey: Uint8Array; readonly signature: Uint8Array } | undefined;

  constructor(private readonly options: DescriberOptions) {
    const { endorsement } = options;
    this.endorsement = endorsement && {
      coldkey: decodeAddress(endorsement.coldkey),
      signature: fromHex(endorsement.signature),
    };
  }

  answer({ bytes, address }: RawCall): Uint8Array {
    if (!this.rates.spend(originOf(address))) throw new RequestError('Backoff', 'too many questions from this address');
    const challenge = openDescribeRequest(bytes);
    const { signer, admissions, network, synapses, clock, bodyBytes } = this.options;
    admissions.spendOnStranger(address);
    const { endorsement } = this;
    const entries = synapses.all().map(synapse => this.signedOf(synapse));
    const content = { synapses: entries, endorsement, network, timeMs: clock.nowMs(), bodyBytes };
    return sealDescription(signer, content, challenge);
  }

  private signedOf(synapse: ServedSynapse): Synapse {
    const { signer, network, clock } = this.options;
    const nowMs = clock.nowMs();
    const known = this.signed.get(synapse);
    if (known && Math.abs(nowMs - known.heartbeat) < RENEW_MS) return known;
    const { inputs = [], outputs = [], priceRao = 0n } = synapse.handlers.definition ?? {};
    const { key: synapseKey, workMs } = synapse;
    const backward = takesGradients(synapse.handlers);
    const { host, port } = this.options.address();
    const entry = signSynapse(signer, {
      ...Synapse.create(),
      version: PROTOCOL_VERSION,
      network,
      neuronKey: keyText(signer.publicKey),
      address: host,
      port: String(port),
      heartbeat: Math.round(nowMs),
      coldkey: this.endorsement ? keyText(this.endorsement.coldkey) : '',
      endorsement: this.endorsement?.signature ?? new Uint8Array(),
      ...definitionFields({ synapseKey, inputs, outputs, priceRao, workMs, backward }),
    });
    this.signed.set(synapse, entry);
    return entry;
  }
}
