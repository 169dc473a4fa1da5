import type { MessagePort } from 'node:worker_threads';

/** A block that the source has to have: not every address keeps its chain. */
export interface Expected {
  number: number;
  hash: string;
}

/** What the engine's thread and the one that talks to a fork's source say to each other. */
export interface SourceRequest {
  id: number;
  method: string;
  params: readonly unknown[];
}

export type ToSource = SourceRequest | { expected: Expected };

export type SourceAnswer =
  | { id: number; result: unknown }
  /** `gone`: the source did not answer; otherwise it answered with an error. */
  | { id: number; gone: boolean; message: string };

export interface SourceWorkerData {
  url: string;
  /** Of one try; there are two. */
  deadlineMs: number;
  port: MessagePort;
  /** Counts the answers: who waits for one sleeps on it. */
  answered: SharedArrayBuffer;
  expected: Expected | undefined;
}
