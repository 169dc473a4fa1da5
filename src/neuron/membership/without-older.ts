import type { Metagraph } from '../../chain/index.js';

/** Looks at no metagraph that is older than one it saw: what a node that is behind shows says nothing of now. */
export function withoutOlder<M extends Pick<Metagraph, 'block'>>(look: (metagraph: M) => void): (metagraph: M) => void {
  let newest = 0;
  return metagraph => {
    if (metagraph.block < newest) return;
    newest = metagraph.block;
    look(metagraph);
  };
}
