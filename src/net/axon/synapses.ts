import type { RequestKind } from '../auth/signed.js';
import { RequestError } from '../errors.js';
import type { TensorDefinition } from '../wire/definition.js';
import { findNonFinite, type WireModality, type WireTensor } from '../wire/tensor.js';

/** A verified and admitted request, as a handler gets it. */
export interface AxonRequest {
  readonly kind: RequestKind;
  /** The caller's hotkey, `0x` and 64 digits: proven. */
  readonly caller: string;
  readonly synapseKey: string;
  /** For a backward: all inputs, then all gradients. Buffers are views of the received message. */
  readonly tensors: readonly WireTensor[];
  /** The parameter version that a backward names; undefined for a forward. */
  readonly parameterVersion: number | undefined;
  /** Aborts at the deadline, when the caller gives up, and when the axon stops. What goes on after it is wasted. */
  readonly signal: AbortSignal;
}

export interface AxonAnswer {
  readonly tensors: readonly WireTensor[];
  readonly parameterVersion: number;
}

/** Answers a request. Throws a `RequestError` to refuse it with a code of choice (`Stale`, `NotImplemented`, ...). */
export type AxonHandler = (request: AxonRequest) => Promise<AxonAnswer>;

/**
 * A function that computes in a worker thread: exported by a built module of this program, called with an `AxonRequest`
 * that has no signal. The thread is ended when the request is given up.
 */
export interface ThreadHandler {
  readonly module: URL;
  readonly name: string;
}

export type Handler = AxonHandler | ThreadHandler;

/** What others are told of a synapse by `Describe`. */
export interface SynapseDefinition {
  readonly inputs?: readonly TensorDefinition[];
  readonly outputs?: readonly TensorDefinition[];
  /** What one forward costs, rao. Default 0. */
  readonly priceRao?: bigint;
}

type ModalityCalls = {
  readonly [K in RequestKind as `${K}${Capitalize<WireModality>}`]?: Handler;
};

/** Callbacks of a synapse. That of the first tensor's modality is called, else the one for every modality. */
export interface SynapseHandlers extends ModalityCalls {
  readonly forward?: Handler;
  readonly backward?: Handler;
  /** Take tensors with NaN or infinity. Default false: such a request is refused with `InvalidRequest`. */
  readonly acceptNonFinite?: boolean;
  readonly definition?: SynapseDefinition;
}

const callNames = {
  forward: { text: 'forwardText', image: 'forwardImage', tensor: 'forwardTensor' },
  backward: { text: 'backwardText', image: 'backwardImage', tensor: 'backwardTensor' },
} as const;

/** One synapse that is served. */
export interface ServedSynapse {
  readonly key: string;
  readonly handlers: SynapseHandlers;
  /** How long a forward takes, milliseconds: a moving mean; undefined before the first. */
  workMs: number | undefined;
}

/** The synapses behind one axon. */
export class SynapseTable {
  // In the order of attaching: the first is the default.
  private readonly synapses = new Map<string, ServedSynapse>();

  /** Serves it from now on, in place of an earlier one of this key. Returns what takes it away again. */
  attach(key: string, handlers: SynapseHandlers): () => void {
    const synapse: ServedSynapse = { key, handlers, workMs: undefined };
    this.synapses.set(key, synapse);
    return () => {
      if (this.synapses.get(key) === synapse) this.synapses.delete(key);
    };
  }

  all(): readonly ServedSynapse[] {
    return [...this.synapses.values()];
  }

  /** The synapse of this key; for an empty key the first that was attached. */
  find(key: string): ServedSynapse {
    const synapse = key === '' ? this.synapses.values().next().value : this.synapses.get(key);
    if (!synapse) throw new RequestError('NotServingNucleus', 'no such synapse is served here');
    return synapse;
  }
}

/** The callback for these tensors. Throws a `RequestError`, also for tensors that no callback is to see. */
export function handlerFor({ handlers }: ServedSynapse, kind: RequestKind, tensors: readonly WireTensor[]): Handler {
  const [first] = tensors;
  if (!first) throw new RequestError('EmptyRequest', 'the request holds no tensor');
  const handler = handlers[callNames[kind][first.modality]] ?? handlers[kind];
  if (!handler) throw new RequestError('NotImplemented', `this synapse has no ${kind} of ${first.modality}`);
  if (!handlers.acceptNonFinite) refuseNonFinite(tensors);
  return handler;
}

export function takesGradients({ backward, backwardText, backwardImage, backwardTensor }: SynapseHandlers): boolean {
  return Boolean(backward ?? backwardText ?? backwardImage ?? backwardTensor);
}

/** Notes how long a forward took. */
export function noteWork(synapse: ServedSynapse, tookMs: number): void {
  synapse.workMs = synapse.workMs === undefined ? tookMs : 0.9 * synapse.workMs + 0.1 * tookMs;
}

function refuseNonFinite(tensors: readonly WireTensor[]): void {
  for (const [i, tensor] of tensors.entries()) {
    const index = findNonFinite(tensor);
    if (index !== undefined) {
      throw new RequestError('InvalidRequest', `tensor ${i} holds NaN or infinity at element ${index}`);
    }
  }
}
