import { decodeAddress } from '../../base/browser.js';
import { type Input, malformed } from '../../base/scale.js';
import { METAGRAPH_COLUMNS } from '../../base/storage-names.js';
import { type Columns, compileColumns, emptyColumn, type Wanted } from '../metadata/scale/columns.js';
import { isOpaque, type Layout } from '../metadata/scale/layout.js';
import { NEURONS_LITE } from '../metadata/scale/old-layouts.js';
import { compileValue } from '../metadata/scale/values.js';

/** What the metagraph needs of a neuron, by the names of upstream's `NeuronInfoLite`. */
const NEURON = {
  /** 32 bytes each. */
  hotkeys: { field: 'hotkey', as: 'key', needed: true },
  coldkeys: { field: 'coldkey', as: 'key', needed: true },
  uid: { field: 'uid', as: 'u16', needed: true },
  active: { field: 'active', as: 'u8' },
  axonBlock: { field: 'axon_info.block', as: 'number' },
  axonVersion: { field: 'axon_info.version', as: 'u32' },
  axonIp: { field: 'axon_info.ip', as: 'big' },
  axonPort: { field: 'axon_info.port', as: 'u16' },
  axonIpType: { field: 'axon_info.ip_type', as: 'u8' },
  axonProtocol: { field: 'axon_info.protocol', as: 'u8' },
  /** Of all stakers together, in rao. */
  stakeRao: { field: 'stake', as: 'u64', sum: true },
  rank: { field: 'rank', as: 'u16' },
  emissionRao: { field: 'emission', as: 'u64' },
  incentive: { field: 'incentive', as: 'u16' },
  consensus: { field: 'consensus', as: 'u16' },
  trust: { field: 'trust', as: 'u16' },
  validatorTrust: { field: 'validator_trust', as: 'u16' },
  dividends: { field: 'dividends', as: 'u16' },
  lastUpdate: { field: 'last_update', as: 'number' },
  validatorPermit: { field: 'validator_permit', as: 'u8' },
  pruningScore: { field: 'pruning_score', as: 'u16' },
} as const satisfies Readonly<Record<string, Wanted>>;

/** A subnet's neurons, one array per column; index i is the i-th neuron of the answer. */
export type NeuronColumns = Columns<typeof NEURON>;

export type ReadNeurons = (input: Input) => NeuronColumns;

/**
 * A decoder of what `get_neurons_lite` answers, made from the layout that the metadata gives; without one (metadata
 * 14 describes no runtime APIs) or for opaque bytes it reads the layout of spec 218, wrapped in bytes or not. Error
 * `unsupported` when the layout is no list of neurons.
 */
export function compileNeurons(layout: Layout | undefined): ReadNeurons {
  if (layout && !isOpaque(layout)) return compileColumns(layout, NEURON);
  const inner = compileColumns(NEURONS_LITE, NEURON);
  return input => {
    const start = input.at;
    const length = input.compact();
    // Bytes within bytes: their length is all that is left. A list never has as many neurons as bytes, but none.
    if (length !== input.left || length === 0) {
      if (layout && length > 0) throw malformed(`${length} bytes do not fit into the ${input.left} that are left`);
      input.at = start;
    }
    return inner(input);
  };
}

/** The most neurons that a subnet can have; what a chain says beyond is cut off by no one, but refused. */
const MOST_NEURONS = 65_536;

/**
 * A decoder of `get_metagraph`'s answer for chains that list no neurons any more: its columns are already columns.
 * Error `unsupported` when the layout is no optional metagraph.
 */
export function compileMetagraphColumns(layout: Layout): ReadNeurons {
  const of = layout.kind === 'option' ? layout.of : layout;
  const named = of.kind === 'record' ? of.fields.map(({ name }) => name) : [];
  for (const field of ['hotkeys', 'coldkeys']) {
    if (!named.includes(field)) throw malformed(`its metagraph has no field ${field}`);
  }
  const read = compileValue(layout);
  return input => {
    const graph = read(input) as Readonly<Record<string, unknown>> | undefined;
    return graph === undefined ? emptyNeurons(0) : fromMetagraph(graph);
  };
}

/** By field, the columns that are numbers. */
const NUMBERS = new Map<string, keyof typeof NEURON>(
  (Object.keys(NEURON) as (keyof typeof NEURON)[])
    .filter(name => NEURON[name].as !== 'key')
    .map(name => [NEURON[name].field, name]),
);

function fromMetagraph(graph: Readonly<Record<string, unknown>>): NeuronColumns {
  const hotkeys = listOf(graph.hotkeys);
  const n = hotkeys.length;
  if (n > MOST_NEURONS) throw malformed(`${n} neurons are too many`);
  const columns = emptyNeurons(n);
  for (const name of ['hotkeys', 'coldkeys'] as const) {
    const keys = listOf(graph[name]);
    for (let i = 0; i < Math.min(n, keys.length); i++) columns[name].set(keys[i] as Uint8Array, 32 * i);
  }
  for (let i = 0; i < n; i++) columns.uid[i] = i;
  for (const [theirs, field] of Object.entries(METAGRAPH_COLUMNS)) {
    const ours = NUMBERS.get(field);
    if (ours === undefined) continue;
    const values = listOf(graph[theirs]);
    const column = columns[ours] as { [i: number]: number | bigint };
    const isBig = columns[ours] instanceof BigUint64Array;
    for (let i = 0; i < Math.min(n, values.length); i++) column[i] = isBig ? big(values[i]) : Number(values[i]);
  }
  const axons = listOf(graph.axons);
  for (let i = 0; i < Math.min(n, axons.length); i++) setAxon(columns, i, record(axons[i]), 'ip_type');
  return columns;
}

function setAxon(columns: NeuronColumns, i: number, axon: Decoded, ipType: string): void {
  columns.axonBlock[i] = Number(axon.block ?? 0);
  columns.axonVersion[i] = Number(axon.version ?? 0);
  columns.axonIp[i] = big(axon.ip);
  columns.axonPort[i] = Number(axon.port ?? 0);
  columns.axonIpType[i] = Number(axon[ipType] ?? 0);
  columns.axonProtocol[i] = Number(axon.protocol ?? 0);
}

/** A neuron as general decoding gives it: camel-case names, integers as numbers or text. */
type Decoded = Readonly<Record<string, unknown>>;

/**
 * The same columns from @polkadot/types's answer (`toPrimitive`), for a chain that describes its neurons in a way that
 * no decoder is made for. Missing fields read as 0.
 */
export function neuronsFromDecoded(list: unknown): NeuronColumns {
  if (!Array.isArray(list)) throw malformed('it is no list of neurons');
  const columns = emptyNeurons(list.length);
  list.forEach((neuron: Decoded, i) => {
    setAxon(columns, i, record(neuron.axonInfo), 'ipType');
    columns.hotkeys.set(decodeAddress(String(neuron.hotkey)), 32 * i);
    columns.coldkeys.set(decodeAddress(String(neuron.coldkey)), 32 * i);
    columns.uid[i] = Number(neuron.uid ?? i);
    columns.active[i] = neuron.active ? 1 : 0;
    const stakes = Array.isArray(neuron.stake) ? neuron.stake : [];
    columns.stakeRao[i] = stakes.reduce((sum: bigint, entry: readonly unknown[]) => sum + big(entry[1]), 0n);
    columns.emissionRao[i] = big(neuron.emission);
    columns.lastUpdate[i] = Number(neuron.lastUpdate ?? 0);
    columns.validatorPermit[i] = neuron.validatorPermit ? 1 : 0;
    for (const name of SHARES) columns[name][i] = Number(neuron[name] ?? 0);
  });
  return columns;
}

const SHARES = [
  'rank',
  'incentive',
  'consensus',
  'trust',
  'validatorTrust',
  'dividends',
  'pruningScore',
] as const satisfies readonly (keyof typeof NEURON)[];

function emptyNeurons(n: number): NeuronColumns {
  const columns = Object.entries(NEURON).map(([name, { as }]) => [name, emptyColumn(as, n)]);
  return { ...Object.fromEntries(columns), n } as unknown as NeuronColumns;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value as unknown as Iterable<unknown>) : [];
}

function record(value: unknown): Decoded {
  return typeof value === 'object' && value !== null ? (value as Decoded) : {};
}

function big(value: unknown): bigint {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint' ? BigInt(value) : 0n;
}
