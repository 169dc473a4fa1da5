import { isIP } from 'node:net';
import type { Signer } from '../wallet/index.js';
import { type Address, formatAddress, parseLiteral } from './address.js';
import { keyBytes, keyText, SIGNATURE_BYTES, signDigest, synapseDigest, verifyDigest } from './auth.js';
import type { Peer } from './dendrite.js';
import { netError } from './errors.js';
import { Synapse } from './gen/bittensor.js';
import { PROTOCOL_VERSION } from './wire.js';

/** Where a synapse is served, as its neuron signed it. */
export interface PeerEntry extends Peer {
  readonly synapseKey: string;
  /** Where its neuron answers gossip. */
  readonly metagraph: Address | undefined;
  /** When its neuron signed this, milliseconds since 1970 by the neuron's clock. */
  readonly heartbeatMs: number;
  /** The neuron said goodbye with this entry. */
  readonly gone: boolean;
}

/** An entry that reads well but whose signature is not verified yet, and the message to pass on. */
export interface UnverifiedEntry extends PeerEntry {
  readonly message: Synapse;
}

export interface OwnEntry {
  readonly synapseKey: string;
  readonly address: Address;
  readonly metagraph: Address | undefined;
  readonly heartbeatMs: number;
  /** Says that this is the last one: others forget the synapse. */
  readonly goodbye?: boolean;
}

/** Signs an entry for oneself. Error `bad_address` when the host is no literal address: names are not passed on. */
export function sealEntry(signer: Signer, own: OwnEntry): Synapse {
  if (isIP(own.address.host) === 0) {
    throw netError('bad_address', `a host announced by gossip is an IP address, not ${own.address.host.slice(0, 80)}`);
  }
  const unsigned: Synapse = {
    ...Synapse.create(),
    version: PROTOCOL_VERSION,
    neuronKey: keyText(signer.publicKey),
    synapseKey: own.synapseKey,
    address: own.address.host,
    port: own.goodbye ? '0' : String(own.address.port),
    heartbeat: own.heartbeatMs,
    metagraph: own.metagraph ? formatAddress(own.metagraph) : '',
  };
  return { ...unsigned, signature: signDigest(signer, 'synapse', digestOf(unsigned, signer.publicKey)) };
}

/** Reads an entry from a stranger; undefined when it is malformed, which no honest neuron passes on. */
export function openEntry(message: Synapse): UnverifiedEntry | undefined {
  const { neuronKey, synapseKey, address, port, metagraph, heartbeat } = message;
  if (!keyBytes(neuronKey) || message.signature.length !== SIGNATURE_BYTES) return undefined;
  if (isIP(address) === 0 || !/^(0|[1-9]\d{0,4})$/.test(port) || Number(port) > 65_535 || heartbeat <= 0)
    return undefined;
  const gossip = metagraph === '' ? undefined : parseLiteral(metagraph);
  if (metagraph !== '' && !gossip) return undefined;
  return {
    hotkey: neuronKey,
    synapseKey,
    host: address,
    port: Number(port),
    metagraph: gossip,
    heartbeatMs: heartbeat,
    gone: port === '0',
    message,
  };
}

/** Whether the neuron that an entry names signed it. Costs a quarter of a millisecond. */
export function verifyEntry({ message, hotkey }: UnverifiedEntry): boolean {
  const neuron = keyBytes(hotkey);
  return neuron !== undefined && verifyDigest(neuron, 'synapse', digestOf(message, neuron), message.signature);
}

function digestOf(message: Synapse, neuron: Uint8Array): Uint8Array {
  return synapseDigest({ ...message, neuron });
}
