import { hex } from '../../codec.js';
import { type BlocksAnswer, type PoolAnswer, writeBlock } from '../../follow/wire.js';
import { RpcError } from '../../rpc-error.js';
import { genesisPart } from '../../store/genesis-record.js';
import type { Engine, Methods } from '../family.js';

const PART_BYTES = 2 ** 20;
/** Characters of blocks in one answer, unless a single one is longer. */
const BLOCKS_CHARACTERS = 4 * 2 ** 20;
const BLOCKS_AT_MOST = 256;

/** What followers ask. */
export function syncMethods({ chain, about, pool }: Engine): Methods {
  return {
    dev_genesis(params) {
      const offset = params.at(0) === undefined ? 0 : params.count(0, 'offset');
      const { fork, oldestBlock } = chain;
      if (fork)
        throw unfollowable(`it is a fork of ${fork.url}, and its first state is not all here; fork that chain, too`);
      const part = genesisPart(about.dataFolder, offset, PART_BYTES);
      if (!part) throw unfollowable('it has no record of its first state; begin it anew from a dump of it');
      const header = oldestBlock === 0 ? {} : { header: hex(chain.block(oldestBlock)!.encodedHeader) };
      return { bytes: hex(part.bytes), total: part.total, ...header };
    },
    dev_poolStatus(params): PoolAnswer {
      const hashes = params.bytesList(0, 'hashes');
      return { head: chain.head.header.number, status: hashes.map(hash => pool.placeOf(hex(hash)) ?? null) };
    },
    dev_blocks(params): BlocksAnswer {
      const number = params.count(0, 'number');
      const known = chain.hashAt(number) === hex(params.bytes(1, 'hash'));
      const head = { number: chain.head.header.number, hash: chain.head.hash };
      const most = params.at(2) === undefined ? BLOCKS_AT_MOST : Math.min(params.count(2, 'most'), BLOCKS_AT_MOST);
      const blocks: string[] = [];
      let characters = 0;
      for (let next = number + 1; known && next <= head.number && blocks.length < most; next++) {
        const text = writeBlock(chain.block(next)!);
        characters += text.length;
        if (blocks.length > 0 && characters > BLOCKS_CHARACTERS) break;
        blocks.push(text);
      }
      return { head, known, blocks };
    },
  };
}

function unfollowable(why: string) {
  return new RpcError(-32000, `this chain cannot be followed: ${why}`);
}
