import { expect, it } from 'vitest';
import { forgetLeavers } from '../../../src/neuron/validator/members.js';
import { ScoreBook } from '../../../src/neuron/validator/scoring.js';

const metagraph = (block: number, ...hotkeys: string[]) => ({
  block,
  neurons: hotkeys.map(hotkeyHex => ({ hotkeyHex })) as never,
});

it('who left the subnet is forgotten, but nobody because a node is behind', () => {
  const book = new ScoreBook();
  for (const hotkey of ['a', 'b']) book.answered(hotkey, 1);
  const forget = forgetLeavers(book);
  forget(metagraph(100, 'a', 'b'));
  forget(metagraph(3));
  forget(metagraph(90, 'a'));
  expect(['a', 'b'].map(hotkey => book.standing(hotkey).asked)).toEqual([1, 1]);
  forget(metagraph(101, 'a'));
  expect(['a', 'b'].map(hotkey => book.standing(hotkey).asked)).toEqual([1, 0]);
});
