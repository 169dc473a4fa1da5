import { type Keypair, keypairFromMnemonic, suggestCorrections } from '../../../wallet/index.js';
import type { Ui } from '../../terminal/ui.js';

/**
 * The key of words that somebody has just typed. When they are none, who typed them is told, on stderr alone, which words
 * may have been meant. Error `bad_mnemonic`, which holds no word.
 */
export function keypairOfTypedWords(text: string, ui: Ui): Keypair {
  try {
    return keypairFromMnemonic(text);
  } catch (error) {
    for (const { position, words } of suggestCorrections(text)) {
      ui.note(`Word ${position}: did you mean ${listed(words)}?`);
    }
    throw error;
  }
}

function listed(words: readonly string[]): string {
  return words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
