import type { Fork } from '../../fork/open.js';
import type { Engine, Methods } from '../family.js';

/** What the engine says of itself. */
export function statusMethods({ chain, pool, about, follower }: Engine): Methods {
  const included = { blocks: 0, extrinsics: 0 };
  chain.onBlock(({ block }) => {
    included.blocks += 1;
    included.extrinsics += block.extrinsics.length;
  });
  return {
    dev_status: () => ({
      pid: process.pid,
      dataFolder: about.dataFolder,
      blockTime: about.blockTime,
      genesis: chain.genesisHash,
      head: chain.head.hash,
      number: chain.head.header.number,
      finalized: chain.finalized.hash,
      finalizedNumber: chain.finalized.number,
      finalityLag: chain.finalityLag,
      oldestState: chain.oldestState,
      firstBlock: chain.oldestBlock,
      deterministic: chain.isDeterministic,
      snapshots: chain.snapshots,
      timestampMs: chain.timestampMs,
      // Since the start.
      ...included,
      ready: pool.readyCount,
      future: pool.futureCount,
      ...(chain.fork && { forkedFrom: forkStatus(chain.fork) }),
      ...(follower && { following: follower.status }),
      memoryBytes: process.memoryUsage().rss,
    }),
  };
}

function forkStatus({ url, number, hash, isWhole }: Fork) {
  return { url, number, hash, isWhole };
}
