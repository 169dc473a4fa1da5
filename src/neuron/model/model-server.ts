import { type BittensorError, isBittensorError, RAO_PER_TAO } from '../../base/index.js';
import { fromBytes, type ModelForms, type PlainTensor, toBytes } from '../../model/index.js';
import {
  type AxonRequest,
  RequestError,
  type ReturnCode,
  type SynapseHandlers,
  type WireTensor,
} from '../../net/index.js';
import { callerPolicyOf } from '../options.js';
import { ModelThread } from './model-thread.js';
import type { CallerGradients, PrepareServer, Served, ServedModel } from './thread-messages.js';

/** What a peer is told when its request cannot be computed. */
const CODES: Readonly<Record<string, ReturnCode>> = {
  shape: 'RequestShapeException',
  non_finite: 'InvalidRequest',
  stale: 'Stale',
  thread_died: 'Unavailable',
};
/** Requests waiting for the thread; more would only time out. */
const MAX_WAITING = 64;

/** The main thread's end of the thread that answers peers. */
export class ModelServer {
  private readonly thread: ModelThread;
  private waiting = 0;
  private servedVersion = 0;
  private forms: ModelForms | undefined;
  /** Backwards since the gradients were last taken. */
  private collected = 0;

  constructor(onDeath: (error: BittensorError) => void) {
    this.thread = new ModelThread('server', {}, onDeath);
  }

  get version(): number {
    return this.servedVersion;
  }

  /** What the served model takes and gives; undefined before the first `serve`. */
  get definition(): ModelForms | undefined {
    return this.forms;
  }

  prepare(settings: { device: PrepareServer['device'] } & Parameters<typeof callerPolicyOf>[0]): Promise<void> {
    const request: PrepareServer = { device: settings.device, callers: { policy: callerPolicyOf(settings) } };
    return this.thread.rpc.call('prepare', request);
  }

  /** Says which model is served. To be called before `serve`. */
  open(model: ServedModel): Promise<void> {
    return this.thread.rpc.call('open', model);
  }

  /** Serves these parameters from now on. Their buffers are moved. */
  async serve(served: Served): Promise<void> {
    this.forms = await this.thread.rpc.call<ModelForms>(
      'serve',
      served,
      served.parameters.map(array => array.data.buffer as ArrayBuffer),
    );
    this.servedVersion = served.version;
  }

  /** What callers sent back since the last time, or undefined. */
  async takeGradients(): Promise<CallerGradients | undefined> {
    if (this.collected === 0) return undefined;
    this.collected = 0;
    return this.thread.rpc.call('takeGradients', undefined);
  }

  /**
   * To be attached once parameters are served: from then on it is known what the model takes and gives. `stakeOf` says what a caller's
   * gradients weigh: by its hotkey, in rao.
   */
  handlers(priceRao = 0n, stakeOf: (hotkey: string) => bigint = () => 0n): SynapseHandlers {
    return {
      definition: { ...this.forms, priceRao },
      forward: request => this.answer(request, () => this.forward(request)),
      backward: request => this.answer(request, () => this.backward(request, stakeOf(request.caller))),
    };
  }

  stop(): Promise<void> {
    return this.thread.stop();
  }

  private async forward({ tensors }: AxonRequest): Promise<{ version: number; tensor: PlainTensor }> {
    if (tensors.length !== 1)
      throw new RequestError('InvalidRequest', `a forward carries one tensor, not ${tensors.length}`);
    return this.thread.rpc.call('forward', { input: fromBytes(tensors[0]!) });
  }

  private async backward(
    { tensors, parameterVersion, caller }: AxonRequest,
    stakeRao: bigint,
  ): Promise<{ version: number; tensor: PlainTensor | undefined }> {
    if (tensors.length !== 2) {
      throw new RequestError(
        'InvalidRequest',
        `a backward carries an input and a gradient, not ${tensors.length} tensors`,
      );
    }
    const [input, gradient] = tensors as [WireTensor, WireTensor];
    const answer = await this.thread.rpc.call<{ version: number; tensor: PlainTensor | undefined }>('backward', {
      input: fromBytes(input),
      gradient: fromBytes(gradient),
      version: parameterVersion ?? -1,
      wantInputGradient: input.requiresGrad,
      caller: { name: caller, stake: Number(stakeRao) / Number(RAO_PER_TAO) },
    });
    this.collected += 1;
    return answer;
  }

  private async answer(
    request: AxonRequest,
    compute: () => Promise<{ version: number; tensor: PlainTensor | undefined }>,
  ): Promise<{ tensors: WireTensor[]; parameterVersion: number }> {
    if (this.waiting >= MAX_WAITING)
      throw new RequestError('NucleusFull', `${MAX_WAITING} requests are waiting already`);
    this.waiting += 1;
    try {
      const { version, tensor } = await compute();
      request.signal.throwIfAborted();
      return {
        tensors: tensor ? [{ ...toBytes(tensor), modality: 'tensor', requiresGrad: false }] : [],
        parameterVersion: version,
      };
    } catch (error) {
      const code = isBittensorError(error) ? CODES[error.code] : undefined;
      if (code) throw new RequestError(code, (error as Error).message, error);
      throw error;
    } finally {
      this.waiting -= 1;
    }
  }
}
