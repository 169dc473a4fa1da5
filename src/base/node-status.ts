import type { Token } from './amounts.js';

/** What a running node tells of itself: `GET /status` of its metrics port. The explorer's page shows it. */
export interface NodeStatus {
  readonly role: 'miner' | 'server' | 'validator';
  /** Which model: `mnist`, `bert`, ... */
  readonly neuron: string;
  /** Of its slot. */
  readonly name: string;
  /** ss58. */
  readonly hotkey: string;
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly network: {
    readonly name: string;
    readonly genesisHash?: string | undefined;
    readonly endpoint?: string | undefined;
    readonly netuid?: number | undefined;
    /** Newest finalized one. */
    readonly block?: number | undefined;
  };
  readonly uid?: number | undefined;
  /** As announced. */
  readonly axon?: { readonly ip: string; readonly port: number } | undefined;
  readonly step: number;
  readonly epoch: number;
  /** Of the newest step. */
  readonly losses?: Losses | undefined;
  /** The whole run in at most 500 points, newest last. */
  readonly history: readonly LossPoint[];
  /** At most 256, best first. */
  readonly peers: readonly PeerStatus[];
  /** The own neuron in the newest metagraph. */
  readonly chain?: ChainStatus | undefined;
  /** What was last sent to the chain. */
  readonly weights?: WeightStatus | undefined;
}

export interface Losses {
  readonly local: number;
  readonly network: number;
  readonly distillation: number;
}

export interface LossPoint extends Losses {
  readonly step: number;
  readonly timeMs: number;
}

export interface PeerStatus {
  /** ss58. */
  readonly hotkey: string;
  readonly uid?: number | undefined;
  readonly address?: string | undefined;
  /** The router's or the validator's, from 0 to 1. */
  readonly score: number;
  readonly lastCode?: string | undefined;
  readonly latencyMs?: number | undefined;
  /** It failed so often that it counts as gone. */
  readonly lost: boolean;
}

export interface ChainStatus {
  /** What stake and emission are counted in. */
  readonly token: Token;
  readonly stake: number;
  readonly rank: number;
  readonly trust: number;
  readonly consensus: number;
  readonly incentive: number;
  readonly dividends: number;
  /** Of the last epoch. */
  readonly emission: number;
  readonly lastUpdate: number;
  readonly validatorPermit: boolean;
}

export interface WeightStatus {
  readonly block: number;
  readonly state: 'set' | 'committed' | 'revealed' | 'failed';
  readonly uids: readonly number[];
  readonly values: readonly number[];
}
