import { BittensorError, formatIp, tokenOf } from '../../base/browser.js';
import { METAGRAPH_API, METAGRAPH_COLUMNS, NEURONS_API } from '../../base/storage-names.js';
import type { ChainData, Place } from './chain-data.js';
import { addressOf, bigOf, listOf, numberOf, recordOf, taoOf } from './decoded.js';
import type { Runtime } from './runtime.js';
import type { Decoded } from './scale/values.js';
import { readStoredNeurons } from './stored-neurons.js';
import type { Axon, MetagraphData, NeuronAt, NeuronRow, WeightMatrix } from './types.js';

const ONE = 'NeuronInfoRuntimeApi.get_neuron_lite';
const U16_MAX = 65_535;
/** How many old blocks are asked for at a time. */
const AT_ONCE = 8;

/** Blocks of registration change only where a hotkey does. By runtime, which is read anew when another chain answers. */
const registered = new WeakMap<Runtime, Map<number, { keys: string; blocks: ReadonlyMap<number, number> }>>();

export async function readMetagraph(chain: ChainData, netuid: number, place: Place): Promise<MetagraphData> {
  const [neurons, [immunity, mechanism]] = await Promise.all([
    readNeurons(chain, netuid, place),
    chain.read(place, [
      ['SubtensorModule.ImmunityPeriod', netuid],
      ['SubtensorModule.SubnetMechanism', netuid],
    ]),
  ]);
  const keys = neurons.map(neuron => String(recordOf(neuron)['hotkey'])).join(' ');
  const blocks = await readRegistrations(chain, netuid, place, keys);
  const context = { block: place.number, immunity: numberOf(immunity), token: tokenOf(netuid, numberOf(mechanism)) };
  const rows = neurons.map(neuron => {
    const uid = numberOf(recordOf(neuron)['uid']) ?? 0;
    return rowOf(neuron, { ...context, registeredAt: blocks.get(uid) });
  });
  return { block: place.number, netuid, rows: rows.sort((a, b) => a.uid - b.uid) };
}

async function readNeurons(chain: ChainData, netuid: number, place: Place): Promise<readonly Decoded[]> {
  const has = (api: string) => place.runtime.apiMethod(api) !== undefined;
  if (has(NEURONS_API)) return listOf(await chain.ask(place, NEURONS_API, [netuid]));
  if (has(METAGRAPH_API)) return fromMetagraph(await chain.ask(place, METAGRAPH_API, [netuid]));
  return readStoredNeurons(chain, netuid, place);
}

async function readRegistrations(chain: ChainData, netuid: number, place: Place, keys: string) {
  const own = registered.get(place.runtime) ?? new Map();
  registered.set(place.runtime, own);
  const known = own.get(netuid);
  if (known?.keys === keys) return known.blocks;
  const entries = await chain.entries(place, 'SubtensorModule.BlockAtRegistration', [netuid]);
  const blocks = new Map(entries.map(([[, uid], block]) => [numberOf(uid) ?? -1, numberOf(block) ?? 0]));
  own.set(netuid, { keys, blocks });
  return blocks;
}

interface Context {
  readonly block: number;
  readonly token: NeuronRow['token'];
  readonly immunity: number | undefined;
  readonly registeredAt: number | undefined;
}

function rowOf(neuron: Decoded, { block, token, immunity, registeredAt }: Context): NeuronRow {
  const record = recordOf(neuron);
  const share = (name: string) => (numberOf(record[name]) ?? 0) / U16_MAX;
  const stakes = listOf(record['stake']).map(entry => bigOf(listOf(entry)[1]) ?? 0n);
  return {
    uid: numberOf(record['uid']) ?? 0,
    hotkey: addressOf(record['hotkey']) ?? '',
    coldkey: addressOf(record['coldkey']) ?? '',
    token,
    stake: taoOf(stakes.reduce((sum, rao) => sum + rao, 0n)),
    rank: share('rank'),
    trust: share('trust'),
    validatorTrust: share('validator_trust'),
    consensus: share('consensus'),
    incentive: share('incentive'),
    dividends: share('dividends'),
    emission: taoOf(record['emission']),
    updated: Math.max(0, block - (numberOf(record['last_update']) ?? 0)),
    active: record['active'] === true,
    validatorPermit: record['validator_permit'] === true,
    axon: axonOf(record['axon_info']),
    registeredAt,
    immune: registeredAt !== undefined && immunity !== undefined && block < registeredAt + immunity,
  };
}

/** An axon that was never announced reads as zeros. */
function axonOf(value: Decoded): Axon | undefined {
  const record = recordOf(value);
  const port = numberOf(record['port']) ?? 0;
  const ip = bigOf(record['ip']) ?? 0n;
  const type = numberOf(record['ip_type']) === 6 ? 6 : 4;
  if (port === 0 || ip === 0n || (type === 4 && ip > 0xffffffffn)) return undefined;
  return { ip: formatIp({ value: ip, type }), port };
}

/** Chains that list no neurons any more give columns. */
function fromMetagraph(answer: Decoded): Decoded[] {
  const graph = recordOf(answer);
  return listOf(graph['hotkeys']).map((hotkey, uid) => {
    const neuron: Record<string, Decoded> = { uid };
    for (const [theirs, ours] of Object.entries(METAGRAPH_COLUMNS)) neuron[ours] = listOf(graph[theirs])[uid];
    return { ...neuron, stake: [[hotkey, neuron['stake']]] };
  });
}

export async function readWeights(chain: ChainData, netuid: number, place: Place): Promise<WeightMatrix> {
  const [[n], entries] = await Promise.all([
    chain.read(place, [['SubtensorModule.SubnetworkN', netuid]]),
    chain.entries(place, 'SubtensorModule.Weights', [netuid]),
  ]);
  const rows = entries.map(([[, uid], weights]) => ({
    uid: numberOf(uid) ?? 0,
    weights: listOf(weights)
      .map(pair => [numberOf(listOf(pair)[0]) ?? 0, numberOf(listOf(pair)[1]) ?? 0] as const)
      .sort(([a], [b]) => a - b),
  }));
  return { block: place.number, netuid, n: numberOf(n) ?? 0, rows: rows.sort((a, b) => a.uid - b.uid) };
}

export async function readHistory(
  chain: ChainData,
  netuid: number,
  uid: number,
  blocks: readonly number[],
  signal: AbortSignal | undefined,
): Promise<NeuronAt[]> {
  const found: NeuronAt[] = [];
  for (let i = 0; i < blocks.length; i += AT_ONCE) {
    const some = blocks.slice(i, i + AT_ONCE);
    found.push(...(await Promise.all(some.map(block => readNeuronAt(chain, netuid, uid, block, signal)))));
  }
  return found;
}

async function readNeuronAt(
  chain: ChainData,
  netuid: number,
  uid: number,
  block: number,
  signal: AbortSignal | undefined,
): Promise<NeuronAt> {
  try {
    const place = await chain.place(signal === undefined ? { block } : { block, signal });
    if (!place.runtime.apiMethod(ONE)) {
      const { rows } = await readMetagraph(chain, netuid, place);
      return { block, row: rows.find(row => row.uid === uid) };
    }
    const [neuron, [immunity, registeredAt, mechanism]] = await Promise.all([
      chain.ask(place, ONE, [netuid, uid]),
      chain.read(place, [
        ['SubtensorModule.ImmunityPeriod', netuid],
        ['SubtensorModule.BlockAtRegistration', netuid, uid],
        ['SubtensorModule.SubnetMechanism', netuid],
      ]),
    ]);
    if (neuron === undefined) return { block, row: undefined };
    const context = {
      block,
      token: tokenOf(netuid, numberOf(mechanism)),
      immunity: numberOf(immunity),
      registeredAt: numberOf(registeredAt),
    };
    return { block, row: rowOf(neuron, context) };
  } catch (error) {
    // The state of this block is gone, or there is no such block.
    if (error instanceof BittensorError && ['rpc', 'no_block'].includes(error.code)) return { block, row: undefined };
    throw error;
  }
}
