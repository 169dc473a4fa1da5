import { messageOf } from '../../base/index.js';
import type { Signer } from '../../wallet/index.js';
import {
  keyBytes,
  keyText,
  type RequestKind,
  replyDigest,
  requestDigest,
  SIGNATURE_BYTES,
  type SignedRequest,
  signDigest,
  verifyDigest,
} from '../auth/signed.js';
import { RequestError } from '../errors.js';
import { TensorMessage } from '../gen/bittensor.js';
import { RETURN_CODES, type ReturnCode, returnCodeOf } from './codes.js';
import { checkEnvelope, tensorMessageRule } from './envelope.js';
import { encodeMessage } from './frame.js';
import { clean } from './status.js';
import { fromProto, PROTOCOL_VERSION, type TensorLimits, toProto, type WireTensor } from './tensor.js';

/** Requests and replies as bytes, signed and checked: what a dendrite seals an axon opens, and back. */

/** A request that says consistent things, from whoever it claims to be: its signature is not verified yet. */
export interface OpenedRequest extends SignedRequest {
  readonly callerText: string;
  readonly signature: Uint8Array;
}

export interface ReplyContent {
  readonly code: ReturnCode;
  readonly message: string;
  readonly tensors: readonly WireTensor[];
  readonly parameterVersion: number;
}

export interface SealedRequest {
  readonly bytes: Uint8Array;
  readonly digest: Uint8Array;
}

/** Signs and encodes a request. Error `RequestSerializationException`: the caller's tensors contradict themselves. */
export function sealRequest(
  signer: Signer,
  request: Omit<SignedRequest, 'caller'>,
  limits: TensorLimits,
): SealedRequest {
  const tensors = request.tensors.map(tensor => toProto(tensor, limits));
  if (tensors.length > limits.tensors) {
    throw new RequestError(
      'RequestSerializationException',
      `${tensors.length} tensors are more than ${limits.tensors}`,
    );
  }
  const digest = requestDigest({ ...request, caller: signer.publicKey });
  const bytes = encodeMessage({
    ...emptyMessage(),
    neuronKey: keyText(signer.publicKey),
    receiverKey: keyText(request.receiver),
    synapseKey: request.synapseKey,
    nonce: request.nonce,
    signature: signDigest(signer, 'request', digest),
    tensors,
    parameterVersion: request.parameterVersion,
  });
  return { bytes, digest };
}

/**
 * Decodes a request and checks what costs little: its form, version, keys, and that the tensors are what they say.
 * Throws a `RequestError`.
 */
export function openRequest(
  kind: RequestKind,
  bytes: Uint8Array,
  ownKey: Uint8Array,
  limits: TensorLimits,
): OpenedRequest {
  const message = decode(bytes, limits, 'InvalidRequest');
  if (majorOf(message.version) !== majorOf(PROTOCOL_VERSION)) {
    const text = `this axon speaks version ${PROTOCOL_VERSION}, the request ${clean(message.version) || 'none'}`;
    throw new RequestError('RequestIncompatibleVersion', text);
  }
  const caller = keyBytes(message.neuronKey);
  if (!caller) throw new RequestError('InvalidRequest', 'neuron_key is not 0x and 64 hexadecimal digits');
  if (message.receiverKey !== '' && message.receiverKey !== keyText(ownKey)) {
    throw new RequestError('Unauthenticated', 'the request is addressed to another neuron');
  }
  if (message.signature.length !== SIGNATURE_BYTES) {
    const text = `the signature has ${message.signature.length} bytes, not ${SIGNATURE_BYTES}`;
    throw new RequestError('Unauthenticated', text);
  }
  if (message.nonce < 0 || message.parameterVersion < 0) throw new RequestError('InvalidRequest', 'a negative number');
  return {
    kind,
    caller,
    callerText: message.neuronKey,
    receiver: ownKey,
    synapseKey: message.synapseKey,
    nonce: message.nonce,
    parameterVersion: message.parameterVersion,
    tensors: message.tensors.map(tensor => fromProto(tensor, limits, 'RequestDeserializationException')),
    signature: message.signature,
  };
}

/** Signs and encodes a reply to the request with this digest. `timeMs` is this side's clock. */
export function sealReply(
  signer: Signer,
  to: { digest: Uint8Array; nonce: number; callerText: string; synapseKey: string },
  content: ReplyContent,
  timeMs: number,
  limits: TensorLimits,
): Uint8Array {
  const tensors = content.tensors.map(tensor => toProto(tensor, limits));
  const time = Math.round(timeMs * 1000);
  const digest = replyDigest({
    ...content,
    code: RETURN_CODES[content.code].number,
    request: to.digest,
    responder: signer.publicKey,
    time,
  });
  return encodeMessage({
    ...emptyMessage(),
    neuronKey: keyText(signer.publicKey),
    receiverKey: to.callerText,
    synapseKey: to.synapseKey,
    nonce: to.nonce,
    signature: signDigest(signer, 'reply', digest),
    tensors,
    returnCode: RETURN_CODES[content.code].number,
    message: content.message,
    parameterVersion: content.parameterVersion,
    time,
  });
}

/** Decodes a reply and verifies that `responder` signed it for this very request. Throws a `RequestError`. */
export function openReply(
  bytes: Uint8Array,
  to: { digest: Uint8Array; nonce: number; responder: Uint8Array },
  limits: TensorLimits,
): ReplyContent & { readonly timeMs: number } {
  const message = decode(bytes, limits, 'InvalidResponse');
  if (majorOf(message.version) !== majorOf(PROTOCOL_VERSION)) {
    throw new RequestError(
      'ResponseIncompatibleVersion',
      `the reply speaks version ${clean(message.version) || 'none'}`,
    );
  }
  if (message.neuronKey !== keyText(to.responder)) {
    throw new RequestError('InvalidResponse', 'another neuron answered');
  }
  if (message.nonce !== to.nonce) throw new RequestError('InvalidResponse', 'the reply answers another request');
  if (message.parameterVersion < 0 || message.time < 0) throw new RequestError('InvalidResponse', 'a negative number');
  const code = returnCodeOf(message.returnCode);
  if (code === 'NoReturn') throw new RequestError('InvalidResponse', 'the reply has no return code');
  const tensors = message.tensors.map(tensor => fromProto(tensor, limits, 'ResponseDeserializationException'));
  const { parameterVersion, time } = message;
  const digest = replyDigest({
    request: to.digest,
    responder: to.responder,
    code: message.returnCode,
    message: message.message,
    parameterVersion,
    time,
    tensors,
  });
  if (!verifyDigest(to.responder, 'reply', digest, message.signature)) {
    throw new RequestError('InvalidResponse', "the reply's signature is not that of the peer for this request");
  }
  return { code, message: clean(message.message), tensors, parameterVersion, timeMs: time / 1000 };
}

function decode(bytes: Uint8Array, limits: TensorLimits, code: ReturnCode): TensorMessage {
  try {
    checkEnvelope(bytes, tensorMessageRule(limits));
    return TensorMessage.decode(bytes);
  } catch (error) {
    throw new RequestError(code, `not a TensorMessage: ${clean(messageOf(error))}`, error);
  }
}

function emptyMessage(): TensorMessage {
  return { ...TensorMessage.create(), version: PROTOCOL_VERSION };
}

function majorOf(version: string): string {
  return version.split('.', 1)[0]!;
}
