import type { ApiPromise } from '@polkadot/api';
import { isBittensorError } from '../../base/browser.js';
import { type Input, malformed } from '../../base/scale.js';
import { METAGRAPH_API, NEURONS_API } from '../../base/storage-names.js';
import { type ApiMethod, findApiMethod } from '../metadata/api.js';
import { decodeAll } from '../metadata/scale/decode-all.js';
import { compileMetagraphColumns, compileNeurons, type NeuronColumns, neuronsFromDecoded } from './neurons.js';

/** Where a chain tells its neurons, and what reads them. */
export interface NeuronSource {
  /** As `state_call` wants it. */
  readonly name: string;
  /** Undefined where the metadata describes no runtime APIs. */
  readonly method: ApiMethod | undefined;
  /** Error `unsupported` when the bytes are not what the chain describes. */
  decode(answer: Uint8Array): NeuronColumns;
}

const sources = new WeakMap<ApiPromise, NeuronSource>();

/** The runtime API with the neurons, its decoder made from the metadata once. */
export function neuronSource(api: ApiPromise): NeuronSource {
  let source = sources.get(api);
  if (!source) {
    source = makeSource(api);
    sources.set(api, source);
  }
  return source;
}

function makeSource(api: ApiPromise): NeuronSource {
  const lite = findApiMethod(api, NEURONS_API);
  const graph = lite ? undefined : findApiMethod(api, METAGRAPH_API);
  const method = lite ?? graph;
  const name = method?.name ?? NEURONS_API.replace('.', '_');
  const read = tryCompile(() => (graph ? compileMetagraphColumns(graph.layout) : compileNeurons(lite?.layout)));
  const decode = (answer: Uint8Array) =>
    decodeAll(name, answer, read ?? (input => decodeByLibrary(api, method, input)));
  return { name, method, decode };
}

function decodeByLibrary(api: ApiPromise, method: ApiMethod | undefined, input: Input): NeuronColumns {
  if (!method) throw malformed('its metadata describes no runtime APIs');
  const decoded = api.registry.createTypeUnsafe(method.output, [input.bytes]);
  input.skip(decoded.encodedLength);
  return neuronsFromDecoded(decoded.toPrimitive());
}

/** Undefined where no decoder is made for such a layout: then the library decodes. */
function tryCompile<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (isBittensorError(error) && error.code === 'unsupported') return undefined;
    throw error;
  }
}
