import type { Clock, Log } from '../../base/index.js';
import type { Signer } from '../../wallet/index.js';
import type { RequestKind } from '../auth/signed.js';
import type { IncomingHandler } from '../incoming.js';
import type { ReturnCode } from '../wire/codes.js';
import {
  defaultTensorLimits,
  type LinkFormat,
  type TensorLimits,
  type WireDtype,
  type WireTensor,
} from '../wire/tensor.js';
import type { BackOffLimits } from './back-off.js';

/** A neuron to ask. */
export interface Peer {
  /** Its public key, ss58 or `0x` and 64 digits: who must answer. */
  readonly hotkey: string;
  readonly host: string;
  readonly port: number;
  /** The synapse to ask when the call names none. */
  readonly synapseKey?: string;
  /** False: plain text, for a loopback address. Default: as the dendrite's `tls`. */
  readonly tls?: boolean;
  /** How floats travel to and from this peer. Default: as the dendrite's `format`. */
  readonly format?: LinkFormat;
}

/** What came of a request. Tensors are there when `code` is `Success`, and then only. */
export interface Reply {
  readonly code: ReturnCode;
  /** Why not, when `code` is not `Success`. */
  readonly message: string;
  readonly tensors: readonly WireTensor[];
  /** The version of the parameters that computed the answer. */
  readonly parameterVersion: number;
  readonly elapsedMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface CallRequest {
  readonly synapseKey?: string;
  readonly tensors: readonly WireTensor[];
  /** Default: the dendrite's `forwardMs` or `backwardMs`. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /**
   * Shapes that the reply must have, -1 for any size. Default: a forward's outputs have the batch size (dimension 0) of
   * the first input; a backward answers with nothing (text) or with gradients in the shapes of the first inputs.
   */
  readonly expect?: readonly (readonly number[])[];
  /** The dtype of every tensor of the reply. Default: any for a forward, that of its input for a gradient. */
  readonly dtype?: WireDtype;
  /** Take and send NaN and infinity. Default false: `InvalidResponse`, or `RequestSerializationException`. */
  readonly acceptNonFinite?: boolean;
}

export interface BackwardRequest extends CallRequest {
  /** All inputs, then all gradients at the outputs. */
  readonly tensors: readonly WireTensor[];
  /** How many of them are inputs. Default 1. */
  readonly inputs?: number;
  /** `parameterVersion` of the forward's reply. */
  readonly parameterVersion: number;
}

export interface DendriteLimits {
  readonly tensors: TensorLimits;
  /** Largest body of a request and a reply, bytes; of a unary call at most 16 MiB. */
  readonly messageBytes: number;
  /** Bytes of large replies that may be on their way, in all sessions together. */
  readonly heldBytes: number;
  /** Connections kept, one to a peer; beyond that the one used longest ago goes. */
  readonly channels: number;
  /** Requests under way, and those that wait for their turn. */
  readonly concurrentCalls: number;
  readonly waitingCalls: number;
  /** How long a request may take, milliseconds. */
  readonly forwardMs: number;
  readonly backwardMs: number;
  /** How long a peer may take to show its certificate and to open a session, milliseconds. */
  readonly connectMs: number;
  /** The L2 norm of all gradients of one call together, sent and received: larger ones are scaled down to it. */
  readonly gradientNorm: number;
  readonly backOff: Partial<BackOffLimits>;
}

export const defaultDendriteLimits: DendriteLimits = {
  tensors: defaultTensorLimits,
  messageBytes: 256 * 2 ** 20,
  heldBytes: 512 * 2 ** 20,
  channels: 256,
  concurrentCalls: 128,
  waitingCalls: 1_024,
  forwardMs: 10_000,
  backwardMs: 20_000,
  connectMs: 5_000,
  gradientNorm: 1_000,
  backOff: {},
};

export interface DendriteOptions {
  readonly signer: Signer;
  /** The genesis hash of the chain that it is on, 32 bytes. Default: none. */
  readonly network?: Uint8Array;
  /** Default true. False: plain text, to loopback addresses only; then every message is signed. */
  readonly tls?: boolean;
  /** Default `session`: one stream to each peer that carries all requests. `unary`: a signed call for each. */
  readonly transport?: 'session' | 'unary';
  /** How floats travel. Default: as they are. */
  readonly format?: LinkFormat;
  /** The same for requests that begin with a text: answers to it have numbers for each token. Default: as `format`. */
  readonly textFormat?: LinkFormat;
  /** This node's own axon: requests to the signer's hotkey go there without a socket. */
  readonly own?: IncomingHandler;
  /** The endpoints meant by `'all'`. */
  readonly endpoints?: () => readonly Peer[];
  /** Told what came of each request, failures included; it must not throw. */
  readonly onReply?: (kind: RequestKind, peer: Peer, reply: Reply) => void;
  readonly log?: Log;
  readonly clock?: Clock;
  readonly limits?: Partial<DendriteLimits>;
}

export type { RequestKind };
