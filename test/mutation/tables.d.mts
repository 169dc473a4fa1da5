export type Plan = Record<string, string[]>;

export interface Score {
  date: string;
  mutants: number;
  noticed: number;
  explained: number;
  open: number;
}
export type Scores = Record<string, Score>;

export interface Change {
  file: string;
  line: string;
  from: string;
  to: string;
}
export interface Accepted extends Change {
  why: string;
}

export function originalOf(
  file: string,
  source: string,
  mutant: {
    location: Record<'start' | 'end', { line: number; column: number }>;
    replacement: string;
  },
): Change;
export function keyOf(change: Pick<Change, 'line' | 'from' | 'to'>): string;
export function withTables(text: string, plan: Plan, scores: Scores, accepted: readonly Accepted[]): string;
