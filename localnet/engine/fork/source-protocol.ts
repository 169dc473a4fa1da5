import type { MessagePort } from 'node:worker_threads';

/** What the engine's thread and the one that talks to a fork's source say to each other. */
export interface SourceRequest {
  id: number;
  method: string;
  params: readonly unknown[];
}

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
  /** A block that the source has to have, for a fork that has begun: not every address keeps its chain. */
  expected: { number: number; hash: string } | undefined;
}
