import { onOff, type Setting, type SettingTable, text } from '../../../base/index.js';
import { MODEL_KINDS, minerSettings, ROLES, serverSettings, validatorSettings } from '../../../neuron/index.js';
import { maxCostRow } from '../../settings/amounts.js';
import { networkRows } from '../../settings/network.js';
import { transactionRows } from '../../settings/output.js';
import { passwordRows, walletRows } from '../../settings/wallet.js';

const { wallet_hotkey } = walletRows;
const { subtensor_network, subtensor_chain_endpoint } = networkRows;

/** Other names for settings of a neuron that users of other commands know, and what only the terminal knows. */
const otherNames = {
  ui: onOff({
    about: 'a live view on the terminal: losses, peers, stake, rank, incentive per block; the log goes to its file',
    default: false,
  }),
  ...passwordRows,
  wallet_hotkey: {
    ...wallet_hotkey,
    default: undefined as string | undefined,
    defaultAbout: 'the lowest free slot',
    about: 'hotkey of this neuron, as --neuron_key',
  },
  subtensor_network: {
    argument: subtensor_network.argument!,
    flag: subtensor_network.flag!,
    env: subtensor_network.env!,
    parse: subtensor_network.parse,
    default: undefined as string | undefined,
    about: 'chain to join, as --chain_endpoint',
  },
  subtensor_chain_endpoint: {
    ...subtensor_chain_endpoint,
    about: 'chain to join, as --chain_endpoint',
    env: 'BT_SUBTENSOR_CHAIN_ENDPOINT',
  },
} satisfies SettingTable;

/** Spending is said each time: no environment variable and no file gives it. */
const registering = {
  register: {
    ...onOff({
      about:
        "on a real network: register the hotkeys it uses with the wallet's coldkey where they are not registered yet (needs --max-cost)",
      default: false,
    }),
    flagOnly: true,
  },
  ...maxCostRow,
  yes: transactionRows.yes,
} satisfies SettingTable;

/** What `-n` of the manual takes: a model that learns, or a role. */
export const NEURON_NAMES: readonly string[] = [...ROLES, ...MODEL_KINDS];

const neuron: Setting<string | undefined> = {
  ...text<string | undefined>({
    short: '-n',
    about: 'what to run: a model that learns, as --model, or a role (miner, server, validator)',
    default: undefined,
    defaultAbout: 'miner',
  }),
  argument: 'name',
  choices: NEURON_NAMES,
  parse: value => {
    if (!NEURON_NAMES.includes(value)) throw new RangeError(`must be one of ${NEURON_NAMES.join(', ')}`);
    return value;
  },
};

export const minerRows = { neuron, ...minerSettings, ...otherNames, ...registering };
export const serverRows = { ...serverSettings, ...otherNames, ...registering };
export const validatorRows = { ...validatorSettings, ...otherNames, ...registering };
