import { createHash } from 'node:crypto';
import { concat, fromHex, u32le, u64le, utf8 } from '../../base/index.js';
import { type Signer, verify } from '../../wallet/index.js';
import { DataType, Modality } from '../gen/bittensor.js';
import type { WireDtype, WireModality, WireTensor } from '../wire/tensor.js';

/**
 * What is signed. Each kind of message has a tag of its own before the digest, so that a signature made for one purpose
 * (or for a chain's extrinsic) never stands for another. docs/protocol.md has the same, byte for byte.
 */
const REQUEST_TAG = utf8('bittensor-net/1 request\0');
const REPLY_TAG = utf8('bittensor-net/1 reply\0');
const SYNAPSE_TAG = utf8('bittensor-net/1 synapse\0');

export const SIGNATURE_BYTES = 64;

export type RequestKind = 'forward' | 'backward';

export interface SignedRequest {
  readonly kind: RequestKind;
  /** Public keys, 32 bytes. */
  readonly caller: Uint8Array;
  readonly receiver: Uint8Array;
  readonly synapseKey: string;
  /** Microseconds since 1970. */
  readonly nonce: number;
  /** 0 for a forward. */
  readonly parameterVersion: number;
  readonly tensors: readonly WireTensor[];
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
  readonly tensors: readonly WireTensor[];
}

export interface SignedSynapse {
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
}

/** SHA-256 of everything a request says, its tensors included. */
export function requestDigest(request: SignedRequest): Uint8Array {
  return sha256(
    Uint8Array.of(request.kind === 'forward' ? 1 : 2),
    request.caller,
    request.receiver,
    sized(utf8(request.synapseKey)),
    u64le(BigInt(request.nonce)),
    u64le(BigInt(request.parameterVersion)),
    tensorsDigest(request.tensors),
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
    tensorsDigest(reply.tensors),
  );
}

export function synapseDigest(synapse: SignedSynapse): Uint8Array {
  return sha256(
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
    synapse.endorsement,
  );
}

// The numbers of proto/bittensor.proto.
const dtypes: Record<WireDtype, number> = {
  float32: DataType.FLOAT32,
  float64: DataType.FLOAT64,
  int32: DataType.INT32,
  int64: DataType.INT64,
  utf8: DataType.UTF8,
};
const modalities: Record<WireModality, number> = {
  tensor: Modality.TENSOR,
  image: Modality.IMAGE,
  text: Modality.TEXT,
};

/** SHA-256 of tensors in their canonical form; each length is stated, so no two lists share one. */
export function tensorsDigest(tensors: readonly WireTensor[]): Uint8Array {
  const hash = createHash('sha256').update(u32le(tensors.length));
  for (const tensor of tensors) {
    hash
      .update(Uint8Array.of(dtypes[tensor.dtype], modalities[tensor.modality], tensor.requiresGrad ? 1 : 0))
      .update(u32le(tensor.shape.length));
    for (const size of tensor.shape) hash.update(u64le(BigInt(size)));
    hash.update(u64le(BigInt(tensor.buffer.length))).update(tensor.buffer);
  }
  return new Uint8Array(hash.digest());
}

export type Purpose = 'request' | 'reply' | 'synapse';

const tags: Record<Purpose, Uint8Array> = { request: REQUEST_TAG, reply: REPLY_TAG, synapse: SYNAPSE_TAG };

/** The bytes that a key signs. */
export function signedBytes(purpose: Purpose, digest: Uint8Array): Uint8Array {
  return concat(tags[purpose], digest);
}

export function signDigest(signer: Signer, purpose: Purpose, digest: Uint8Array): Uint8Array {
  return signer.sign(signedBytes(purpose, digest));
}

/** False for an absent, short or wrong signature; never throws. */
export function verifyDigest(key: Uint8Array, purpose: Purpose, digest: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === SIGNATURE_BYTES && verify(key, signedBytes(purpose, digest), signature);
}

/** A public key as `neuron_key` has it: `0x` and 64 hexadecimal digits, lower case. */
export function keyText(publicKey: Uint8Array): string {
  return `0x${Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length).toString('hex')}`;
}

/** The 32 bytes of a `neuron_key`; undefined for any other text, upper case included, so that one key has one name. */
export function keyBytes(text: string): Uint8Array | undefined {
  return /^0x[0-9a-f]{64}$/.test(text) ? fromHex(text) : undefined;
}

function sized(bytes: Uint8Array): Uint8Array {
  return concat(u32le(bytes.length), bytes);
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}
