import { join } from 'node:path';
import { homeFolder, resolveSettings, type SettingTable, text } from '../base/index.js';
import { type Network, resolveNetwork } from '../chain/index.js';
import { networkSettings, subnetSettings } from '../chain/options.js';
import { axonSettings, dendriteSettings } from '../net/options.js';
import { walletSettings } from '../wallet/options.js';
import { checkedNetuid } from './checks.js';

/** What the environment says where a call says nothing: the same variables as of the command line (`docs/cli.md`). */
const librarySettings = {
  ...networkSettings,
  ...subnetSettings,
  ...walletSettings,
  ...axonSettings,
  ...dendriteSettings,
  data: text({
    argument: 'folder',
    about: 'folder of the local chain',
    default: join(homeFolder(), '.bittensor', 'node'),
    defaultAbout: '~/.bittensor/node',
  }),
} satisfies SettingTable;

/** Read at each call, so that a program may set them. Error `bad_setting` names the variable. */
export function environmentSettings() {
  return resolveSettings(librarySettings, { env: process.env });
}

/** A variable that is no setting, such as that of a password. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

/** Which network. */
export interface NetworkOptions {
  /**
   * `local`, `test`, `finney`, `ws://` addresses with commas between them. Default: `BT_SUBTENSOR_NETWORK`, or `local`.
   * `none`, for a wallet, an axon or a dendrite: no chain is needed, nor asked; peers are given by hand.
   */
  readonly network?: string | undefined;
  /** An address, instead of a network's name. Default: `BT_SUBTENSOR_CHAIN_ENDPOINT`. */
  readonly endpoint?: string | undefined;
}

/** Whether the call says that there is no chain. */
export function isWithoutChain({ network, endpoint }: NetworkOptions): boolean {
  return network === 'none' && endpoint === undefined;
}

/** What was asked for, or else what the environment says. Error `bad_network`. */
export function networkOf({ network, endpoint }: NetworkOptions): Network {
  const { subtensor_network: name, subtensor_chain_endpoint: at } = environmentSettings().values;
  return resolveNetwork(endpoint ?? network ?? at ?? name);
}

export function netuidOf(netuid: number | undefined): number {
  return checkedNetuid(netuid ?? environmentSettings().values.netuid);
}
