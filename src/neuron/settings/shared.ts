import { join } from 'node:path';
import {
  choice,
  homeFolder,
  integer,
  port,
  real,
  type SettingTable,
  type SettingValues,
  text,
} from '../../base/index.js';
import { axonSettings, dendriteSettings, ip } from '../../net/options.js';
import { logSettings, observeSettings } from '../observe/settings.js';
import { bootstrapAddress } from './bootstrap.js';

const home = () => join(homeFolder(), '.bittensor');

/** Keys in use are locked here, for every data folder of this user. */
export const locksFolder = () => join(home(), 'locks');

/** What every role is told: which chain, which keys, where it is reached, where it keeps what. */
export const nodeSettings = {
  chain_endpoint: text({
    short: '-c',
    argument: 'url[,url]|network',
    about:
      'chain to join (local, test, finney, or ws:// addresses); a local chain starts at a loopback one where none answers',
    default: 'ws://127.0.0.1:9944',
  }),
  netuid: integer({ about: 'subnet to join', default: 1, min: 0, max: 65535 }),
  wallet_path: text({
    flag: 'wallet.path',
    argument: 'folder',
    about: 'folder of the wallets',
    default: join(home(), 'wallets'),
    defaultAbout: '~/.bittensor/wallets',
  }),
  wallet_name: text<string | undefined>({
    flag: 'wallet.name',
    env: ['BT_WALLET_NAME', 'BT_WALLET'],
    argument: 'name',
    about: 'wallet to use',
    default: undefined,
    defaultAbout: '"local" on a local chain, else "default"',
  }),
  neuron_key: text<string | undefined>({
    short: '-k',
    argument: 'name|file',
    about: 'hotkey of this neuron: its name in the wallet, or the path of a key file (never a secret)',
    default: undefined,
    defaultAbout: 'the lowest free slot',
  }),
  data: text({
    argument: 'folder',
    about: 'folder of the local chain, the slots and the checkpoints',
    default: join(home(), 'node'),
    defaultAbout: '~/.bittensor/node',
  }),
  logdir: text<string | undefined>({
    short: '-l',
    argument: 'folder',
    about: 'folder for the log file and the event files of TensorBoard',
    default: undefined,
    defaultAbout: "the neuron's slot in the data folder",
  }),
  log_level: choice<'debug' | 'info' | 'warn' | 'error'>({
    about: 'how much to log',
    default: 'info',
    of: ['debug', 'info', 'warn', 'error'],
  }),
  remote_ip: ip({
    short: '-r',
    about: 'external address to announce',
    default: undefined,
    defaultAbout: '127.0.0.1 on a local chain',
  }),
  port: port<number | undefined>({
    short: '-p',
    about: 'external port to announce, where a router forwards it to the axon port',
    default: undefined,
    defaultAbout: 'the axon port',
    min: 1,
  }),
  stop_after: real<number | undefined>({
    argument: 'seconds',
    about: 'stop cleanly after so long',
    default: undefined,
    defaultAbout: 'run until Ctrl-C',
    min: 0.1,
    max: 1e9,
  }),
  ...axonSettings,
  ...dendriteSettings,
  ...observeSettings,
  ...logSettings,
} satisfies SettingTable;

/** How nodes find each other without a chain; a validator has none of it, because its weights go to a chain. */
export const gossipSettings = {
  metagraph_port: port<number | undefined>({
    short: '-m',
    about: 'gossip port: run without a chain and let nodes find each other by gossip',
    default: undefined,
    defaultAbout: 'none: use the chain',
  }),
  metagraph_size: integer({
    short: '-s',
    about: 'how many synapses the gossip cache holds',
    default: 10_000,
    min: 1,
    max: 1_000_000,
  }),
  metagraph_difficulty: integer({
    about: 'zero bits of the proof of work that each gossip entry must have, the same for a whole network; 0: none',
    default: 21,
    min: 0,
    max: 28,
  }),
  metagraph_network: text({
    argument: 'name',
    about: 'without a chain: the network that this neuron is of; neurons of two networks refuse each other',
    default: 'test',
  }),
  bootstrap: {
    ...text<string | undefined>({
      short: '-b',
      argument: 'port|host:port',
      about: 'gossip peer to begin with (several: separated by commas); runs without a chain',
      default: undefined,
    }),
    parse: (value: string) => {
      for (const peer of value.split(',')) bootstrapAddress(peer);
      return value;
    },
  },
} satisfies SettingTable;

type Gossip = SettingValues<typeof gossipSettings>;
export type NodeSettings = SettingValues<typeof nodeSettings> & {
  readonly [K in keyof Gossip]?: Gossip[K] | undefined;
};
