import { answerTooLarge } from '../rpc-error.js';

/** Characters of one answer; those of dev methods may be as large as they are. */
export const ANSWER_AT_MOST = 32 * 2 ** 20;

/** Counts while an answer is made, so that one that is too large is not made to its end. */
export class AnswerSize {
  private size = 0;

  add(characters: number): void {
    this.size += characters;
    if (this.size > ANSWER_AT_MOST) throw answerTooLarge(ANSWER_AT_MOST);
  }

  /** The text, counted. */
  counted<T extends string | null>(text: T): T {
    this.add(text?.length ?? 0);
    return text;
  }
}
