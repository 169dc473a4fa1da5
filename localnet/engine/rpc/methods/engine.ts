import { hex } from '../../codec.js';
import { RpcError } from '../../rpc-error.js';
import { blockNumber, type Engine, type Family, refuseWhereFollowing } from '../family.js';

const REFUSED = -32000;
/** Nothing has to be downloaded, justified or given up. */
const AUX = {
  header_only: false,
  clear_justification_requests: false,
  needs_justification: false,
  bad_justification: false,
  is_new_best: true,
};

/** Blocks on request, as chains with manual seal offer it. Source: sc-consensus-manual-seal, rpc.rs. */
export function engineFamily(engine: Engine): Family {
  const { chain, pool, author } = engine;
  return {
    methods: {
      engine_createBlock(params) {
        refuseWhereFollowing(engine, 'engine_createBlock');
        const [createEmpty, , parent] = [params.at(0) ?? false, params.at(1), params.optionalBytes(2, 'parent hash')];
        if (parent && hex(parent) !== chain.head.hash) {
          throw new RpcError(REFUSED, 'a block is made on top of the newest one only');
        }
        if (createEmpty !== true && pool.readyCount === 0) {
          throw new RpcError(
            REFUSED,
            'Transaction pool is empty, set create_empty to true, if you want to create empty blocks',
          );
        }
        return { hash: author.build().block.hash, aux: AUX };
      },
      engine_finalizeBlock(params) {
        const number = blockNumber(chain, params.bytes(0, 'block hash'));
        if (number <= chain.finalized.number) return true;
        throw new RpcError(REFUSED, `finality follows the newest block by ${chain.finalityLag} blocks`);
      },
    },
  };
}
