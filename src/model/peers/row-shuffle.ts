import { permutation, type Random } from '../compute/random.js';
import type { PlainTensor } from '../compute/tensor.js';

/**
 * Another order of the rows of one request. Rows with a label come first in a batch: a peer that knew which they are could answer them
 * honestly and lie about the others, of which nothing ever tells.
 */
export class RowShuffle {
  private readonly order: Uint32Array;

  constructor(rows: number, source: Random) {
    this.order = permutation(rows, source);
  }

  /** The rows as they travel; a copy. */
  apply<Tensor extends PlainTensor>(tensor: Tensor): Tensor {
    return this.copy(tensor, (to, from) => [to, from]);
  }

  /** The rows in their own order again; a copy. */
  undo<Tensor extends PlainTensor>(tensor: Tensor): Tensor {
    return this.copy(tensor, (to, from) => [from, to]);
  }

  private copy<Tensor extends PlainTensor>(
    tensor: Tensor,
    ends: (sent: number, own: number) => [to: number, from: number],
  ): Tensor {
    const { data } = tensor;
    const width = data.length / this.order.length;
    const copied = data.slice();
    for (const [sent, own] of this.order.entries()) {
      const [to, from] = ends(sent, own);
      copied.set(data.subarray(from * width, (from + 1) * width), to * width);
    }
    return { ...tensor, data: copied };
  }
}
