// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const COLOUR = /\u001b\[[\d;]*m/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same, kept by split()
const COLOURS = /(\u001b\[[\d;]*m)/;
/** Control characters, and those that turn the direction of a line around. */
const UNPRINTABLE = /[\p{Cc}\u2028-\u202e\u2066-\u2069\u200e\u200f\ufeff]/gu;
/** East Asian wide characters and emoji take two columns. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;
const MARKS = /^[\p{M}\p{Cf}]+$/u;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Text that cannot drive the terminal: names on a chain are anybody's. Colours stay, and `keep` names other exceptions. */
export function printable(text: string, keep = ''): string {
  let out = '';
  let at = 0;
  const clean = (part: string) => part.replace(UNPRINTABLE, character => (keep.includes(character) ? character : ''));
  for (const match of text.matchAll(COLOUR)) {
    out += clean(text.slice(at, match.index)) + match[0];
    at = match.index + match[0].length;
  }
  return out + clean(text.slice(at));
}

/** Columns that a text takes on a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text.replace(COLOUR, ''))) width += widthOfGrapheme(segment);
  return width;
}

function widthOfGrapheme(segment: string): number {
  if (MARKS.test(segment)) return 0;
  return WIDE.test(segment) || EMOJI.test(segment) ? 2 : 1;
}

/** The text in at most so many columns, with an ellipsis where something is missing. */
export function shorten(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let out = '';
  let width = 1;
  for (const part of text.split(COLOURS)) {
    if (part.startsWith('\u001b[')) {
      out += part;
      continue;
    }
    for (const { segment } of graphemes.segment(part)) {
      width += widthOfGrapheme(segment);
      if (width > columns) return `${out}…${out.includes('\u001b[') ? '\u001b[0m' : ''}`;
      out += segment;
    }
  }
  return out;
}

/** Words in lines of at most so many columns; a longer word has a line to itself. */
export function wrap(words: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || widthOf(last) + 1 + widthOf(word) > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
