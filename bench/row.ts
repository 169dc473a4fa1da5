/** One measured figure. */
export interface Row {
  name: string;
  value: number;
  unit: string;
  /** What the project wants, in words. */
  goal?: string;
  note?: string;
  /** This figure divided by its pair, measured in the same run. */
  ratio?: number;
}

/** A set of benchmarks that run together. */
export interface Suite {
  name: string;
  run(): Promise<Row[]>;
}
