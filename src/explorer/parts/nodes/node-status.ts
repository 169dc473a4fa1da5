/** What a running node of this user tells of itself (`NodeStatus` of src/neuron, as its /status sends it). */
export interface NodeStatus {
  readonly role: 'miner' | 'server' | 'validator';
  readonly neuron: string;
  /** Of its slot. */
  readonly name: string;
  /** ss58. */
  readonly hotkey: string;
  readonly version: string;
  readonly startedAtMs: number;
  readonly network: {
    readonly name: string;
    readonly endpoint?: string | undefined;
    readonly netuid?: number | undefined;
    readonly block?: number | undefined;
  };
  readonly uid?: number | undefined;
  readonly axon?: { readonly ip: string; readonly port: number } | undefined;
  readonly step: number;
  readonly epoch: number;
  readonly losses?: Losses | undefined;
  /** Newest last. */
  readonly history: readonly (Losses & { readonly step: number; readonly timeMs: number })[];
  /** Best first. */
  readonly peers: readonly PeerStatus[];
  readonly chain?: ChainColumns | undefined;
  readonly weights?: SetWeights | undefined;
}

export interface Losses {
  readonly local: number;
  readonly network: number;
  readonly distillation: number;
}

export interface PeerStatus {
  readonly hotkey: string;
  readonly uid?: number | undefined;
  readonly address?: string | undefined;
  /** The router's or the validator's, 0 to 1. */
  readonly score: number;
  readonly lastCode?: string | undefined;
  readonly latencyMs?: number | undefined;
  readonly lost: boolean;
}

export interface ChainColumns {
  readonly stakeTao: number;
  readonly rank: number;
  readonly trust: number;
  readonly consensus: number;
  readonly incentive: number;
  readonly dividends: number;
  readonly emissionTao: number;
  readonly lastUpdate: number;
  readonly validatorPermit: boolean;
}

export interface SetWeights {
  readonly block: number;
  readonly state: 'set' | 'committed' | 'revealed' | 'failed';
  readonly uids: readonly number[];
  readonly values: readonly number[];
}
