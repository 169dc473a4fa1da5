/** Moves the progress bar by one step, and lets it be seen. */
export type Tick = (what: string) => Promise<void>;

/** A question that is answered by training: the same run for several seeds, and what they say together. */
export interface Experiment<Run> {
  readonly name: string;
  readonly title: string;
  /** One seed. */
  run(seed: number, steps: number, tick: Tick): Promise<Run>;
  /** Seeds at most, where more would say nothing more. */
  readonly seeds?: number;
  /** Steps of the whole experiment in its full form. */
  readonly steps: number;
  /** How often one seed calls `tick`. */
  ticks(steps: number): number;
  /** What the runs came to, as Markdown. */
  report(runs: readonly Run[]): string;
  goals(runs: readonly Run[]): Goal[];
}

/** What the project wants, and what was measured. */
export interface Goal {
  readonly what: string;
  readonly wanted: string;
  readonly measured: string;
  readonly met: boolean;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The sample's standard deviation; 0 for one value. */
export function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

/** `94.7 ± 0.3`, of shares in percent. */
export function percent(shares: readonly number[], digits = 1): string {
  const values = shares.map(share => 100 * share);
  return spread(values, digits);
}

/** `3.1 ± 0.2` */
export function spread(values: readonly number[], digits = 2): string {
  return `${mean(values).toFixed(digits)} ± ${deviation(values).toFixed(digits)}`;
}

/** `94.7, 94.2, 95.0` */
export function each(values: readonly number[], digits = 1): string {
  return values.map(value => value.toFixed(digits)).join(', ');
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
