import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '../batch.js';
import type { Random } from '../compute/random.js';
import { toPlain } from '../compute/tensor.js';
import { disposeProduct, type Product, vjp } from '../compute/vjp.js';
import type { PassTensors, Synapse } from '../synapse.js';
import {
  type RemoteAnswer,
  type RemoteCaller,
  type RemoteFailure,
  type RemoteGradient,
  RemoteSynapse,
} from './remote.js';
import type { Router } from './router.js';
import { RowShuffle } from './row-shuffle.js';

/** What a synapse needs of its neuron to pass a batch over the network. */
export interface PassNeuron {
  router: Router;
  /** Hotkeys of the peers that may be asked; none: the synapse calls itself. */
  peers: readonly string[];
  caller: RemoteCaller;
  /** Deadline of each call. */
  timeoutMs: number;
  /** Number of the training step, for the router's exploring; none when not training. */
  step?: number;
  /** Where the order comes from in which rows travel; without it they travel as they are. */
  rowOrder?: Random;
  signal?: AbortSignal;
}

/** One pass over the network. Call `dispose` when done. */
export interface Pass {
  tensors: PassTensors;
  /** The same as `networkTargetLoss`, by its other name. */
  remoteTargetLoss: tf.Tensor;
  /** Mean over rows of the router's scores: of each peer that was considered, 0 where it was not asked or did not answer. */
  scores: Map<string, number>;
  /** Peers that were asked and did not answer properly, and why. */
  failures: RemoteFailure[];
  /** Gradients by variable of synapse and router; empty when not training. The optimizer may take them over. */
  gradients: Map<tf.Variable, tf.Tensor>;
  /** Settles when each peer has its gradients, or has failed to take them; never rejects. */
  backwards: Promise<RemoteGradient[]>;
  dispose(): void;
}

/**
 * Forward, and when training backward, over the network. TensorFlow.js differentiates synchronously and the network is not, so the
 * graph is cut at the hop: (1) forward to the hop, (2) ask the peers, (3) one vector-Jacobian product for everything after the hop,
 * which yields the gradient at what was received, (4) send those back, (5) a second product for what is before the hop, if anything is.
 * Together they equal the gradients of one local graph.
 */
export async function passOverNetwork(
  synapse: Synapse,
  neuron: PassNeuron,
  batch: Batch,
  training: boolean,
): Promise<Pass> {
  const { router, peers, signal } = neuron;
  const owned: tf.Tensor[] = [];
  let product: Product<PassTensors> | undefined;
  try {
    // 1. Forward to the hop, and whom to ask.
    const hop = tf.tidy(() => synapse.hop(batch.inputs));
    owned.push(hop);
    const context = peers.length > 0 ? tf.tidy(() => synapse.routerContext(hop)) : undefined;
    if (context) owned.push(context);
    const step = training && neuron.step !== undefined ? { step: neuron.step } : {};
    const route = context ? await router.route(peers, context, hop, step) : { requests: [], chosen: [] };

    // 2. The peers answer.
    const asked = route.chosen.map(i => peers[i]!);
    const replies = await askPeers(neuron, asked, hop, synapse.answerShape(hop.shape));
    signal?.throwIfAborted();
    const answers = replies.filter((reply): reply is RemoteAnswer => reply.ok);
    const received = answers.map(({ value }) => tf.tensor(value.data, [...value.shape]));
    owned.push(...received);

    // 3. Everything after the hop.
    const answered = answers.map(answer => answer.peer);
    const encoder = training ? synapse.hopVariables() : [];
    const now = training ? { step: neuron.step ?? 0 } : undefined;
    const head = (hopLeaf: tf.Tensor, responses: tf.Tensor[]): PassTensors => {
      if (responses.length === 0) return synapse.head(hopLeaf, batch.targets, undefined, now);
      const scores = router.scores(context!, answered); // [rows, answered], rows being those of the context
      return { ...synapse.head(hopLeaf, batch.targets, router.join(responses, scores), now), scores };
    };
    const variables = [...synapse.variables.values(), ...(answers.length > 0 ? router.variables.values() : [])];
    product = training
      ? headGradients(head, variables, hop, received, encoder.length > 0)
      : forwardOnly(head, hop, received);
    const tensors = product.extra;

    // 4. The peers get the gradients of their answers.
    const dhop = encoder.length > 0 ? product.inputs.pop() : undefined;
    const backwards = training ? sendBack(answers, product.inputs, encoder.length > 0) : Promise.resolve([]);

    // 5. What is before the hop, with what came back over the wire.
    if (dhop) {
      owned.push(dhop);
      const returned = (await backwards).flatMap(back => (back.ok && back.gradient ? [back.gradient] : []));
      signal?.throwIfAborted();
      const total = tf.tidy(() => tf.addN([dhop, ...returned.map(values => tf.tensor(values, hop.shape))]));
      owned.push(total);
      const before = vjp({
        of: () => ({ outputs: [synapse.hop(batch.inputs)] }),
        variables: encoder,
        inputs: [],
        cotangents: [total],
      });
      tf.dispose(before.outputs);
      addGradients(product.variables, before.variables);
    }

    const scores = new Map(peers.map(peer => [peer, 0]));
    const means = answers.length > 0 ? meanOfColumns(tensors.scores!) : [];
    for (const [i, peer] of answered.entries()) scores.set(peer, means[i]!);
    const whole = product;
    return {
      tensors,
      remoteTargetLoss: tensors.networkTargetLoss,
      scores,
      failures: replies.filter((reply): reply is RemoteFailure => !reply.ok),
      gradients: product.variables,
      backwards,
      dispose: () => disposeProduct(whole),
    };
  } catch (error) {
    if (product) disposeProduct(product);
    throw error;
  } finally {
    tf.dispose(owned);
  }
}

async function askPeers(
  { caller, timeoutMs, rowOrder, signal }: PassNeuron,
  asked: readonly string[],
  hop: tf.Tensor,
  answerShape: readonly number[],
): Promise<(RemoteAnswer | RemoteFailure)[]> {
  if (asked.length === 0) return [];
  const input = await toPlain(hop);
  const shuffle = rowOrder && new RowShuffle(hop.shape[0]!, rowOrder);
  const sent = shuffle ? shuffle.apply(input) : input;
  const options = signal ? { timeoutMs, signal } : { timeoutMs };
  const replies = await Promise.all(
    asked.map(peer => new RemoteSynapse(peer, caller, options).forward(sent, answerShape)),
  );
  return shuffle ? replies.map(reply => (reply.ok ? inOwnOrder(reply, shuffle, input.shape) : reply)) : replies;
}

/** An answer to shuffled rows as if they had never been: its value, what goes back and what comes of that. */
function inOwnOrder(answer: RemoteAnswer, shuffle: RowShuffle, inputShape: readonly number[]): RemoteAnswer {
  const { shape } = answer.value;
  return {
    ...answer,
    value: shuffle.undo(answer.value),
    backward: async (dy, wantInputGradient) => {
      const sent = shuffle.apply({ dtype: 'float32', shape, data: dy });
      const back = await answer.backward(sent.data, wantInputGradient);
      if (!back.ok || !back.gradient) return back;
      const gradient = shuffle.undo({ dtype: 'float32', shape: inputShape, data: back.gradient }).data;
      return { ...back, gradient };
    },
  };
}

type Head = (hop: tf.Tensor, responses: tf.Tensor[]) => PassTensors;

/** Gradients with respect to variables, what was received, and (last) the hop when there is something before it. */
function headGradients(
  head: Head,
  variables: tf.Variable[],
  hop: tf.Tensor,
  received: tf.Tensor[],
  withHop: boolean,
): Product<PassTensors> {
  const one = tf.scalar(1);
  try {
    return vjp({
      of: inputs => {
        const tensors = head(hop, inputs.slice(0, received.length));
        return { outputs: [tensors.loss], extra: tensors };
      },
      variables,
      inputs: withHop ? [...received, hop] : received,
      cotangents: [one],
    });
  } finally {
    one.dispose();
  }
}

function forwardOnly(head: Head, hop: tf.Tensor, received: tf.Tensor[]): Product<PassTensors> {
  const extra = tf.tidy(() => head(hop, received));
  return { outputs: [], extra, variables: new Map(), inputs: [] };
}

/** Reads the gradients at once (the tensors may go) and sends them. */
function sendBack(
  answers: readonly RemoteAnswer[],
  gradients: readonly tf.Tensor[],
  wantInputGradient: boolean,
): Promise<RemoteGradient[]> {
  return Promise.all(
    answers.map((answer, i) => answer.backward(gradients[i]!.dataSync() as Float32Array, wantInputGradient)),
  );
}

/** Adds gradients to others; both kinds are used up. */
function addGradients(sums: Map<tf.Variable, tf.Tensor>, more: ReadonlyMap<tf.Variable, tf.Tensor>): void {
  for (const [variable, gradient] of more) {
    const first = sums.get(variable);
    sums.set(variable, first ? tf.add(first, gradient) : gradient);
    if (first) tf.dispose([first, gradient]);
  }
}

function meanOfColumns(scores: tf.Tensor): Float32Array {
  return tf.tidy(() => tf.mean(scores, 0).dataSync() as Float32Array);
}
