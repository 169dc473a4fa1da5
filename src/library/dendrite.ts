import { abortable, fromHex } from '../base/index.js';
import type { Answers, ReturnCode, WireModality, WireTensor } from '../net/index.js';
import type { Signer } from '../wallet/index.js';
import { withChain } from './chains.js';
import { networkDim } from './constants.js';
import type { Endpoint } from './endpoint.js';
import { libraryError } from './errors.js';
import { type Endpoints, endpointsOf, peerOf } from './peers.js';
import { environmentSettings, isWithoutChain, type NetworkOptions, networkOf } from './settings.js';
import { type Tensor, type TensorLike, toWireTensor, zeros } from './tensors.js';
import { encodeText } from './text.js';
import type { TrainStepOptions, TrainStepResult } from './train-step.js';
import { hotkeyOf, wallet as openWallet, type Wallet } from './wallet.js';

/** In whose name, and on which network. */
export interface DendriteOptions extends NetworkOptions {
  /** Who asks: a wallet, whose hotkey signs, or a key. Default: what `wallet()` gives. */
  readonly wallet?: Wallet | Signer | undefined;
  /** How long one request may take. Default: `BT_DENDRITE_TIMEOUT`, or 5 s. */
  readonly timeoutMs?: number | undefined;
}

/** How long to wait for answers. */
export interface CallOptions {
  /** For each endpoint, all being asked at once. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Whom to ask, and what. */
export interface ForwardOptions<Inputs> extends CallOptions {
  /** One or many: as `metagraph().endpoints` has them, or by hand `{ hotkey, ip, port }`. */
  readonly endpoints: Endpoints;
  readonly inputs: Inputs;
}

/** What came of asking: one entry for each endpoint, in their order. */
export type Call = readonly [
  /** Zeros where the code is not `Success`, in the shape that was asked for. */
  responses: readonly Tensor[],
  codes: readonly ReturnCode[],
  /** Milliseconds. */
  times: readonly number[],
] & {
  readonly endpoints: readonly Endpoint[];
  /** Why not, where the code is not `Success`. */
  readonly messages: readonly string[];
};

/** The wire's side of a call, by which gradients find their way back. */
interface Asked {
  readonly answers: Answers;
  /** For each answer, which endpoint of the call it is of. */
  readonly places: readonly number[];
}

/** Nothing was asked for so long: connections to peers are closed, so that a script ends when its last line is done. */
const IDLE_MS = 2_000;

type NetDendrite = import('../net/index.js').Dendrite;

/**
 * Asks other neurons and sends them gradients. What goes wrong with a peer is a code, never an exception. Connections are
 * opened when needed and closed when idle; `close()` does so at once.
 */
export class Dendrite implements AsyncDisposable {
  private net: Promise<NetDendrite> | undefined;
  private readonly asked = new WeakMap<Call, Asked>();
  private active = 0;
  private idle: ReturnType<typeof setTimeout> | undefined;
  private readonly closing = new AbortController();

  constructor(private readonly options: DendriteOptions) {}

  /**
   * Asks about a text, several (a list of strings is one batch), or token ids [batch, sequence]; one input for all
   * endpoints, or a list of id tensors, one for each. Answers are [batch, sequence, 1024].
   */
  async forwardText({
    inputs,
    ...options
  }: ForwardOptions<string | readonly string[] | TensorLike | readonly TensorLike[]>): Promise<Call> {
    const texts = typeof inputs === 'string' ? [inputs] : isTexts(inputs) ? inputs : undefined;
    const ids = texts ? await encodeText(texts) : (inputs as TensorLike | readonly TensorLike[]);
    return this.ask('text', { ...options, inputs: ids });
  }

  /** The same for images: floats [batch, ...], one tensor for all endpoints or one for each. Answers are [batch, 1024]. */
  forwardImage(options: ForwardOptions<TensorLike | readonly TensorLike[]>): Promise<Call> {
    return this.ask('image', options);
  }

  /** The same for tensors. */
  forwardTensor(options: ForwardOptions<TensorLike | readonly TensorLike[]>): Promise<Call> {
    return this.ask('tensor', options);
  }

  /**
   * Sends each endpoint that answered the gradient at its answer, of the answer's shape; undefined leaves one out. The
   * responses are the gradients at the inputs, zeros where there are none (text).
   */
  async backward(call: Call, gradients: readonly (TensorLike | undefined)[], options: CallOptions = {}): Promise<Call> {
    const asked = this.asked.get(call);
    if (!asked) throw libraryError('bad_argument', 'backward() takes what a forward of this dendrite resolved with');
    const { answers, places } = asked;
    const wire = gradientsFor(call, gradients);
    const sent = places.map(place => (call[1][place] === 'Success' ? wire[place] : undefined));
    const back = await this.use(options, (net, given) => net.backwardTensor(answers, sent, given));
    const nothing = (i: number) => zeros(answers.inputs[places.indexOf(i)]?.shape ?? [0]);
    return this.joined(call.endpoints, { answers: back, places }, nothing, call);
  }

  /**
   * A whole step: asks, computes a loss of the answers here, and sends each endpoint the gradient at its answer, so that
   * gradients come together on the endpoints. See {@link TrainStepOptions}.
   */
  async trainStep(options: TrainStepOptions): Promise<TrainStepResult> {
    const { trainStep } = await import('./train-step.js');
    return trainStep(this, options);
  }

  /** Gives up what is under way and closes every connection. May be called twice. */
  async close(): Promise<void> {
    this.closing.abort(libraryError('closed', 'this dendrite was closed'));
    await this.hangUp();
  }

  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async ask(
    modality: WireModality,
    { endpoints, inputs, ...options }: ForwardOptions<TensorLike | readonly TensorLike[]>,
  ): Promise<Call> {
    const all = endpointsOf(endpoints);
    const list = Array.isArray(inputs) ? (inputs as readonly TensorLike[]) : all.map(() => inputs as TensorLike);
    if (list.length !== all.length) {
      throw libraryError('bad_argument', `${list.length} inputs for ${all.length} endpoints`);
    }
    // The same input for all becomes bytes once.
    const made = new Map<TensorLike, WireTensor>();
    const tensors = list.map(input => {
      const wire = made.get(input) ?? checked(toWireTensor(input, modality), modality);
      made.set(input, wire);
      return wire;
    });
    const found = all.map(peerOf);
    const places = [...all.keys()].filter(i => found[i] !== undefined);
    const [peers, sent] = [places.map(i => found[i]!), places.map(i => tensors[i]!)];
    const answers = await this.use(options, (net, given) =>
      modality === 'text'
        ? net.forwardText(peers, sent, { ...given, ...textShape(sent) })
        : net[modality === 'image' ? 'forwardImage' : 'forwardTensor'](peers, sent, given),
    );
    const nothing = (i: number) => zeros(answerShape(modality, tensors[i]!.shape));
    return this.joined(all, { answers, places }, nothing);
  }

  /** Answers in the order of the endpoints, those included that were not asked. */
  private joined(
    endpoints: readonly Endpoint[],
    asked: Asked,
    nothing: (endpoint: number) => Tensor,
    before?: Call,
  ): Call {
    const { answers, places } = asked;
    const responses = endpoints.map((_, i) => nothing(i));
    const codes: ReturnCode[] = endpoints.map(
      ({ uid }, i) => before?.[1][i] ?? (uid < 0 ? 'EmptyRequest' : 'Unavailable'),
    );
    const messages = endpoints.map((_, i) => before?.messages[i] ?? 'it serves nowhere');
    const times = endpoints.map(() => 0);
    places.forEach((place, i) => {
      const tensor = answers[0][i];
      if (tensor) responses[place] = floats(tensor);
      codes[place] = answers[1][i]!;
      times[place] = answers[2][i]!;
      messages[place] = answers.replies[i]!.message;
    });
    const call: Call = Object.assign([responses, codes, times] as const, { endpoints, messages });
    this.asked.set(call, asked);
    return call;
  }

  private async use<T>(
    { timeoutMs, signal }: CallOptions,
    act: (net: NetDendrite, options: { timeoutMs: number; signal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    this.closing.signal.throwIfAborted();
    clearTimeout(this.idle);
    this.active++;
    try {
      this.net ??= this.open();
      // Opened for all that wait: who gives up ends its own waiting.
      const net = await (signal ? abortable(this.net, signal) : this.net);
      const withinMs = timeoutMs ?? this.options.timeoutMs ?? environmentSettings().values.dendrite_timeout * 1_000;
      return await act(net, { timeoutMs: withinMs, ...(signal && { signal }) });
    } finally {
      this.active--;
      if (this.active === 0) this.idle = setTimeout(() => void this.hangUp(), IDLE_MS);
    }
  }

  /** A failure is not remembered: the next call tries again. */
  private open(): Promise<NetDendrite> {
    const opening = this.connect(this.closing.signal);
    opening.catch(() => {
      if (this.net === opening) this.net = undefined;
    });
    return opening;
  }

  private async connect(signal: AbortSignal): Promise<NetDendrite> {
    const { Dendrite: Net, dendriteOptionsOf } = await import('../net/index.js');
    const { wallet = openWallet(this.options) } = this.options;
    const signer = await hotkeyOf(wallet, signal);
    const rules = dendriteOptionsOf(environmentSettings().values);
    if (isWithoutChain(this.options)) return new Net({ ...rules, signer });
    const network = networkOf(this.options);
    const genesis = network.genesisHash ?? (await withChain(network, async client => client.genesisHash, signal));
    return new Net({ ...rules, signer, network: fromHex(genesis) });
  }

  private async hangUp(): Promise<void> {
    clearTimeout(this.idle);
    const { net } = this;
    this.net = undefined;
    await net?.then(dendrite => dendrite.close()).catch(() => {});
  }
}

/**
 * Asks other neurons in the name of a wallet's hotkey; nothing is opened yet.
 *
 * ```ts
 * const [responses, codes, times] = await bittensor.dendrite({ wallet }).forwardText({
 *   endpoints: graph.endpoints,
 *   inputs: 'The quick brown fox jumped over the lazy dog',
 * });
 * ```
 */
export function dendrite(options: DendriteOptions = {}): Dendrite {
  return new Dendrite(options);
}

function isTexts(inputs: unknown): inputs is readonly string[] {
  return Array.isArray(inputs) && inputs.every(input => typeof input === 'string') && inputs.length > 0;
}

function checked(tensor: WireTensor, modality: WireModality): WireTensor {
  if (modality !== 'text' || (tensor.dtype === 'int64' && tensor.shape.length === 2)) return tensor;
  throw libraryError(
    'bad_argument',
    `text is strings or int32 token ids [batch, sequence], not ${tensor.dtype} [${tensor.shape}]`,
  );
}

function answerShape(modality: WireModality, shape: readonly number[]): number[] {
  return modality === 'text' ? [shape[0]!, shape[1]!, networkDim] : [shape[0] ?? 0, networkDim];
}

/** What every answer must look like, where all inputs have one shape; else the batch size alone is checked. */
function textShape(inputs: readonly WireTensor[]): { expect?: readonly number[] } {
  const [first] = inputs;
  const areEqual = inputs.every(({ shape }) => shape.join() === first?.shape.join());
  return first ? { expect: areEqual ? answerShape('text', first.shape) : [first.shape[0]!, -1, networkDim] } : {};
}

/** Gradients as they travel. Error `bad_argument` unless each has the shape of its answer. */
function gradientsFor(call: Call, gradients: readonly (TensorLike | undefined)[]): (WireTensor | undefined)[] {
  const [responses] = call;
  if (gradients.length !== responses.length) {
    throw libraryError('bad_argument', `${gradients.length} gradients for ${responses.length} endpoints`);
  }
  return gradients.map((gradient, i) => {
    if (!gradient) return undefined;
    const shape = responses[i]!.shape.join(', ');
    if (gradient.shape.join(', ') === shape) return toWireTensor(gradient, 'tensor');
    throw libraryError('bad_argument', `the gradient of endpoint ${i} is [${gradient.shape}], its answer [${shape}]`);
  });
}

function floats({ shape, buffer, dtype }: WireTensor): Tensor {
  // A copy: the bytes may lie at an odd offset, and would hold a whole message in memory.
  const bytes = buffer.slice().buffer;
  return dtype === 'int32'
    ? { dtype, shape, data: new Int32Array(bytes) }
    : { dtype: 'float32', shape, data: new Float32Array(bytes) };
}
