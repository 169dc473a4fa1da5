import type { LogLevel } from '../../src/base/silent-log.js';
import type { Faults } from './rpc/server/faults.js';

/** What the main thread (sockets) and the worker thread (chain) say to each other. */
export type ToWorker =
  /** The port is bound and the folder locked: open the chain. */
  | { kind: 'open' }
  | { kind: 'request'; token: number; connection: number | undefined; method: string; params: unknown }
  | { kind: 'closed'; connection: number }
  | { kind: 'stop' };

export type FromWorker =
  | { kind: 'ready'; genesis: string }
  /** What a chain waits for that is not open yet. */
  | { kind: 'waiting'; reason: string }
  /** `body` is `"result":...` or `"error":...`. */
  | { kind: 'answer'; token: number; body: string }
  | { kind: 'notify'; connection: number; text: string }
  /** End all connections that there are, when they have what was sent before. */
  | { kind: 'cut'; code: number; reason: string }
  | { kind: 'debug'; on: boolean }
  | { kind: 'faults'; faults: Faults; cut: boolean }
  | { kind: 'log'; level: Exclude<LogLevel, 'silent'>; message: string }
  | { kind: 'failed'; code: string; message: string }
  | { kind: 'stopped' };

export interface WorkerData {
  settings: Settings;
}

export interface Settings {
  host: string;
  port: number;
  dataFolder: string;
  blockTime: number | 'instant' | 'manual';
  /** Blocks whose old state is kept; undefined keeps all. */
  keepBlocks: number | undefined;
  /** A block is final that many blocks later. */
  finalityLag: number;
  /** How long the pool refuses what was invalid or dropped; 0 is until the next block. */
  banSeconds: number;
  /** The leader whose blocks are taken, instead of making any. */
  followUrl: string | undefined;
  /** No clock and no chance: the same transactions give the same blocks. */
  deterministic: boolean;
  /** The chain to begin from, at a block (hash or number; without it the newest final one). */
  fork: { url: string; block: string | undefined; deadlineMs: number; ahead: number } | undefined;
  /** Where Prometheus reads figures; undefined: nowhere. */
  metricsPort: number | undefined;
  /** A folder of files to serve, and under which path: `/explorer/`. */
  site: { path: string; folder: string } | undefined;
  lingerSeconds: number | undefined;
  /** How long one runtime call may take. */
  callLimitMs: number;
  /** End when stdin does. */
  readonly attached: boolean;
  /** A raw chain specification; otherwise the runtime's own genesis. */
  specPath: string | undefined;
  runtimePath: string;
  preset: string;
  /** JSON merged over the preset: first what follows from other settings, then what was asked for. */
  genesisDefaults: string;
  genesisPatch: string;
  chainName: string;
  properties: Record<string, unknown>;
}
