import { invalidParams } from '../../rpc-error.js';
import type { Engine, Methods } from '../family.js';

const BLOCKS_AT_MOST = 10_000;

/** Blocks on request. */
export function blockMethods({ chain, author }: Engine): Methods {
  return {
    async dev_newBlock(params) {
      const blocks = params.field(0, 'count', 'count') ?? 1;
      if (!Number.isSafeInteger(blocks) || (blocks as number) < 1 || (blocks as number) > BLOCKS_AT_MOST) {
        throw invalidParams(`count has to be 1 to ${BLOCKS_AT_MOST}`);
      }
      let hash = chain.head.hash;
      for (let i = 0; i < (blocks as number); i++) {
        // Others get their turn between two blocks.
        if (i > 0) await new Promise(resolve => setImmediate(resolve));
        hash = author.build().block.hash;
      }
      return hash;
    },
  };
}
