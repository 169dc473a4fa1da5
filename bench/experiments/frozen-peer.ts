import type { PlainTensor, RemoteForwardReply, Server } from '../../src/model/index.js';

/**
 * A peer that answers and does not learn. An answer to a row depends on that row alone, so each row is computed once: what a peer said
 * of an image is remembered without the zeros at its end.
 */
export class FrozenPeer {
  private readonly remembered = new Map<string, Float32Array>();

  constructor(private readonly server: Server) {}

  async forward(input: PlainTensor): Promise<RemoteForwardReply> {
    const rows = input.shape[0]!;
    const width = input.data.length / rows;
    const keys = Array.from({ length: rows }, (_, row) => hash(input.data.subarray(row * width, (row + 1) * width)));
    const missing = keys.flatMap((key, row) => (this.remembered.has(key) ? [] : [row]));
    if (missing.length > 0) await this.ask(input, width, keys, missing);
    const data = new Float32Array(rows * 1024);
    for (const [row, key] of keys.entries()) data.set(this.remembered.get(key)!, row * 1024);
    return { ok: true, output: { dtype: 'float32', shape: [rows, 1024], data }, version: this.server.version };
  }

  dispose(): void {
    this.server.dispose();
    this.remembered.clear();
  }

  private async ask(input: PlainTensor, width: number, keys: string[], rows: number[]): Promise<void> {
    const data = new Float32Array(rows.length * width);
    for (const [i, row] of rows.entries()) data.set(input.data.subarray(row * width, (row + 1) * width), i * width);
    const { output } = await this.server.forward({ dtype: 'float32', shape: [rows.length, width], data });
    for (const [i, row] of rows.entries()) {
      const answer = output.data.subarray(i * 1024, (i + 1) * 1024) as Float32Array;
      this.remembered.set(keys[row]!, answer.slice(0, answer.findLastIndex(value => value !== 0) + 1));
    }
  }
}

/** 64 bits of a row of numbers. */
function hash(values: Float32Array | Int32Array): string {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (let i = 0; i < bits.length; i++) {
    a = Math.imul(a ^ bits[i]!, 0x01000193);
    a ^= a >>> 15;
    b = Math.imul(b ^ bits[i]!, 0x85ebca6b);
    b ^= b >>> 13;
  }
  return `${a >>> 0}/${b >>> 0}`;
}
