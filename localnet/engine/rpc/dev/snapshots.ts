import { invalidParams } from '../../rpc-error.js';
import type { Engine, Methods } from '../family.js';

/** Coming back to an older block: what was built since is gone, and all clients are cut off. */
export function snapshotMethods({ chain }: Engine): Methods {
  const find = (id: unknown) => {
    const known = chain.snapshots.map(snapshot => snapshot.id).join(', ');
    if (!Number.isSafeInteger(id))
      throw invalidParams(`the id of a snapshot is a number; there are ${known || 'none'}`);
    const found = chain.snapshots.find(snapshot => snapshot.id === id);
    if (!found) throw invalidParams(`there is no snapshot ${id}; there are ${known || 'none'}`);
    return found;
  };
  return {
    dev_snapshot: () => chain.takeSnapshot(),
    dev_dropSnapshot: params => chain.dropSnapshot(find(params.field(0, 'id', 'id')).id),
    /** To a snapshot, by default the last one, or to a block. */
    dev_revert(params) {
      const block = params.field(0, 'block');
      const id = params.field(0, 'id', 'id') ?? chain.snapshots.at(-1)?.id;
      if (block !== undefined && !Number.isSafeInteger(block)) throw invalidParams('block has to be a number');
      const number = block === undefined ? find(id).block : (block as number);
      const head = chain.revert(number);
      return { block: head.header.number, hash: head.hash };
    },
  };
}
