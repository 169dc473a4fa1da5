import { integer, type SettingTable, text } from '../base/index.js';

/** Settings of the chain. This file needs nothing of what they are for, so that a help text loads none of it. */

/** Which chain. */
export const networkSettings = {
  subtensor_network: text<string>({
    flag: 'subtensor.network',
    short: '-n',
    argument: 'name|url',
    about: 'network: local, test, finney, or an address',
    default: 'local',
    env: ['BT_SUBTENSOR_NETWORK', 'BT_NETWORK'],
  }),
  subtensor_chain_endpoint: text<string | undefined>({
    flag: 'subtensor.chain_endpoint',
    argument: 'url[,url]',
    about: 'address of the chain, instead of its name',
    default: undefined,
    defaultAbout: 'that of the network',
    env: ['BT_SUBTENSOR_CHAIN_ENDPOINT', 'BT_CHAIN_ENDPOINT'],
  }),
} satisfies SettingTable;

/** Which subnet. */
export const subnetSettings = {
  netuid: integer<number>({ about: 'number of the subnet', default: 1, min: 0, max: 65_535 }),
} satisfies SettingTable;
