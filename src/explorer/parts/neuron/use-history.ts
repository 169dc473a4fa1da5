import { useEffect, useRef } from 'preact/hooks';
import { type Loaded, useLive, useLoaded } from '../../app/live.js';
import type { NeuronAt } from '../../data/types.js';
import { historyBlocks } from './history.js';

/**
 * The neuron at some blocks up to the newest. What was read of a final block is kept, as long as the connection lasts: a local
 * chain that goes back behind final blocks ends it.
 */
export function useHistory(netuid: number, uid: number, every: number): Loaded<readonly NeuronAt[]> {
  const { chain, head, state } = useLive();
  const scope = `history ${netuid} ${uid} ${every}`;
  const known = useRef({ scope, blocks: new Map<number, NeuronAt>() });
  if (known.current.scope !== scope) known.current = { scope, blocks: new Map() };
  useEffect(() => {
    if (state !== 'open') known.current.blocks.clear();
  }, [state]);
  const finalized = head?.finalized ?? 0;
  const blocks = historyBlocks(head?.number ?? 0, every);
  return useLoaded(
    scope,
    blocks.join(),
    async signal => {
      const { blocks: before } = known.current;
      const missing = blocks.filter(block => !before.has(block));
      const read = await chain.neuronHistory(netuid, uid, missing, { signal });
      const found = [...before.values(), ...read].filter(({ block }) => blocks.includes(block));
      const lasting = found.filter(({ block }) => block <= finalized);
      if (known.current.scope === scope) known.current.blocks = new Map(lasting.map(item => [item.block, item]));
      return found;
    },
    head === undefined,
  );
}
