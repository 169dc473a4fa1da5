import type { Metagraph } from '../../chain/index.js';
import type { ScoreBook } from './scoring.js';

/** Rows of the table in the log; the best ones. */
const MOST_ROWS = 64;

/** What a validator thinks of everybody, one line each, the best first: uid, quality, reliability, score, weight. */
export function standingTable(book: ScoreBook, metagraph: Metagraph, weights: ReadonlyMap<number, number>): string[] {
  const rows = metagraph.neurons
    .map(({ uid, hotkeyHex }) => ({ uid, ...book.standing(hotkeyHex), weight: weights.get(uid) ?? 0 }))
    .filter(row => row.asked > 0)
    .sort((a, b) => b.score - a.score || a.uid - b.uid);
  const line = (cells: readonly string[]) =>
    `${cells[0]!.padStart(5)}${cells
      .slice(1)
      .map(cell => cell.padStart(13))
      .join('')}`;
  const shown = rows
    .slice(0, MOST_ROWS)
    .map(row =>
      line([
        String(row.uid),
        row.quality.toFixed(4),
        row.reliability.toFixed(3),
        row.score.toFixed(4),
        String(row.weight),
      ]),
    );
  const rest = rows.length > MOST_ROWS ? [`  and ${rows.length - MOST_ROWS} more`] : [];
  return rows.length === 0 ? [] : [line(['uid', 'quality', 'reliability', 'score', 'weight']), ...shown, ...rest];
}
