import { mnemonicGenerate, mnemonicToMiniSecret, mnemonicValidate } from '@polkadot/util-crypto/mnemonic';
import wordlist from '@polkadot/util-crypto/mnemonic/wordlists/en';
import { walletError } from '../errors.js';

/** How many words a mnemonic may have: 128 to 256 bits of entropy in steps of 32. */
export type WordCount = 12 | 15 | 18 | 21 | 24;
const WORD_COUNTS: readonly number[] = [12, 15, 18, 21, 24];

/** New words from the system's randomness; 12 by default, as the official wallet has it. */
export function generateMnemonic(words: WordCount = 12): string {
  if (!WORD_COUNTS.includes(words)) throw walletError('bad_mnemonic', `a mnemonic has ${countsText()}, not ${words}`);
  return mnemonicGenerate(words);
}

/** Lower case, single spaces, NFKD: what a person types may differ in that. */
export function normalizeMnemonic(text: string): string {
  return text.normalize('NFKD').trim().toLowerCase().split(/\s+/).join(' ');
}

/**
 * The 32-byte mini-secret (seed) of a mnemonic. Substrate derives it from the *entropy*, not from the words:
 * PBKDF2-HMAC-SHA512(entropy, "mnemonic" + password, 2048 rounds), first 32 bytes. Source: substrate-bip39.
 * Error `bad_mnemonic` says which word is wrong by its place; it never repeats a word.
 */
export function miniSecretFromMnemonic(mnemonic: string, password = ''): Uint8Array {
  const words = normalizeMnemonic(mnemonic);
  checkWords(words.split(' '));
  return mnemonicToMiniSecret(words, password.normalize('NFKD'));
}

function checkWords(words: readonly string[]): void {
  if (!WORD_COUNTS.includes(words.length)) {
    const found = words[0] === '' ? 0 : words.length;
    throw walletError('bad_mnemonic', `a mnemonic has ${countsText()}, not ${found}`, { words: found });
  }
  const unknown = words.flatMap((word, i) => (wordlist.includes(word) ? [] : [i + 1]));
  if (unknown.length > 0) {
    const which = unknown.length === 1 ? `word ${unknown[0]} is` : `words ${unknown.join(', ')} are`;
    throw walletError('bad_mnemonic', `${which} not in the BIP-39 word list`, { positions: unknown });
  }
  if (isMnemonic(words)) return;
  const positions = likelySlips(words);
  const hint = positions.length > 0 ? `; look first at word ${positions.join(', ')}` : '';
  const what = 'the checksum of the words is wrong: a word is another one of the list, or two changed places';
  throw walletError('bad_mnemonic', what + hint, { positions });
}

function isMnemonic(words: readonly string[]): boolean {
  return mnemonicValidate(words.join(' '));
}

/** Places (from 1) where one likely slip - a similar word, or two neighbours exchanged - would explain the checksum. */
function likelySlips(words: readonly string[]): number[] {
  const places = new Set<number>();
  words.forEach((word, i) => {
    const similar = wordlist.filter(other => other !== word && editDistance(word, other) === 1);
    if (similar.some(other => isMnemonic(words.with(i, other)))) places.add(i + 1);
    const next = words[i + 1];
    if (next !== undefined && next !== word && isMnemonic(words.with(i, next).with(i + 1, word))) {
      places.add(i + 1).add(i + 2);
    }
  });
  return [...places].sort((a, b) => a - b);
}

/** Words of the list that a mistyped one may stand for, nearest first, for a prompt that already shows what was typed. */
export function suggestWords(typed: string, most = 5): string[] {
  const word = typed.trim().toLowerCase();
  return wordlist
    .map(candidate => ({ candidate, distance: editDistance(word, candidate) }))
    .filter(({ distance }) => distance <= 2)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** Insertions, deletions, replacements and exchanges of neighbours that lead from one word to the other. */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, before[j - 2]! + 1);
    }
    before = above;
    above = row;
  }
  return above[b.length]!;
}

function countsText(): string {
  return `${WORD_COUNTS.slice(0, -1).join(', ')} or ${WORD_COUNTS.at(-1)} words`;
}
