import {
  encodeTensors,
  type OpenedUnary,
  type ReplyContent,
  replyHead,
  requestDigest,
  type SignedHeadContent,
  sealUnary,
  sealUnaryReply,
  signHead,
  signReply,
} from '../../src/net/wire/messages.js';
import { defaultTensorLimits, type WireTensor } from '../../src/net/wire/tensor.js';
import type { Signer } from '../../src/wallet/index.js';

/** Whole unary messages, as an honest dendrite and an honest axon make them. */

export type RequestFields = Omit<SignedHeadContent, 'digest' | 'length' | 'timeoutMs' | 'network'> & {
  readonly tensors: readonly WireTensor[];
  readonly network?: Uint8Array;
};

export function sealRequest(signer: Signer, fields: RequestFields) {
  const encoded = encodeTensors(fields.tensors, defaultTensorLimits);
  const head = signHead(signer, {
    network: new Uint8Array(),
    ...fields,
    digest: encoded.digest(),
    length: encoded.body.length,
    timeoutMs: 5_000,
  });
  return { head, body: encoded.body, bytes: sealUnary(head, encoded.body), digest: requestDigest(head) };
}

export function sealReply(
  signer: Signer,
  request: Pick<OpenedUnary, 'head'>,
  content: ReplyContent,
  timeMs = Date.now(),
): Uint8Array {
  const encoded = encodeTensors(content.tensors, defaultTensorLimits);
  const words = { ...content, time: Math.round(timeMs * 1000), digest: encoded.digest() };
  const head = replyHead(words, encoded.body.length, signReply(signer, requestDigest(request.head), words));
  return sealUnaryReply(signer.publicKey, request.head, head, encoded.body);
}
