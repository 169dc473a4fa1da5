import { pbkdf2Sync } from 'node:crypto';
import { mnemonicGenerate, mnemonicToEntropy, mnemonicValidate } from '@polkadot/util-crypto/mnemonic';
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
  const entropy = mnemonicToEntropy(words);
  // 1 ms; the library's own takes 9 ms, and 100 ms the first time in a process.
  const secret = pbkdf2Sync(entropy, `mnemonic${password.normalize('NFKD')}`, 2048, 32, 'sha512');
  try {
    return Uint8Array.from(secret);
  } finally {
    entropy.fill(0);
    secret.fill(0);
  }
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

/** Places (from 1) where one likely slip would explain the checksum. */
function likelySlips(words: readonly string[]): number[] {
  return correctionsOfSlips(words).map(({ position }) => position);
}

/** A place in a mnemonic, from 1, and the words that may have been meant there, likeliest first. */
export interface WordCorrection {
  readonly position: number;
  readonly words: readonly string[];
}

/**
 * What may have been meant by words that are no mnemonic: for each that is not in the list the nearest ones, and where the
 * checksum alone is wrong the single words, or exchanged neighbours, that would make it right. None for a right one, and
 * where nothing is near. Only for who typed the words: an answer is a part of the secret.
 */
export function suggestCorrections(mnemonic: string): WordCorrection[] {
  const words = normalizeMnemonic(mnemonic).split(' ');
  const places = words.flatMap((word, i) => (wordlist.includes(word) ? [] : [i]));
  if (places.length === 0)
    return WORD_COUNTS.includes(words.length) && !isMnemonic(words) ? correctionsOfSlips(words) : [];
  const fits = (i: number, word: string) => places.length === 1 && isMnemonic(words.with(i, word));
  return places
    .map(i => {
      const near = suggestWords(words[i]!);
      const fitting = near.filter(word => fits(i, word));
      return { position: i + 1, words: [...fitting, ...near.filter(word => !fitting.includes(word))] };
    })
    .filter(correction => correction.words.length > 0);
}

/** A similar word, or two neighbours exchanged. */
function correctionsOfSlips(words: readonly string[]): WordCorrection[] {
  const found = new Map<number, string[]>();
  const add = (i: number, word: string) => found.set(i, [...(found.get(i) ?? []), word]);
  words.forEach((word, i) => {
    const similar = wordlist.filter(other => other !== word && editDistance(word, other) === 1);
    for (const other of similar) if (isMnemonic(words.with(i, other))) add(i, other);
    const next = words[i + 1];
    if (next !== undefined && next !== word && isMnemonic(words.with(i, next).with(i + 1, word))) {
      add(i, next);
      add(i + 1, word);
    }
  });
  return [...found].sort(([a], [b]) => a - b).map(([i, meant]) => ({ position: i + 1, words: meant }));
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
