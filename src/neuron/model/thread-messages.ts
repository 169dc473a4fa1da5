import type {
  CallerPolicy,
  DataChoice,
  Device,
  Modality,
  NamedArray,
  PlainTensor,
  Recipe,
  RecipeName,
  Skipped,
} from '../../model/index.js';

/** What crosses between the main thread and the two that compute: plain numbers only. */
export type { CallerGradients } from '../../model/index.js';

export interface PrepareTrainer {
  device: Device;
  model: RecipeName;
  /** What it learns from; undefined: from its callers alone. */
  data: DataChoice | undefined;
}

export interface Prepared {
  device: string;
  /** How to get a faster one. */
  hint: string | undefined;
  /** What it learns from, in one line; undefined without. */
  data: string | undefined;
  metric: Recipe['metric'];
}

export interface PrepareServer {
  device: Device;
  /** What is done with gradients that callers send back. */
  callers: { policy: CallerPolicy };
}

/** Which model the served copy is. */
export interface ServedModel {
  model: string;
  config: Record<string, unknown>;
}

export interface OpenRequest {
  seed: number;
  /** Undefined: what is known to work for the model. */
  learningRate: number | undefined;
  /** Where this neuron saves; loaded when it is there. */
  checkpoint: string;
  /** What it begins with when given, unless what is saved began with the same. */
  modelPath: string | undefined;
}

export interface Opened {
  /** The checkpoint that was loaded, or the folder or file that it begins with. */
  resumedFrom: string | undefined;
  /** Newer saves that could not be used. */
  skipped: readonly Skipped[];
  epoch: number;
  step: number;
  weightRow: Record<string, number>;
  served: ServedModel;
}

export interface SaveRequest {
  path: string;
  weightRow: Record<string, number>;
  /** How many saves stay. */
  keep: number;
}

export interface StudentRequest {
  /** The student gets a folder of its id in here. */
  folder: string;
  /** Of the neuron, `0x` and 64 digits. */
  hotkey: string;
}

export interface StepReport {
  /** Steps the model ever made, those of callers' gradients included. */
  step: number;
  epoch: number;
  /** Number of the batch in its epoch, from 0. */
  batch: number;
  /** Rows of this epoch before this batch. */
  seen: number;
  total: number;
  lastOfEpoch: boolean;
  /** What was minimised; the next three are parts of it. */
  loss: number;
  localLoss: number;
  targetLoss: number;
  distillationLoss: number;
  /** Mean score of each peer that was considered, by hotkey. */
  scores: Record<string, number>;
  /** The loss was not finite, so nothing was learnt. */
  skipped: boolean;
}

/** Parameters to serve, with their version. */
export interface Served {
  parameters: NamedArray[];
  version: number;
}

export interface RemoteForward {
  peer: string;
  input: PlainTensor;
  modality: Modality;
}

export interface RemoteBackward {
  peer: string;
  input: PlainTensor;
  modality: Modality;
  gradient: PlainTensor;
  version: number;
  wantInputGradient: boolean;
}
