import { createHash } from 'node:crypto';
import { concat, fromHex, publicKeyOf, u32le, u64le, utf8 } from '../../base/index.js';
import { type Signer, verify } from '../../wallet/index.js';

/**
 * What is signed. Each kind of message has a tag of its own before the digest, so that a signature made for one purpose
 * (or for a chain's extrinsic) never stands for another. docs/protocol.md has the same, byte for byte.
 */
export type Purpose = 'request' | 'reply' | 'synapse' | 'description' | 'hello' | 'tls';

export const SIGNATURE_BYTES = 64;

export type RequestKind = 'forward' | 'backward';

export interface SignedRequest {
  readonly kind: RequestKind;
  /** The genesis hash of the chain that both are on, 32 bytes; empty without a chain. */
  readonly network: Uint8Array;
  /** Public keys, 32 bytes. */
  readonly caller: Uint8Array;
  readonly receiver: Uint8Array;
  readonly synapseKey: string;
  /** Microseconds since 1970. */
  readonly nonce: number;
  /** 0 for a forward. */
  readonly parameterVersion: number;
  /** `tensorsDigest`, 32 bytes. */
  readonly tensors: Uint8Array;
}

export interface SignedReply {
  /** `requestDigest` of the request that is answered. */
  readonly request: Uint8Array;
  readonly responder: Uint8Array;
  /** The number of the return code. */
  readonly code: number;
  readonly message: string;
  readonly parameterVersion: number;
  /** The responder's clock, microseconds since 1970. */
  readonly time: number;
  /** `tensorsDigest`, 32 bytes. */
  readonly tensors: Uint8Array;
}

/** What a tensor of a synapse looks like, in the numbers of proto/bittensor.proto. */
export interface SignedDefinition {
  readonly modality: number;
  readonly dtype: number;
  readonly shape: readonly number[];
}

export interface SignedSynapse {
  /** 32 bytes, or empty. */
  readonly network: Uint8Array;
  readonly version: string;
  /** The neuron's public key, 32 bytes. */
  readonly neuron: Uint8Array;
  readonly synapseKey: string;
  readonly address: string;
  readonly port: string;
  readonly metagraph: string;
  /** Milliseconds since 1970. */
  readonly heartbeat: number;
  readonly blockHash: string;
  readonly nonce: number;
  readonly proofOfWork: Uint8Array;
  /** A coldkey, 32 bytes, and its signature of the endorsement, 64; empty where none endorses the neuron. */
  readonly endorsement: Uint8Array;
  readonly inputs: readonly SignedDefinition[];
  readonly outputs: readonly SignedDefinition[];
  /** Rao for one forward. */
  readonly price: number;
  /** Microseconds of one forward. */
  readonly work: number;
  readonly backward: boolean;
}

export interface SignedDescription {
  readonly neuron: Uint8Array;
  readonly network: Uint8Array;
  /** Digests of the synapses, 32 bytes each. */
  readonly synapses: readonly Uint8Array[];
  /** As in `SignedSynapse`. */
  readonly endorsement: Uint8Array;
  readonly bodyBytes: number;
  readonly time: number;
  /** The caller's, up to 32 bytes. */
  readonly challenge: Uint8Array;
}

/** SHA-256 of everything a request says, its tensors included. */
export function requestDigest(request: SignedRequest): Uint8Array {
  return sha256(
    networkForm(request.network),
    Uint8Array.of(request.kind === 'forward' ? 1 : 2),
    request.caller,
    request.receiver,
    sized(utf8(request.synapseKey)),
    u64le(BigInt(request.nonce)),
    u64le(BigInt(request.parameterVersion)),
    request.tensors,
  );
}

export function replyDigest(reply: SignedReply): Uint8Array {
  return sha256(
    reply.request,
    reply.responder,
    u32le(reply.code),
    sized(utf8(reply.message)),
    u64le(BigInt(reply.parameterVersion)),
    u64le(BigInt(reply.time)),
    reply.tensors,
  );
}

export function synapseDigest(synapse: SignedSynapse): Uint8Array {
  return sha256(
    networkForm(synapse.network),
    sized(utf8(synapse.version)),
    synapse.neuron,
    sized(utf8(synapse.synapseKey)),
    sized(utf8(synapse.address)),
    sized(utf8(synapse.port)),
    sized(utf8(synapse.metagraph)),
    u64le(BigInt(synapse.heartbeat)),
    sized(utf8(synapse.blockHash)),
    u32le(synapse.nonce),
    sized(synapse.proofOfWork),
    endorsementForm(synapse.endorsement),
    definitionsForm(synapse.inputs),
    definitionsForm(synapse.outputs),
    u64le(BigInt(synapse.price)),
    u64le(BigInt(synapse.work)),
    Uint8Array.of(synapse.backward ? 1 : 0),
  );
}

export function descriptionDigest(description: SignedDescription): Uint8Array {
  return sha256(
    networkForm(description.network),
    description.neuron,
    u32le(description.synapses.length),
    ...description.synapses,
    endorsementForm(description.endorsement),
    u64le(BigInt(description.bodyBytes)),
    u64le(BigInt(description.time)),
    sized(description.challenge),
  );
}

/** A network in what is signed: its length, 0 or 32, and the genesis hash. */
export function networkForm(network: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(network.length), network);
}

function endorsementForm(endorsement: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(endorsement.length > 0 ? 1 : 0), endorsement);
}

function definitionsForm(definitions: readonly SignedDefinition[]): Uint8Array {
  const forms = definitions.map(({ modality, dtype, shape }) =>
    concat(
      u32le(modality),
      u32le(dtype),
      u32le(shape.length),
      ...shape.map(size => u64le(BigInt.asUintN(64, BigInt(size)))),
    ),
  );
  return concat(u32le(definitions.length), ...forms);
}

/** The bytes that a key signs. */
export function signedBytes(purpose: Purpose, digest: Uint8Array): Uint8Array {
  return concat(utf8(`bittensor-net/2 ${purpose}\0`), digest);
}

export function signDigest(signer: Signer, purpose: Purpose, digest: Uint8Array): Uint8Array {
  return signer.sign(signedBytes(purpose, digest));
}

/** False for an absent, short or wrong signature; never throws. */
export function verifyDigest(key: Uint8Array, purpose: Purpose, digest: Uint8Array, signature: Uint8Array): boolean {
  return verify(key, signedBytes(purpose, digest), signature);
}

/** A public key as `neuron_key` has it: `0x` and 64 hexadecimal digits, lower case. */
export function keyText(publicKey: Uint8Array): string {
  return `0x${Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length).toString('hex')}`;
}

/** The 32 bytes of a `neuron_key`; undefined for any other text, upper case included, so that one key has one name. */
export function keyBytes(text: string): Uint8Array | undefined {
  return /^0x[0-9a-f]{64}$/.test(text) ? fromHex(text) : undefined;
}

/** A hotkey as callers may give it, ss58 or hexadecimal, in the one way that is used inside; what is neither stays. */
export function hotkeyText(given: string): string {
  if (keyBytes(given)) return given;
  try {
    return keyText(publicKeyOf(given));
  } catch {
    return given;
  }
}

function sized(bytes: Uint8Array): Uint8Array {
  return concat(u32le(bytes.length), bytes);
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}
