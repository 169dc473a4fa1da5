import { concat } from '../../base/index.js';
import type { Signer } from '../../wallet/index.js';
import { keyBytes, signDigest, synapseDigest, verifyDigest } from '../auth/signed.js';
import type { Synapse } from '../gen/bittensor.js';

/** Entries of synapses: what gossip passes on and a description holds, each signed by its own neuron. */

/** What the signature of an entry is of; undefined when it names no neuron. */
export function digestOfSynapse(synapse: Synapse): Uint8Array | undefined {
  const neuron = keyBytes(synapse.neuronKey);
  if (!neuron) return undefined;
  const coldkey = keyBytes(synapse.coldkey) ?? new Uint8Array();
  return synapseDigest({ ...synapse, neuron, endorsement: concat(coldkey, synapse.endorsement) });
}

/** Signs an entry whose `neuron_key` is the signer's. */
export function signSynapse(signer: Signer, synapse: Synapse): Synapse {
  const digest = digestOfSynapse(synapse);
  if (!digest) throw new RangeError('neuron_key is not 0x and 64 hexadecimal digits');
  return { ...synapse, signature: signDigest(signer, 'synapse', digest) };
}

/** Whether the neuron that an entry names signed it. The endorsement of its coldkey is not verified here. */
export function verifySynapse(synapse: Synapse): boolean {
  const neuron = keyBytes(synapse.neuronKey);
  const digest = digestOfSynapse(synapse);
  return neuron !== undefined && digest !== undefined && verifyDigest(neuron, 'synapse', digest, synapse.signature);
}
