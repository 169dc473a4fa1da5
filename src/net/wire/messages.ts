import { equalBytes } from '../../base/index.js';
import type { Signer } from '../../wallet/index.js';
import {
  requestDigest as digestOf,
  keyBytes,
  keyText,
  type RequestKind,
  replyDigest,
  SIGNATURE_BYTES,
  signDigest,
  verifyDigest,
} from '../auth/signed.js';
import { RequestError } from '../errors.js';
import {
  Compression,
  Encoding,
  Method,
  type ReplyHead,
  type RequestHead,
  type TensorMessage,
} from '../gen/bittensor.js';
import { blankRequestHead, blankTensorMessage, NO_BYTES } from './blank.js';
import { decodeMessage, type ReceivedTensors, receive } from './bodies.js';
import { RETURN_CODES, type ReturnCode, returnCodeOf } from './codes.js';
import { clean } from './status.js';
import { type LinkFormat, plainLink, type TensorLimits, type WireTensor } from './tensor.js';
import { encodeAround } from './tensor-message.js';
import { isSpoken, PROTOCOL_VERSION, speaks } from './version.js';

export { type EncodedTensors, encodeTensors, type ReceivedTensors, readTensors } from './bodies.js';

/** The heads of requests and replies, and what proves them. */

const METHODS: Record<RequestKind, Method> = { forward: Method.FORWARD, backward: Method.BACKWARD };
const ENCODINGS = { plain: Encoding.PLAIN, bf16: Encoding.BF16, int8: Encoding.SCALED_INT8 } as const;
const COMPRESSIONS = { none: Compression.NONE, zstd: Compression.ZSTD } as const;
const KEY_BYTES = 32;

/** What a request in a session says before its body: nothing is signed there. */
export interface HeadContent {
  readonly kind: RequestKind;
  readonly synapseKey: string;
  /** 0 for a forward. */
  readonly parameterVersion: number;
  /** Bytes of the body. */
  readonly length: number;
  readonly timeoutMs: number;
  /** How the caller wants the reply's floats. Default: plain. */
  readonly reply?: LinkFormat | undefined;
}

export interface SignedHeadContent extends HeadContent {
  /** Public key, 32 bytes. */
  readonly receiver: Uint8Array;
  /** Genesis hash, 32 bytes, or empty without a chain. */
  readonly network: Uint8Array;
  /** Microseconds since 1970. */
  readonly nonce: number;
  /** `EncodedTensors.digest()`. */
  readonly digest: Uint8Array;
}

/** A head for a session, which knows caller and receiver. */
export function sessionHead(content: HeadContent): RequestHead {
  const { encoding, compression } = content.reply ?? plainLink;
  return {
    ...blankRequestHead(),
    method: METHODS[content.kind],
    synapseKey: content.synapseKey,
    parameterVersion: content.parameterVersion,
    length: content.length,
    timeoutMs: Math.max(1, Math.min(2 ** 32 - 1, Math.ceil(content.timeoutMs))),
    replyEncoding: ENCODINGS[encoding],
    replyCompression: COMPRESSIONS[compression],
  };
}

/** A head for a unary call or a plain-text stream, where each request is signed. */
export function signHead(signer: Signer, content: SignedHeadContent): RequestHead {
  const head: RequestHead = {
    ...sessionHead(content),
    version: PROTOCOL_VERSION,
    caller: signer.publicKey,
    receiver: content.receiver,
    network: content.network,
    nonce: content.nonce,
    tensorsDigest: content.digest,
  };
  return { ...head, signature: signDigest(signer, 'request', requestDigest(head)) };
}

/** `forward`, `backward`, or undefined for another method. */
export function kindOf(head: RequestHead): RequestKind | undefined {
  if (head.method === Method.FORWARD) return 'forward';
  return head.method === Method.BACKWARD ? 'backward' : undefined;
}

/** How the caller wants the reply; what this side does not know is left plain. */
export function replyFormatOf(head: RequestHead): LinkFormat {
  const encoding = keyOf(ENCODINGS, head.replyEncoding) ?? 'plain';
  return { encoding, compression: keyOf(COMPRESSIONS, head.replyCompression) ?? 'none' };
}

/** 32 bytes that say all of a signed head: what its signature is of, and what a reply refers to. */
export function requestDigest(head: RequestHead): Uint8Array {
  const kind = kindOf(head);
  if (!kind) throw new RequestError('InvalidRequest', `unknown method ${head.method}`);
  const { network, caller, receiver, synapseKey, nonce, parameterVersion, tensorsDigest } = head;
  return digestOf({ kind, network, caller, receiver, synapseKey, nonce, parameterVersion, tensors: tensorsDigest });
}

/** Who a receiver is. */
export interface OwnIdentity {
  /** Public key, 32 bytes. */
  readonly hotkey: Uint8Array;
  /** Genesis hash, or empty without a chain. */
  readonly network: Uint8Array;
}

/** What is wrong with a signed head, its signature aside: keys, version, receiver, network, lengths. */
export function checkHead(head: RequestHead, own: OwnIdentity): RequestError | undefined {
  if (!isSpoken(head.version)) {
    return new RequestError('RequestIncompatibleVersion', speaks('the request', head.version));
  }
  if (!kindOf(head)) return new RequestError('InvalidRequest', `unknown method ${head.method}`);
  if (head.caller.length !== KEY_BYTES) return new RequestError('InvalidRequest', 'the caller is no key of 32 bytes');
  if (!equalBytes(head.receiver, own.hotkey)) {
    return new RequestError('Unauthenticated', 'the request is addressed to another neuron');
  }
  if (!equalBytes(head.network, own.network)) {
    return new RequestError('Unauthenticated', 'the request is of another network');
  }
  if (head.signature.length !== SIGNATURE_BYTES) {
    const text = `the signature has ${head.signature.length} bytes, not ${SIGNATURE_BYTES}`;
    return new RequestError('Unauthenticated', text);
  }
  if (head.tensorsDigest.length !== 32) {
    return new RequestError('InvalidRequest', `tensors_digest has ${head.tensorsDigest.length} bytes, not 32`);
  }
  if (head.nonce < 0 || head.parameterVersion < 0) return new RequestError('InvalidRequest', 'a negative number');
  return undefined;
}

/** `checkHead`, then the signature: nothing else, neither the nonce nor who the caller is. */
export function verifyHead(head: RequestHead, own: OwnIdentity): RequestError | undefined {
  const problem = checkHead(head, own);
  if (problem) return problem;
  if (verifyDigest(head.caller, 'request', requestDigest(head), head.signature)) return undefined;
  return new RequestError('Unauthenticated', 'the signature is not that of the caller for this request');
}

/** What a signed reply says, its tensors as their digest. */
export interface ReplyWords {
  readonly code: ReturnCode;
  readonly message: string;
  readonly parameterVersion: number;
  /** The responder's clock, microseconds since 1970. */
  readonly time: number;
  readonly digest: Uint8Array;
}

/** Characters of a reply's message: a handler's words may be long, and are for people. */
const MESSAGE_CHARACTERS = 1_000;

/** `request` is the digest of the request that is answered. */
export function signReply(signer: Signer, request: Uint8Array, words: ReplyWords): Uint8Array {
  const { parameterVersion, time, digest: tensors } = words;
  const message = words.message.slice(0, MESSAGE_CHARACTERS);
  const code = RETURN_CODES[words.code].number;
  const responder = signer.publicKey;
  const digest = replyDigest({ request, responder, code, message, parameterVersion, time, tensors });
  return signDigest(signer, 'reply', digest);
}

/** The head of a reply; without `signature` it is one for a session. */
export function replyHead(
  words: Omit<ReplyWords, 'digest'>,
  length: number,
  signature: Uint8Array = NO_BYTES,
): ReplyHead {
  const { code, parameterVersion, time } = words;
  const message = words.message.slice(0, MESSAGE_CHARACTERS);
  return { returnCode: RETURN_CODES[code].number, message, parameterVersion, time, length, signature };
}

/** What came of a request. */
export interface ReplyContent {
  readonly code: ReturnCode;
  readonly message: string;
  readonly tensors: readonly WireTensor[];
  readonly parameterVersion: number;
}

/**
 * What a reply in an Exchange says. With `signed`, of a plain-text stream, the signature is verified first. Throws a
 * `RequestError`.
 */
export function openAnswer(
  head: ReplyHead,
  body: ReceivedTensors,
  signed?: { readonly request: Uint8Array; readonly responder: Uint8Array },
): ReplyContent & { readonly timeMs: number } {
  const { message, parameterVersion, time } = head;
  const code = returnCodeOf(head.returnCode);
  if (parameterVersion < 0 || time < 0) throw new RequestError('InvalidResponse', 'a negative number');
  if (code === 'NoReturn') throw new RequestError('InvalidResponse', 'the reply has no return code');
  if (signed) {
    // By its number, which may be one of a newer version.
    const words = { code: head.returnCode, message, parameterVersion, time };
    const digest = replyDigest({ ...signed, ...words, tensors: body.digest() });
    if (!verifyDigest(signed.responder, 'reply', digest, head.signature)) {
      throw new RequestError('InvalidResponse', "the reply's signature is not that of the peer for this request");
    }
  }
  return { code, message: clean(message), tensors: body.tensors(), parameterVersion, timeMs: time / 1000 };
}

/** A unary request: the whole `TensorMessage`, of a signed head and a body of `encodeTensors`. */
export function sealUnary(head: RequestHead, body: Uint8Array): Uint8Array {
  return assemble(body, {
    neuronKey: keyText(head.caller),
    receiverKey: keyText(head.receiver),
    synapseKey: head.synapseKey,
    nonce: head.nonce,
    signature: head.signature,
    parameterVersion: head.parameterVersion,
    network: head.network,
  });
}

/** A unary request that came: its head, as the message or its header has it, not verified here. */
export interface OpenedUnary extends ReceivedTensors {
  readonly head: RequestHead;
}

/**
 * Reads a unary request. Where its header came before, `announced` is that head: the body must be the one that it
 * announced. Throws a `RequestError`.
 */
export function openUnary(
  kind: RequestKind,
  bytes: Uint8Array,
  hotkey: Uint8Array,
  limits: TensorLimits,
  announced?: RequestHead,
): OpenedUnary {
  const message = decodeMessage(bytes, limits, 'InvalidRequest');
  if (!isSpoken(message.version)) {
    throw new RequestError('RequestIncompatibleVersion', speaks('the request', message.version));
  }
  const body = receive(message.tensors, limits, 'RequestDeserializationException');
  if (announced) {
    if (!equalBytes(announced.tensorsDigest, body.digest())) {
      throw new RequestError('Unauthenticated', 'the tensors are not those that the header announced');
    }
    return { ...body, head: announced };
  }
  const caller = keyBytes(message.neuronKey);
  if (!caller) throw new RequestError('InvalidRequest', 'neuron_key is not 0x and 64 hexadecimal digits');
  const receiver = message.receiverKey === '' ? hotkey : keyBytes(message.receiverKey);
  if (!receiver) throw new RequestError('InvalidRequest', 'receiver_key is not 0x and 64 hexadecimal digits');
  const { version, synapseKey, nonce, parameterVersion, signature, network } = message;
  const head: RequestHead = {
    ...blankRequestHead(),
    version,
    method: METHODS[kind],
    caller,
    receiver,
    synapseKey,
    nonce,
    parameterVersion,
    signature,
    network,
    tensorsDigest: body.digest(),
    length: bytes.length,
  };
  return { ...body, head };
}

/** A unary reply: the whole `TensorMessage`, of a signed head and a body of `encodeTensors`. */
export function sealUnaryReply(
  responder: Uint8Array,
  request: RequestHead,
  reply: ReplyHead,
  body: Uint8Array,
): Uint8Array {
  return assemble(body, {
    neuronKey: keyText(responder),
    receiverKey: keyText(request.caller),
    synapseKey: request.synapseKey,
    nonce: request.nonce,
    signature: reply.signature,
    returnCode: reply.returnCode,
    message: reply.message,
    parameterVersion: reply.parameterVersion,
    time: reply.time,
  });
}

/** Decodes a unary reply and verifies that `responder` signed it for this very request. Throws a `RequestError`. */
export function openUnaryReply(
  bytes: Uint8Array,
  to: { readonly digest: Uint8Array; readonly nonce: number; readonly responder: Uint8Array },
  limits: TensorLimits,
): ReplyContent & { readonly timeMs: number } {
  const message = decodeMessage(bytes, limits, 'InvalidResponse');
  if (!isSpoken(message.version)) {
    throw new RequestError('ResponseIncompatibleVersion', speaks('the reply', message.version));
  }
  if (message.neuronKey !== keyText(to.responder)) {
    throw new RequestError('InvalidResponse', 'another neuron answered');
  }
  if (message.nonce !== to.nonce) throw new RequestError('InvalidResponse', 'the reply answers another request');
  const { returnCode, parameterVersion, time, signature } = message;
  const head = { returnCode, message: message.message, parameterVersion, time, signature, length: bytes.length };
  const body = receive(message.tensors, limits, 'ResponseDeserializationException');
  return openAnswer(head, body, { request: to.digest, responder: to.responder });
}

/** A message with these fields and the version and tensors of `body`. */
function assemble(body: Uint8Array, fields: Partial<TensorMessage>): Uint8Array {
  return encodeAround(body, { ...blankTensorMessage(), version: PROTOCOL_VERSION, ...fields });
}

function keyOf<K extends string>(record: Readonly<Record<K, number>>, value: number): K | undefined {
  return (Object.keys(record) as K[]).find(key => record[key] === value);
}
