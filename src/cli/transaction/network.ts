import { BittensorError, isBittensorError } from '../../base/index.js';
import type { ChainClient, Network } from '../../chain/index.js';
import { noSubnet } from '../errors.js';
import type { Ui } from '../terminal/ui.js';
import { type Naming, presentName } from './consent.js';

/** What the commands' shared network rows give. */
export interface NetworkSettings {
  readonly subtensor_network: string;
  readonly subtensor_chain_endpoint: string | undefined;
}

/** A connected chain, and how the user named it. */
export interface Target {
  readonly client: ChainClient;
  /** `finney`, or the address. */
  readonly name: string;
  readonly naming: Naming;
  /** Anything but a development chain of this machine. */
  readonly isAtStake: boolean;
}

interface Need {
  readonly settings: NetworkSettings;
  readonly ui: Pick<Ui, 'note' | 'busy'>;
  readonly signal: AbortSignal;
}

/** Does something with the chain that the settings name, and leaves it afterwards. Errors as `connect`. */
export async function withChain<T>(need: Need, use: (target: Target) => Promise<T>): Promise<T> {
  const { connect, LOCAL_PORT, resolveNetwork } = await import('../../chain/index.js');
  const { settings, ui, signal } = need;
  const typed = settings.subtensor_network;
  const network = at(resolveNetwork(typed), settings.subtensor_chain_endpoint, resolveNetwork);
  if (network.note !== undefined) ui.note(network.note);
  const { endpoints, genesisHash } = network;
  const connecting = connect({ endpoints, genesisHash, signal }).catch(error => {
    throw network.isLocal ? withAdvice(error, endpoints[0]!, LOCAL_PORT) : error;
  });
  await using client = await ui.busy(`connecting to ${network.name}`, connecting);
  return await use(targetOf({ client, network, typed, valuable: ['test', 'finney'].map(resolveNetwork) }));
}

/** `valuable`: the networks where real value moves, by their genesis. */
export function targetOf({
  client,
  network,
  typed,
  valuable,
}: {
  client: ChainClient;
  network: Network;
  typed: string;
  valuable: readonly Network[];
}): Target {
  const { name } = network;
  const present = presentName(client.genesisHash, valuable);
  const isAtStake = present !== undefined || client.isValuable || !client.isLocal || !network.isLocal;
  return { client, name, naming: { typed, name, present }, isAtStake };
}

/** The network at another address; its first block stays what it must be. */
function at(network: Network, endpoint: string | undefined, resolve: (text: string) => Network): Network {
  if (endpoint === undefined) return network;
  const { endpoints, isLocal } = resolve(endpoint);
  return { ...network, name: network.name === 'local' ? endpoint : network.name, endpoints, isLocal };
}

function withAdvice(error: unknown, endpoint: string, standardPort: number): unknown {
  if (!isBittensorError(error) || error.code !== 'chain_unreachable') return error;
  const port = Number(new URL(endpoint).port || 80);
  const flag = port === standardPort ? '' : ` --port ${port}`;
  const advice = `bittensor-cli localnet start${flag} --detach starts a local chain`;
  return new BittensorError(error.code, `${error.message}; ${advice}`, { data: error.data, cause: error });
}

/** Error `no_subnet`. */
export async function checkSubnet(client: ChainClient, netuid: number, signal: AbortSignal): Promise<void> {
  if (!(await client.netuids({ signal })).includes(netuid)) throw noSubnet(netuid);
}
