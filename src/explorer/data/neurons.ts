import { BittensorError, formatIp } from '../../base/browser.js';
import type { ChainData, Place } from './chain-data.js';
import { addressOf, bigOf, listOf, numberOf, recordOf, taoOf } from './decoded.js';
import type { Runtime } from './runtime.js';
import type { Decoded } from './scale/values.js';
import type { Axon, MetagraphData, NeuronAt, NeuronRow, WeightMatrix } from './types.js';

const ALL = 'NeuronInfoRuntimeApi.get_neurons_lite';
const ONE = 'NeuronInfoRuntimeApi.get_neuron_lite';
const METAGRAPH = 'SubnetInfoRuntimeApi.get_metagraph';
const U16_MAX = 65_535;
/** How many old blocks are asked for at a time. */
const AT_ONCE = 8;

/** Blocks of registration change only where a hotkey does. By runtime, which is read anew when another chain answers. */
const registered = new WeakMap<Runtime, Map<number, { keys: string; blocks: ReadonlyMap<number, number> }>>();

export async function readMetagraph(chain: ChainData, netuid: number, place: Place): Promise<MetagraphData> {
  const lists = place.runtime.apiMethod(ALL) !== undefined;
  const [answer, [immunity, mechanism]] = await Promise.all([
    lists ? chain.ask(place, ALL, [netuid]) : chain.ask(place, METAGRAPH, [netuid]),
    chain.read(place, [
      ['SubtensorModule.ImmunityPeriod', netuid],
      ['SubtensorModule.SubnetMechanism', netuid],
    ]),
  ]);
  const neurons = lists ? listOf(answer) : fromMetagraph(answer);
  const keys = neurons.map(neuron => String(recordOf(neuron)['hotkey'])).join(' ');
  const blocks = await readRegistrations(chain, netuid, place, keys);
  const context = { block: place.number, immunity: numberOf(immunity), token: tokenOf(netuid, mechanism) };
  const rows = neurons.map(neuron => {
    const uid = numberOf(recordOf(neuron)['uid']) ?? 0;
    return rowOf(neuron, { ...context, registeredAt: blocks.get(uid) });
  });
  return { block: place.number, netuid, rows: rows.sort((a, b) => a.uid - b.uid) };
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

/** Root and the subnets of mechanism 0 (stable) count in TAO. Source: subtensor `staking/stake_utils.rs`. */
function tokenOf(netuid: number, mechanism: Decoded): NeuronRow['token'] {
  return netuid !== 0 && numberOf(mechanism) === 1 ? 'alpha' : 'TAO';
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

/** Chains that list no neurons any more give columns: those of upstream's `Metagraph`, by the names of a neuron's. */
const COLUMNS = {
  active: 'active',
  rank: 'rank',
  emission: 'emission',
  incentives: 'incentive',
  consensus: 'consensus',
  trust: 'trust',
  validator_trust: 'validator_trust',
  dividends: 'dividends',
  last_update: 'last_update',
  validator_permit: 'validator_permit',
  axons: 'axon_info',
  hotkeys: 'hotkey',
  coldkeys: 'coldkey',
} as const;

function fromMetagraph(answer: Decoded): Decoded[] {
  const graph = recordOf(answer);
  return listOf(graph['hotkeys']).map((hotkey, uid) => {
    const neuron: Record<string, Decoded> = { uid, stake: [[hotkey, listOf(graph['total_stake'])[uid]]] };
    for (const [theirs, ours] of Object.entries(COLUMNS)) neuron[ours] = listOf(graph[theirs])[uid];
    return neuron;
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
      token: tokenOf(netuid, mechanism),
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
