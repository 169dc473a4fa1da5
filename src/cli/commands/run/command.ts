import { NEURON_KINDS, runSettings } from '../../../neuron/index.js';
import { command } from '../../frame/command.js';
import { addressSchema, integerSchema, objectOf, oneOf, textSchema } from '../../frame/schema.js';
import { networkRows } from '../../settings/network.js';
import { passwordRows, walletRows } from '../../settings/wallet.js';

const { wallet_hotkey } = walletRows;
const { subtensor_network, subtensor_chain_endpoint } = networkRows;

/** The settings of a neuron, and other names for some of them that users of other commands know. */
export const runRows = {
  ...runSettings,
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
};

export const run = command({
  name: 'run',
  about: 'run a neuron: it learns, serves and is ranked',
  long: 'Runs a neuron until Ctrl-C: joins (or starts) the chain, trains, serves its model to peers, learns from theirs and ranks them.',
  arguments: [
    { name: 'neuron', about: `which model to run: ${NEURON_KINDS.join(', ')}`, optional: true, choices: NEURON_KINDS },
  ],
  settings: runRows,
  examples: [
    'run mnist',
    'run mnist --wallet.name alice --wallet.hotkey default --netuid 1',
    'run mnist -m 8120        without a chain, by gossip',
  ],
  output: objectOf({
    neuron: textSchema,
    stopped: oneOf(true),
    'hotkey?': addressSchema,
    'steps?': integerSchema,
    'checkpoint?': textSchema,
  }),
  untilStopped: true,
  load: async () => (await import('./run.js')).run,
});
