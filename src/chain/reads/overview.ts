import { fromHex } from '../../base/browser.js';
import type { Chain } from '../connection/chain.js';
import type { Connection } from '../connection/connection.js';
import type { Block } from '../connection/header.js';
import { encodeInputs, findApiMethod } from '../metadata/api.js';
import { decodeAll } from '../metadata/scale/decode-all.js';
import { readValues } from '../metadata/values.js';
import { checkAddress } from '../transactions/actions.js';
import { type Metagraph, type Neuron, neuronsFromColumns } from './metagraph.js';
import { compileNeurons } from './neurons.js';
import { callApi, type ReadOptions } from './reads.js';
import { readNetuids } from './subnets.js';

/** The neurons of some hotkeys in all subnets, at one block. */
export interface Overview {
  readonly block: number;
  /** In the order of subnets, then of the hotkeys that were asked for. */
  readonly neurons: readonly (Neuron & { readonly netuid: number })[];
}

const ONE = 'NeuronInfoRuntimeApi.get_neuron_lite';

/** Asks for single neurons, not for whole subnets. */
export async function readOverview(
  connection: Connection<Chain>,
  hotkeys: readonly string[],
  block: Block,
  whole: (netuid: number) => Promise<Metagraph>,
  options: ReadOptions = {},
): Promise<Overview> {
  const at = { ...options, at: block.hash };
  const netuids = await readNetuids(connection, at);
  const places = netuids.flatMap(netuid => hotkeys.map(hotkey => ({ netuid, hotkey: checkAddress(hotkey) })));
  const keys = places.map(({ netuid, hotkey }) => ['SubtensorModule.Uids', netuid, hotkey] as const);
  const uids = await readValues(connection, keys, at);
  const neurons: (Neuron & { netuid: number })[] = [];
  const addresses = new Map<string, string>();
  for (const [i, { netuid, hotkey }] of places.entries()) {
    const uid = uids[i];
    // Where an absent uid reads as 0, the neuron's own key decides.
    if (typeof uid !== 'number') continue;
    const neuron = findApiMethod(connection.chain.api, ONE)
      ? await readNeuron(connection, netuid, uid, addresses, at)
      : (await whole(netuid)).neurons[uid];
    if (neuron?.hotkey === hotkey) neurons.push({ ...neuron, netuid });
  }
  return { block: block.number, neurons };
}

async function readNeuron(
  connection: Connection<Chain>,
  netuid: number,
  uid: number,
  addresses: Map<string, string>,
  options: ReadOptions,
): Promise<Neuron | undefined> {
  const { api } = connection.chain;
  const method = findApiMethod(api, ONE)!;
  const answer = fromHex(await callApi(connection, [method.name, encodeInputs(api, method, [netuid, uid])], options));
  const { layout } = method;
  // An option has the form of a list of one, but for its first byte.
  const list = layout.kind === 'option' ? ({ kind: 'list', of: layout.of } as const) : undefined;
  const bytes = list && answer[0] === 1 ? Uint8Array.of(ONE_ELEMENT, ...answer.subarray(1)) : answer;
  const columns = decodeAll(ONE, bytes, compileNeurons(list));
  return neuronsFromColumns(columns, addresses)[0];
}

/** The compact number 1. */
const ONE_ELEMENT = 4;
