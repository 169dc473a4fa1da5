import { isIP } from 'node:net';
import { decodeAddress, equalBytes, fromHex } from '../../base/index.js';
import { type Endorsement, isEndorsement, type Signer } from '../../wallet/index.js';
import { type Address, formatAddress, parseLiteral } from '../address.js';
import { keyBytes, keyText, SIGNATURE_BYTES, verifyDigest } from '../auth/signed.js';
import type { Peer } from '../dendrite/calls.js';
import { netError } from '../errors.js';
import { Synapse } from '../gen/bittensor.js';
import { type DescribedSynapse, describedSynapse, type EntryFields } from '../wire/definition.js';
import { ENTRY_BYTES } from '../wire/envelope.js';
import { NETWORK_BYTES } from '../wire/network.js';
import { digestOfSynapse, signSynapse } from '../wire/synapse.js';
import { PROTOCOL_VERSION } from '../wire/version.js';

/** Where a synapse is served, as its neuron signed it. */
export interface PeerEntry extends Peer {
  readonly synapseKey: string;
  /** Where its neuron answers gossip. */
  readonly metagraph: Address | undefined;
  /** When its neuron signed this, milliseconds since 1970 by the neuron's clock. */
  readonly heartbeatMs: number;
  /** The neuron said goodbye with this entry. */
  readonly gone: boolean;
  /** The coldkey that signed that the neuron's hotkey is its own, written as the hotkey is. */
  readonly coldkey: string | undefined;
  /** What the synapse takes and gives, as its neuron signed it; `definitionOf` reads it. */
  readonly definition: Definition;
}

/** What a neuron says of a synapse besides where it is. */
export type Definition = Omit<EntryFields, 'synapseKey'>;

/** An entry that reads well but whose signature is not verified yet, and the message to pass on. */
export interface UnverifiedEntry extends PeerEntry {
  readonly message: Synapse;
}

export interface OwnEntry {
  /** 32 bytes; empty: none. */
  readonly network: Uint8Array;
  readonly synapseKey: string;
  readonly address: Address;
  readonly metagraph: Address | undefined;
  readonly heartbeatMs: number;
  /** Says that this is the last one: others forget the synapse. */
  readonly goodbye?: boolean;
  /** The coldkey's word that the signing hotkey is its own. */
  readonly endorsement?: Endorsement | undefined;
  readonly definition?: Partial<Definition> | undefined;
  /** A recent block's hash, for the work. */
  readonly blockHash?: string | undefined;
  /** None in a goodbye, and where none is asked for. */
  readonly proof?: Proof | undefined;
}

/** A proof of work as an entry carries it. */
export type Proof = Pick<Synapse, 'nonce' | 'proofOfWork'>;

/**
 * Signs an entry for oneself. Errors: `bad_address` when the host is no literal address (names are not passed on),
 * `too_many` when the definition has more tensors than fit.
 */
export function sealEntry(signer: Signer, own: OwnEntry): Synapse {
  return signSynapse(signer, unsignedEntry(signer.publicKey, own));
}

/** An entry without its signature: what the proof of work is made for. */
export function unsignedEntry(publicKey: Uint8Array, own: OwnEntry): Synapse {
  if (isIP(own.address.host) === 0) {
    throw netError('bad_address', `a host announced by gossip is an IP address, not ${own.address.host.slice(0, 80)}`);
  }
  const entry = {
    ...Synapse.create(own.definition),
    ...own.proof,
    version: PROTOCOL_VERSION,
    network: own.network,
    neuronKey: keyText(publicKey),
    synapseKey: own.synapseKey,
    address: own.address.host,
    port: own.goodbye ? '0' : String(own.address.port),
    heartbeat: own.heartbeatMs,
    blockHash: own.blockHash ?? '',
    metagraph: own.metagraph ? formatAddress(own.metagraph) : '',
    coldkey: own.endorsement ? keyText(decodeAddress(own.endorsement.coldkey)) : '',
    endorsement: own.endorsement ? fromHex(own.endorsement.signature) : new Uint8Array(),
  };
  const { length } = Synapse.encode({ ...entry, signature: new Uint8Array(SIGNATURE_BYTES) }).finish();
  if (length <= ENTRY_BYTES) return entry;
  throw netError('too_many', `an entry of ${length} bytes: gossip passes on ${ENTRY_BYTES}; define fewer tensors`);
}

/** Reads an entry from a stranger; undefined when it is malformed, which no honest neuron passes on. */
export function openEntry(message: Synapse): UnverifiedEntry | undefined {
  const { neuronKey, synapseKey, address, port, metagraph, heartbeat, coldkey, endorsement } = message;
  if (!keyBytes(neuronKey) || message.signature.length !== SIGNATURE_BYTES) return undefined;
  if (isIP(address) === 0 || !/^(0|[1-9]\d{0,4})$/.test(port) || Number(port) > 65_535 || heartbeat <= 0)
    return undefined;
  if (message.network.length !== 0 && message.network.length !== NETWORK_BYTES) return undefined;
  if ([...message.inputs, ...message.outputs].some(({ shape }) => shape.some(size => size < -1))) return undefined;
  if (message.blockHash !== '' && !keyBytes(message.blockHash)) return undefined;
  const gossip = parseLiteral(metagraph);
  if (metagraph !== '' && !gossip) return undefined;
  const isEndorsed = coldkey !== '' || endorsement.length > 0;
  if (isEndorsed && (!keyBytes(coldkey) || endorsement.length !== SIGNATURE_BYTES)) return undefined;
  return {
    hotkey: neuronKey,
    synapseKey,
    host: address,
    port: Number(port),
    metagraph: gossip,
    heartbeatMs: heartbeat,
    gone: port === '0',
    coldkey: isEndorsed ? coldkey : undefined,
    definition: definitionIn(message),
    message,
  };
}

/**
 * Whether the neuron that an entry names signed it, and the coldkey that it names endorses the neuron. Costs a quarter of a
 * millisecond for each of the two; an endorsement that `known`, a verified entry, has too is not verified again.
 */
export function verifyEntry({ message, hotkey }: UnverifiedEntry, known?: UnverifiedEntry): boolean {
  const neuron = keyBytes(hotkey);
  const digest = digestOfSynapse(message);
  if (!neuron || !digest || !verifyDigest(neuron, 'synapse', digest, message.signature)) return false;
  const coldkey = keyBytes(message.coldkey);
  if (!coldkey || (known && hasSameEndorsement(message, known.message))) return true;
  return isEndorsement(coldkey, neuron, message.endorsement);
}

/** Names a synapse: the neuron and which of its synapses. */
export function nameOf(entry: Pick<PeerEntry, 'hotkey' | 'synapseKey'>): string {
  return `${entry.hotkey}/${entry.synapseKey}`;
}

/** What the synapse of an entry takes and gives. Error `InvalidResponse` for a modality or dtype not known here. */
export function definitionOf({
  synapseKey,
  definition,
}: Pick<PeerEntry, 'synapseKey' | 'definition'>): DescribedSynapse {
  return describedSynapse({ synapseKey, ...definition });
}

function definitionIn({ inputs, outputs, price, work, backward }: Synapse): Definition {
  return { inputs, outputs, price, work, backward };
}

function hasSameEndorsement(a: Synapse, b: Synapse): boolean {
  return a.neuronKey === b.neuronKey && a.coldkey === b.coldkey && equalBytes(a.endorsement, b.endorsement);
}
