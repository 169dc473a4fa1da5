import type { Metagraph } from '../../chain/index.js';
import { withoutOlder } from '../membership/without-older.js';
import type { ScoreBook } from './scoring.js';

/**
 * Forgets with each metagraph who is not on the subnet any more. One that is older than another that was seen, as a node that is behind shows
 * it, makes nothing forgotten: what was learnt of newcomers took many questions.
 */
export function forgetLeavers(
  book: Pick<ScoreBook, 'keep'>,
): (metagraph: Pick<Metagraph, 'block' | 'neurons'>) => void {
  return withoutOlder(({ neurons }) => {
    const known = new Set(neurons.map(neuron => neuron.hotkeyHex));
    book.keep(hotkey => known.has(hotkey));
  });
}
