import { abortingWith, isBittensorError, messageOf, withDeadline } from '../../base/index.js';
import { describeShape, elementCount, type PlainTensor } from '../compute/tensor.js';
import { normaliseRows } from './normalise.js';

/** How the model reaches peers: given by the neuron, which knows the network. Peers are named by hotkey. */
export interface RemoteCaller {
  forward(peer: string, input: PlainTensor, options: { signal?: AbortSignal }): Promise<RemoteForwardReply>;
  /** `version`: the one that the Forward answered with. */
  backward(
    peer: string,
    input: PlainTensor,
    gradient: PlainTensor,
    version: number,
    options: { wantInputGradient: boolean; signal?: AbortSignal },
  ): Promise<RemoteBackwardReply>;
}

export type RemoteForwardReply = { ok: true; output: PlainTensor; version: number } | { ok: false; code: string };
export type RemoteBackwardReply = { ok: boolean; gradient?: PlainTensor; code?: string };

/** An answer that passed the checks, brought to norm 32 row by row, and the way back. */
export interface RemoteAnswer {
  ok: true;
  peer: string;
  value: PlainTensor & { dtype: 'float32' };
  /** Sends the gradient of `value` back; its result is the gradient of the input, where it was wanted and came. */
  backward(dy: Float32Array, wantInputGradient: boolean): Promise<RemoteGradient>;
}
export interface RemoteFailure {
  ok: false;
  peer: string;
  code: string;
}
export type RemoteGradient = { ok: true; peer: string; gradient: Float32Array | undefined } | RemoteFailure;

/** A peer as a differentiable module. It never throws for what a peer does, and never trusts it. */
export class RemoteSynapse {
  constructor(
    readonly peer: string,
    private readonly caller: RemoteCaller,
    private readonly options: { timeoutMs: number; signal?: AbortSignal },
  ) {}

  /** Asks the peer; `answerShape` is what its answer must have, the last axis being what is normalised. */
  async forward(input: PlainTensor, answerShape: readonly number[]): Promise<RemoteAnswer | RemoteFailure> {
    const reply = await this.call('forward', signal => this.caller.forward(this.peer, input, { signal }));
    if (!reply.ok) return this.failure(reply.code);
    const { output, version } = reply;
    if (!hasShape(output, answerShape)) return this.failure('shape');
    const { value, backward } = normaliseRows(output.data as Float32Array, answerShape.at(-1)!);
    return {
      ok: true,
      peer: this.peer,
      value: { dtype: 'float32', shape: answerShape, data: value },
      backward: (dy, wantInputGradient) =>
        this.backward(input, { dtype: 'float32', shape: answerShape, data: backward(dy) }, version, wantInputGradient),
    };
  }

  private async backward(
    input: PlainTensor,
    gradient: PlainTensor,
    version: number,
    wantInputGradient: boolean,
  ): Promise<RemoteGradient> {
    const reply = await this.call('backward', signal =>
      this.caller.backward(this.peer, input, gradient, version, { wantInputGradient, signal }),
    );
    if (!reply.ok) return this.failure(reply.code ?? 'error');
    if (!wantInputGradient) return { ok: true, peer: this.peer, gradient: undefined };
    if (!reply.gradient || !hasShape(reply.gradient, input.shape)) return this.failure('shape');
    const values = reply.gradient.data as Float32Array;
    return { ok: true, peer: this.peer, gradient: values.map(value => (Number.isFinite(value) ? value : 0)) };
  }

  private async call<Reply extends { ok: boolean }>(
    what: string,
    send: (signal: AbortSignal) => Promise<Reply>,
  ): Promise<Reply | { ok: false; code: string }> {
    const { timeoutMs, signal } = this.options;
    const limit = abortingWith(signal);
    try {
      return await withDeadline(send(limit.signal), timeoutMs, `${what} to ${this.peer}`, signal);
    } catch (error) {
      if (signal?.aborted) return { ok: false, code: 'aborted' };
      return { ok: false, code: isBittensorError(error) ? error.code : messageOf(error) };
    } finally {
      limit.abort();
    }
  }

  private failure(code: string): RemoteFailure {
    return { ok: false, peer: this.peer, code };
  }
}

/** True for float32 of exactly this shape, with as many numbers as it says. */
function hasShape(tensor: PlainTensor, shape: readonly number[]): boolean {
  return (
    tensor.dtype === 'float32' &&
    tensor.data instanceof Float32Array &&
    describeShape(tensor.shape) === describeShape(shape) &&
    tensor.data.length === elementCount(shape)
  );
}
