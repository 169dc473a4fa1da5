import {
  type ChainClient,
  type Metagraph as ChainMetagraph,
  loadMetagraph,
  type Network,
  type Neuron,
  resolveNetwork,
  saveMetagraph,
  type WeightsRow,
} from '../chain/browser.js';
import { withChain } from './chains.js';
import { checkedNetuid } from './checks.js';
import { type EndpointTensor, endpoint } from './endpoint.js';
import { libraryError } from './errors.js';
import { matrixOf, rowsFromJson, rowsToJson } from './matrix.js';

/** Which subnet of which network. */
export interface MetagraphOptions {
  /** `local`, `test`, `finney`, `ws://` addresses with commas between them. */
  readonly network?: string | undefined;
  /** An address, instead of a network's name. */
  readonly endpoint?: string | undefined;
  /** Default 1. */
  readonly netuid?: number | undefined;
}

/** As of when, and how much of it. */
export interface SyncOptions {
  /** An earlier block. Nodes keep the state of some hundred blocks; archive nodes keep all. */
  readonly block?: number | undefined;
  /** Leave weights and bonds out: `W` and `B` are not there then. */
  readonly lite?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Rows = ReadonlyMap<number, WeightsRow>;

/** What one `sync()` found; it never changes. */
interface State {
  readonly graph: ChainMetagraph;
  readonly weights: Rows | undefined;
  readonly bonds: Rows | undefined;
  endpoints?: readonly EndpointTensor[];
  W?: readonly Float32Array[];
  B?: readonly Float32Array[];
}

/**
 * One subnet at one block, as columns by uid. Between two `sync()` nothing changes; each of the columns is an array that
 * belongs to its block. Before the first one everything throws `not_synced`.
 */
export class Metagraph {
  private state: State | undefined;

  constructor(
    readonly network: Network,
    /** The number of the subnet. */
    readonly netuid: number,
  ) {}

  /**
   * Reads the subnet as it is in the newest final block, or in an earlier one. Resolves with this.
   * Errors: `chain_unreachable`, `bad_argument` for a block that is not there, `rpc` for one whose state is gone.
   */
  async sync({ block, lite = false, signal }: SyncOptions = {}): Promise<this> {
    this.state = await withChain(this.network, client => readState(client, this.netuid, block, lite, signal), signal);
    return this;
  }

  /** What `toText()` wrote. Error `bad_metagraph_file`. */
  fromText(text: string): this {
    const graph = loadMetagraph(text);
    const { weights, bonds } = JSON.parse(text) as Record<string, unknown>;
    this.state = { graph, weights: rowsFromJson(weights, graph.n), bonds: rowsFromJson(bonds, graph.n) };
    return this;
  }

  /** All of it as JSON. */
  toText(): string {
    const { graph, weights, bonds } = this.now;
    const more = { ...(weights && { weights: rowsToJson(weights) }), ...(bonds && { bonds: rowsToJson(bonds) }) };
    return JSON.stringify({ ...(JSON.parse(saveMetagraph(graph)) as object), ...more });
  }

  /** How many neurons there are. */
  get n(): number {
    return this.now.graph.n;
  }

  /** Number of the block. */
  get block(): number {
    return this.now.graph.block;
  }

  get blockHash(): string {
    return this.now.graph.blockHash;
  }

  /** Blocks between two epochs. */
  get tempo(): number {
    return this.now.graph.tempo;
  }

  /** All that is known of each neuron, by uid. */
  get neurons(): readonly Neuron[] {
    return this.now.graph.neurons;
  }

  get uids(): number[] {
    return this.column(neuron => neuron.uid);
  }

  /** ss58. */
  get hotkeys(): string[] {
    return this.column(neuron => neuron.hotkey);
  }

  /** ss58. */
  get coldkeys(): string[] {
    return this.column(neuron => neuron.coldkey);
  }

  get active(): boolean[] {
    return this.column(neuron => neuron.active);
  }

  /** Block of each neuron's last weights. */
  get lastUpdate(): number[] {
    return this.column(neuron => neuron.lastUpdate);
  }

  get validatorPermit(): boolean[] {
    return this.column(neuron => neuron.validatorPermit);
  }

  /** Stake, in TAO or the subnet's alpha. */
  get S(): readonly number[] {
    return this.now.graph.S;
  }

  /** Rank, from 0 to 1. */
  get R(): readonly number[] {
    return this.now.graph.R;
  }

  /** Trust, from 0 to 1. */
  get T(): readonly number[] {
    return this.now.graph.T;
  }

  /** Consensus, from 0 to 1. */
  get C(): readonly number[] {
    return this.now.graph.C;
  }

  /** Incentive, from 0 to 1. */
  get I(): readonly number[] {
    return this.now.graph.I;
  }

  /** Dividends, from 0 to 1. */
  get D(): readonly number[] {
    return this.now.graph.D;
  }

  /** Emission of the last epoch, in TAO or the subnet's alpha. */
  get E(): readonly number[] {
    return this.now.graph.E;
  }

  /** Weights: `W[i][j]` is the share of its weights that i gives j, so that a row adds up to 1 or is empty (0). */
  get W(): readonly Float32Array[] {
    const { now } = this;
    now.W ??= matrixOf(this.rows('weights'), now.graph.n, 'shares');
    return now.W;
  }

  /** Bonds: `B[i][j]` is what i holds of j, from 0 to 1. */
  get B(): readonly Float32Array[] {
    const { now } = this;
    now.B ??= matrixOf(this.rows('bonds'), now.graph.n, 'fractions');
    return now.B;
  }

  /** Where the neurons serve, each as a tensor of 250 numbers: see `endpoint.fromTensor`. */
  get endpoints(): readonly EndpointTensor[] {
    const { now } = this;
    now.endpoints ??= Object.freeze(now.graph.neurons.map(neuron => endpoint.toTensor(endpoint.fromNeuron(neuron))));
    return now.endpoints;
  }

  /** The row of a hotkey, ss58 or `0x...`. */
  byHotkey(hotkey: string): Neuron | undefined {
    return this.now.graph.byHotkey(hotkey);
  }

  private get now(): State {
    if (this.state) return this.state;
    throw libraryError('not_synced', 'this metagraph is empty: await its sync() or load() first');
  }

  private column<T>(value: (neuron: Neuron) => T): T[] {
    return this.now.graph.neurons.map(value);
  }

  private rows(which: 'weights' | 'bonds'): Rows {
    const rows = this.now[which];
    if (rows) return rows;
    throw libraryError('not_synced', `${which} were left out: sync() without lite reads them`);
  }
}

/** A metagraph of a network; nothing is read yet. Errors `bad_network`, `bad_argument`. */
export function metagraph({ network, endpoint: at, netuid = 1 }: MetagraphOptions = {}): Metagraph {
  return new Metagraph(resolveNetwork(at ?? network ?? 'local'), checkedNetuid(netuid));
}

async function readState(
  client: ChainClient,
  netuid: number,
  block: number | undefined,
  lite: boolean,
  signal: AbortSignal | undefined,
): Promise<State> {
  const until = signal ? { signal } : {};
  const graph = await client.metagraph(netuid, { block, ...until });
  if (lite) return { graph, weights: undefined, bonds: undefined };
  const at = { at: graph.blockHash, ...until };
  const [weights, bonds] = await Promise.all([client.weights(netuid, at), client.bonds(netuid, at)]);
  return { graph, weights, bonds };
}
