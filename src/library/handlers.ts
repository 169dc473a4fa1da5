import { encodeAddress, fromHex, isBittensorError } from '../base/index.js';
import { fromBytes, type TfTensor, tensorflow, toTensor } from '../model/index.js';
import {
  type AxonAnswer,
  type AxonRequest,
  RequestError,
  type SynapseHandlers,
  stringsOf,
  type WireTensor,
} from '../net/index.js';
import { isTf, type TensorLike, toWireTensor } from './tensors.js';
import { encodeText } from './text.js';

/** What a handler is told besides. */
export interface RequestContext {
  /** Aborts at the deadline, when the caller gives up, and when the axon stops. */
  readonly signal: AbortSignal;
  readonly synapseKey: string;
}

/**
 * Answers a caller (its hotkey, ss58). Inputs are tensors of TensorFlow.js: text as int32 token ids [batch, sequence],
 * whatever form it came in. They and the answer are freed here, and so is all that a handler makes synchronously; an
 * async one frees the rest itself (`tf.tidy`).
 */
export type ForwardHandler = (
  pubkey: string,
  inputs: TfTensor,
  context: RequestContext,
) => TensorLike | Promise<TensorLike>;

/** What a backward may return. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler without a return statement is one, too
export type Answered = TensorLike | void;

/** Takes the gradient of an answer; may return that of the inputs, where these are no text. */
export type BackwardHandler = (
  pubkey: string,
  inputs: TfTensor,
  grads: TfTensor,
  context: RequestContext,
) => Answered | Promise<Answered>;

/** What an axon answers with, by the kind of inputs. */
export interface Handlers {
  readonly forwardText?: ForwardHandler | undefined;
  readonly forwardImage?: ForwardHandler | undefined;
  readonly forwardTensor?: ForwardHandler | undefined;
  readonly backwardText?: BackwardHandler | undefined;
  readonly backwardImage?: BackwardHandler | undefined;
  readonly backwardTensor?: BackwardHandler | undefined;
}

/** Handlers of tensors as what an axon calls with what came over the wire. */
export async function wireHandlers(handlers: Handlers): Promise<SynapseHandlers> {
  const tf = await tensorflow();
  const { forwardText, forwardImage, forwardTensor, backwardText, backwardImage, backwardTensor } = handlers;

  /** Runs a handler; what it makes before it waits is freed when it returns at once. */
  const run = async (handle: () => Answered | Promise<Answered>): Promise<Answered> => {
    const engine = tf.engine();
    engine.startScope('handler');
    try {
      const result = handle();
      // What an unfinished handler has made it still needs.
      engine.endScope((result instanceof Promise ? [...engine.state.activeScope.track] : result) as never);
      return result;
    } catch (error) {
      engine.endScope();
      throw error;
    }
  };

  const answer = async (
    { caller, tensors, signal, synapseKey }: AxonRequest,
    handle: (pubkey: string, tensors: TfTensor[], context: RequestContext) => Answered | Promise<Answered>,
  ): Promise<AxonAnswer> => {
    const given = (await Promise.all(tensors.map(tensorOf))).map(toTensor);
    let result: TensorLike | undefined;
    try {
      result = (await run(() => handle(encodeAddress(fromHex(caller)), given, { signal, synapseKey }))) ?? undefined;
      return { tensors: result ? [copied(result)] : [], parameterVersion: 0 };
    } catch (error) {
      throw refusal(error);
    } finally {
      tf.dispose(given);
      if (result && isTf(result)) result.dispose();
    }
  };
  const forward = (handler: ForwardHandler | undefined) =>
    handler && ((request: AxonRequest) => answer(request, (key, [x], context) => handler(key, x!, context)));
  const backward = (handler: BackwardHandler | undefined, isText = false) =>
    handler &&
    (async (request: AxonRequest) => {
      if (request.tensors.length !== 2) {
        throw new RequestError(
          'InvalidRequest',
          `a backward takes inputs and gradients, not ${request.tensors.length} tensors`,
        );
      }
      const back = await answer(request, (key, [x, dy], context) => handler(key, x!, dy!, context));
      // There is no gradient at text.
      return isText ? { ...back, tensors: [] } : back;
    });
  const all = {
    forwardText: forward(forwardText),
    forwardImage: forward(forwardImage),
    forwardTensor: forward(forwardTensor),
    backwardText: backward(backwardText, true),
    backwardImage: backward(backwardImage),
    backwardTensor: backward(backwardTensor),
  };
  return Object.fromEntries(Object.entries(all).filter(([, handler]) => handler !== undefined));
}

/** As it travels, apart from the tensor that is about to go. */
function copied(tensor: TensorLike): WireTensor {
  const wire = toWireTensor(tensor, 'tensor');
  return isTf(tensor) ? { ...wire, buffer: wire.buffer.slice() } : wire;
}

/** Text becomes token ids; numbers stay. */
async function tensorOf(tensor: WireTensor) {
  try {
    return tensor.dtype === 'utf8' ? await encodeText(stringsOf(tensor)) : fromBytes(tensor);
  } catch (error) {
    throw refusal(error);
  }
}

/** What a caller is told: our codes by name, the rest as a failure of the handler. */
function refusal(error: unknown): unknown {
  if (error instanceof RequestError) return error;
  const isLate = error instanceof Error && error.name === 'TimeoutError';
  if (isLate || (isBittensorError(error) && error.code === 'timeout')) {
    return new RequestError('Timeout', 'the handler took too long', error);
  }
  if (isBittensorError(error) && error.code === 'shape')
    return new RequestError('RequestShapeException', error.message, error);
  return error;
}
