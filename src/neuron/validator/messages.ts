import type { ModelForms, PlainTensor, RecipeName } from '../../model/index.js';

/** What crosses between the main thread and the one that judges: plain numbers only. */
export interface PrepareJudge {
  model: RecipeName;
  /** Whose test rows are asked; undefined: what comes with the package. */
  dataset: string | undefined;
  /** Undefined: one that nobody can guess. */
  seed: number | undefined;
}

export interface Ready {
  data: string;
  /** Held-out rows. */
  rows: number;
  /** What a model takes and gives that can answer. */
  forms: ModelForms;
}

export interface Asked {
  inputs: PlainTensor;
}

export interface JudgeAnswers {
  id: number;
  answers: Float32Array[];
}

export interface Judged {
  /** In the order of the answers. */
  gains: number[];
}
