import type { Token } from '../../base/browser.js';

/** What the views show. All text that comes from a chain is the text of strangers: it is shown, never run. */

/** The newest block, and the newest that is final. */
export interface Head {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  readonly finalized: number;
}

export interface Axon {
  readonly ip: string;
  readonly port: number;
}

/** One neuron at one block. */
export interface NeuronRow {
  readonly uid: number;
  /** ss58. */
  readonly hotkey: string;
  readonly coldkey: string;
  /** What stake and emission are counted in: a subnet with a price of its own has its own token. */
  readonly token: Token;
  readonly stake: number;
  /** These six are shares from 0 to 1. */
  readonly rank: number;
  readonly trust: number;
  readonly validatorTrust: number;
  readonly consensus: number;
  readonly incentive: number;
  readonly dividends: number;
  /** Of the last epoch. */
  readonly emission: number;
  /** Blocks since its last weights, or its registration. */
  readonly updated: number;
  readonly active: boolean;
  readonly validatorPermit: boolean;
  /** Undefined where it announced none. */
  readonly axon: Axon | undefined;
  /** Block of its registration; undefined where the chain does not tell. */
  readonly registeredAt: number | undefined;
  /** It cannot be replaced yet. */
  readonly immune: boolean;
}

/** A subnet's neurons at one block, by uid. */
export interface MetagraphData {
  readonly block: number;
  readonly netuid: number;
  readonly rows: readonly NeuronRow[];
}

/** Who weighs whom: a row per uid that set weights, each weight 0 to 65535, in the order of their uids. */
export interface WeightMatrix {
  readonly block: number;
  readonly netuid: number;
  /** Neurons of the subnet. */
  readonly n: number;
  readonly rows: readonly WeightRow[];
}

export interface WeightRow {
  readonly uid: number;
  readonly weights: readonly (readonly [uid: number, weight: number])[];
}

/** A neuron at an earlier block; undefined where the chain keeps no state of that block, or had no such neuron. */
export interface NeuronAt {
  readonly block: number;
  readonly row: NeuronRow | undefined;
}

/** What the neuron views read. `block` is a block's number; without it, the newest. A signal ends what waits. */
export interface NeuronSource {
  metagraph(netuid: number, options?: ReadAt): Promise<MetagraphData>;
  weights(netuid: number, options?: ReadAt): Promise<WeightMatrix>;
  neuronHistory(netuid: number, uid: number, blocks: readonly number[], options?: ReadAt): Promise<NeuronAt[]>;
}

export interface ReadAt {
  readonly block?: number;
  readonly signal?: AbortSignal;
}
