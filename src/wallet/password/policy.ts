import { walletError } from '../errors.js';

/** As the official wallet: six characters, and a score of twenty. The score here counts bits to guess. */
const LEAST_CHARACTERS = 6;
const LEAST_BITS = 20;

/**
 * Refuses a password that should not guard a key: error `weak_password`, which says why and nothing of the password.
 * For new passwords; an old file may be opened with whatever it was written with.
 */
export function checkPassword(password: Uint8Array): void {
  const text = textOf(password);
  if (text === undefined || /\p{Cc}/u.test(text)) throw weak('holds what nobody can type');
  const characters = [...text.normalize('NFC')];
  if (characters.length === 0) throw weak('is empty');
  if (characters.length < LEAST_CHARACTERS) throw weak(`has fewer than ${LEAST_CHARACTERS} characters`);
  if (isCommon(text)) throw weak('is one of the commonest');
  if (passwordBits(characters) < LEAST_BITS)
    throw weak('is guessed soon: it repeats itself or goes along the keyboard');
}

function weak(why: string) {
  return walletError('weak_password', `this password ${why}; take another one, longer and with no pattern`, { why });
}

function textOf(password: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(password);
  } catch {
    return undefined;
  }
}

/** The alphabet's bits for each character that the ones before it do not give away. */
function passwordBits(characters: readonly string[]): number {
  const kinds: readonly (readonly [RegExp, number])[] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/[0-9]/, 10],
    [/[\x20-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]/, 33],
    [/[^\x20-\x7e]/, 100],
  ];
  const alphabet = kinds.reduce((sum, [kind, size]) => sum + (characters.some(c => kind.test(c)) ? size : 0), 0);
  const surprising = characters.filter((_, i) => !isExpected(characters, i)).length;
  return surprising * Math.log2(alphabet);
}

/** True when a character repeats the one before it, goes a step on, or repeats what stood a few places before. */
function isExpected(characters: readonly string[], i: number): boolean {
  if (i === 0) return false;
  const [before, here] = [characters[i - 1]!.toLowerCase(), characters[i]!.toLowerCase()];
  if (Math.abs(here.codePointAt(0)! - before.codePointAt(0)!) <= 1) return true;
  if (KEYBOARD.some(row => row.includes(before + here) || row.includes(here + before))) return true;
  for (let period = 2; period <= Math.min(8, i); period++) {
    const start = i - period;
    if (characters[start] === characters[i] && (start === 0 || characters[start - 1] === characters[i - 1]))
      return true;
  }
  return false;
}

const KEYBOARD = [
  '`1234567890-=',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qazwsxedcrfvtgbyhnujmikolp',
  'yxcvbnm',
  'azerty',
];

/** Digits and signs that stand for letters. */
const LEET: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'l',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

function isCommon(text: string): boolean {
  const lower = text.toLowerCase();
  const bare = lower.replace(/[^\p{L}]+$/u, '');
  const spelled = [...bare].map(character => LEET[character] ?? character).join('');
  return [lower, bare, spelled, lower.replace(/^[^\p{L}]+/u, '')].some(word => COMMON.has(word));
}

/** The heads of the published lists of leaked passwords, and what this program's users may think of first. */
const COMMON = new Set(
  (
    '000000 111111 112233 121212 123123 123321 1234567 12345678 123456789 1234567890 654321 666666 696969 7777777 987654321 ' +
    'abc123 access admin administrator amanda andrea andrew angel anthony apple ashley asshole bailey banana baseball basketball ' +
    'batman bitcoin biteme bittensor blockchain buster butterfly changeme charlie cheese chelsea chocolate coldkey computer cookie ' +
    'crypto daniel default diamond donald dragon ethereum fender flower football freedom fuckyou fuckme george ginger guitar ' +
    'hammer hannah harley heather hello hockey hotkey hunter iloveyou internet jackson jasmine jennifer jessica jordan joshua ' +
    'justin killer letmein liverpool login london lovely loveme maggie manager martin master matrix matthew maverick melissa ' +
    'michael michelle miner monkey mother mustang nicole ninja nothing orange pass passphrase passport passw0rd password pepper ' +
    'phoenix please pokemon princess purple qazwsx qwerty qwertyuiop qwert rainbow ranger robert samsung samantha secret service ' +
    'shadow silver soccer starwars steelers strawberry subtensor summer sunshine superman taylor tensor test tester testing ' +
    'thomas thunder tigger trustno trustnol validator wallet welcome whatever william winner winter wizard yankees zaqwsx'
  ).split(' '),
);
