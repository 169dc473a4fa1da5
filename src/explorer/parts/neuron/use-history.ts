import { useRef } from 'preact/hooks';
import { type Loaded, useLive, useLoaded } from '../../app/live.js';
import type { NeuronAt } from '../../data/types.js';
import { historyBlocks } from './history.js';

/** The neuron at some blocks up to the newest. What was read of an old block is kept: it never changes. */
export function useHistory(netuid: number, uid: number, every: number): Loaded<readonly NeuronAt[]> {
  const { chain, head } = useLive();
  const scope = `history ${netuid} ${uid} ${every}`;
  const known = useRef({ scope, blocks: new Map<number, NeuronAt>() });
  if (known.current.scope !== scope) known.current = { scope, blocks: new Map() };
  const blocks = historyBlocks(head?.number ?? 0, every);
  return useLoaded(
    scope,
    blocks.join(),
    async signal => {
      const { blocks: before } = known.current;
      const missing = blocks.filter(block => !before.has(block));
      const read = await chain.neuronHistory(netuid, uid, missing, { signal });
      const found = [...before.values(), ...read].filter(({ block }) => blocks.includes(block));
      if (known.current.scope === scope) known.current.blocks = new Map(found.map(item => [item.block, item]));
      return found;
    },
    head === undefined,
  );
}
