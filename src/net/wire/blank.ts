import type { Frame, ReplyHead, RequestHead, Tensor, TensorMessage } from '../gen/bittensor.js';

/** Messages that say nothing, to be filled: what the generated `create` makes, but for its two new empty arrays a field. */

export const NO_BYTES = new Uint8Array(0);

export function blankFrame(): Frame {
  return {
    id: 0,
    challenge: undefined,
    hello: undefined,
    welcome: undefined,
    request: undefined,
    reply: undefined,
    cancel: 0,
    credit: 0,
    draining: false,
    body: NO_BYTES,
  };
}

export function blankRequestHead(): RequestHead {
  return {
    version: '',
    method: 0,
    caller: NO_BYTES,
    receiver: NO_BYTES,
    synapseKey: '',
    nonce: 0,
    parameterVersion: 0,
    tensorsDigest: NO_BYTES,
    signature: NO_BYTES,
    length: 0,
    timeoutMs: 0,
    network: NO_BYTES,
    replyEncoding: 0,
    replyCompression: 0,
  };
}

export function blankReplyHead(): ReplyHead {
  return { returnCode: 0, message: '', parameterVersion: 0, time: 0, length: 0, signature: NO_BYTES };
}

export function blankTensorMessage(): TensorMessage {
  return {
    version: '',
    neuronKey: '',
    synapseKey: '',
    nonce: 0,
    signature: NO_BYTES,
    tensors: [],
    returnCode: 0,
    message: '',
    receiverKey: '',
    parameterVersion: 0,
    time: 0,
    network: NO_BYTES,
  };
}

export function blankTensor(): Tensor {
  return {
    version: '',
    buffer: NO_BYTES,
    shape: [],
    dtype: 0,
    modality: 0,
    requiresGrad: false,
    encoding: 0,
    scales: NO_BYTES,
    compression: 0,
  };
}
