import * as tf from '@tensorflow/tfjs-core';
import {
  batchOfDigits,
  createServer,
  type Digits,
  epochOrder,
  type NamedArray,
  type PlainBatch,
  type PlainTensor,
  pick,
  type RemoteCaller,
  type Server,
} from '../../src/model/index.js';

/** Small enough for a quick test, large enough to have every layer. */
export const SMALL = { hiddenDim: 32 };

export function plain(shape: number[], fill: (i: number) => number): PlainTensor & { dtype: 'float32' } {
  const length = shape.reduce((a, b) => a * b, 1);
  return { dtype: 'float32', shape, data: Float32Array.from({ length }, (_, i) => fill(i)) };
}

/** Numbers that look random and are always the same. */
export function wave(i: number): number {
  return Math.sin(i * 12.9898 + 78.233) * 1.5;
}

export function batchOf(digits: Digits, indices: Uint32Array): PlainBatch {
  return batchOfDigits(pick(digits, indices));
}

/** The n-th batch of 64 of the first epoch. */
export function batchNumber(digits: Digits, n: number): PlainBatch {
  const order = epochOrder(digits.count, 1, 0);
  return batchOf(digits, order.subarray(64 * n, 64 * (n + 1)));
}

export function closeTo(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i]! - b[i]!));
  return worst;
}

/** A network of served models in this thread; counts what each was asked. */
export class FakeNetwork implements RemoteCaller {
  readonly asked = new Map<string, number>();
  readonly taken = new Map<string, number>();

  constructor(readonly servers: ReadonlyMap<string, Server>) {}

  forward: RemoteCaller['forward'] = async (peer, input) => {
    this.asked.set(peer, (this.asked.get(peer) ?? 0) + 1);
    const { output, version } = await this.servers.get(peer)!.forward(input);
    return { ok: true, output, version };
  };

  backward: RemoteCaller['backward'] = async (peer, input, gradient, version, options) => {
    this.taken.set(peer, (this.taken.get(peer) ?? 0) + 1);
    const back = await this.servers.get(peer)!.backward(input, gradient, version, options);
    return back.gradient ? { ok: true, gradient: back.gradient } : { ok: true };
  };

  dispose(): void {
    for (const server of this.servers.values()) server.dispose();
  }
}

/** Small served models, one per peer, with the parameters given or made of the peer's number. */
export async function serveSmall(peers: readonly string[], parameters?: readonly NamedArray[]): Promise<FakeNetwork> {
  const servers = new Map<string, Server>();
  for (const [i, peer] of peers.entries()) {
    servers.set(
      peer,
      await createServer({
        device: 'wasm',
        model: 'mnist',
        config: SMALL,
        parameters: parameters ?? (await smallParameters(100 + i)),
        version: 1,
      }),
    );
  }
  return new FakeNetwork(servers);
}

export async function smallParameters(seed: number): Promise<NamedArray[]> {
  const { createTrainer } = await import('../../src/model/index.js');
  const trainer = await createTrainer({ device: 'wasm', model: 'mnist', seed, config: SMALL });
  const parameters = trainer.exportParameters();
  trainer.dispose();
  return parameters;
}

export function tensorCount(): number {
  return tf.memory().numTensors;
}
