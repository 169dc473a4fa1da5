import type { NamedArray, PlainTensor } from '../model/index.js';

/** What crosses between the main thread and the two that compute: plain numbers only. */
export type { CallerGradients } from '../model/index.js';

export interface Prepared {
  device: string;
  /** How to get a faster one. */
  hint: string | undefined;
}

export interface OpenRequest {
  seed: number;
  learningRate: number;
  /** Where this neuron saves; loaded when it is there. */
  checkpoint: string;
  /** Loaded instead when given. */
  modelPath: string | undefined;
}

export interface Opened {
  resumedFrom: string | undefined;
  epoch: number;
  step: number;
  weightRow: Record<string, number>;
}

export interface StepReport {
  epoch: number;
  /** Number of the batch in its epoch, from 0. */
  batch: number;
  /** Digits of this epoch before this batch. */
  seen: number;
  total: number;
  lastOfEpoch: boolean;
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
}

export interface RemoteBackward {
  peer: string;
  input: PlainTensor;
  gradient: PlainTensor;
  version: number;
  wantInputGradient: boolean;
}
