import { join } from 'node:path';
import {
  choice,
  homeFolder,
  integer,
  onOff,
  port,
  real,
  type SettingTable,
  type SettingValues,
  text,
} from '../base/index.js';
import type { CallerPolicy, RecipeName } from '../model/index.js';
import { axonSettings, dendriteSettings, ip } from '../net/options.js';

/** The example neurons of the documents. */
export const NEURON_KINDS = ['mnist', 'cifar', 'bert', 'gpt2'] as const satisfies readonly RecipeName[];
export type NeuronKind = (typeof NEURON_KINDS)[number];

/** Whose gradients a neuron may learn from. */
export const CALLER_POLICIES = ['off', 'all', 'staked'] as const satisfies readonly CallerPolicy[];

/** Whose gradients it learns from: the switch turns off what the policy allows. */
export function callerPolicyOf(settings: {
  learn_from_callers: boolean;
  server_learn_from_callers: CallerPolicy;
}): CallerPolicy {
  return settings.learn_from_callers ? settings.server_learn_from_callers : 'off';
}

const home = () => join(homeFolder(), '.bittensor');

/** Keys in use are locked here, for every data folder of this user. */
export const locksFolder = () => join(home(), 'locks');

/** A bare port means this machine; the manual's `0.0.0.0` is dialled as loopback. */
export function bootstrapAddress(peer: string): string {
  const text = peer.trim();
  const full = /^\d+$/.test(text) ? `127.0.0.1:${text}` : text.replace(/^0\.0\.0\.0:/, '127.0.0.1:');
  const port = Number(/^.+:(\d+)$/.exec(full)?.[1] ?? Number.NaN);
  if (!(port >= 1 && port <= 65535)) throw new RangeError('must be a port or host:port');
  return full;
}

/** Every setting of `start_bittensor.sh` and `bittensor-cli run`, declared once. */
export const runSettings = {
  neuron: choice<NeuronKind>({ short: '-n', about: 'which model to run', default: 'mnist', of: NEURON_KINDS }),
  logdir: text<string | undefined>({
    short: '-l',
    argument: 'folder',
    about: 'folder for the log file and the event files of TensorBoard',
    default: undefined,
    defaultAbout: "the neuron's slot in the data folder",
  }),
  port: port<number | undefined>({
    short: '-p',
    about: 'external port to announce, where a router forwards it to the axon port',
    default: undefined,
    defaultAbout: 'the axon port',
    min: 1,
  }),
  chain_endpoint: text({
    short: '-c',
    argument: 'url[,url]|network',
    about:
      'chain to join (local, test, finney, or ws:// addresses); a local chain starts at a loopback one where none answers',
    default: 'ws://127.0.0.1:9944',
  }),
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
  neuron_key: text<string | undefined>({
    short: '-k',
    argument: 'name|file',
    about: 'hotkey of this neuron: its name in the wallet, or the path of a key file (never a secret)',
    default: undefined,
    defaultAbout: 'the lowest free slot',
  }),
  remote_ip: ip({
    short: '-r',
    about: 'external address to announce',
    default: undefined,
    defaultAbout: '127.0.0.1 on a local chain',
  }),
  model_path: text<string | undefined>({
    short: '-mp',
    argument: 'file',
    about:
      'model to begin with: a checkpoint, the folder of a student, or a BERT or GPT-2 of Hugging Face (safetensors and config.json)',
    default: undefined,
    defaultAbout: "the slot's own checkpoint",
  }),
  keep: integer({
    about: 'how many saves of the model to keep; the best one is kept besides',
    default: 3,
    min: 1,
    max: 1_000,
  }),
  steps: integer<number | undefined>({
    about: 'stop cleanly after this many batches',
    default: undefined,
    defaultAbout: 'run until Ctrl-C',
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
  }),
  data: text({
    argument: 'folder',
    about: 'folder of the local chain, the slots and the checkpoints',
    default: join(home(), 'node'),
    defaultAbout: '~/.bittensor/node',
  }),
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
  netuid: integer({ about: 'subnet to join', default: 1, min: 0, max: 65535 }),
  device: choice<'auto' | 'gpu' | 'cpu' | 'wasm' | 'js'>({
    about: 'where to compute',
    default: 'auto',
    of: ['auto', 'gpu', 'cpu', 'wasm', 'js'],
  }),
  seed: integer<number | undefined>({
    about: 'seed of the first parameters and of the order of the data',
    default: undefined,
    defaultAbout: 'from the hotkey',
    min: 0,
    max: 2 ** 31 - 1,
  }),
  dataset: text<string | undefined>({
    argument: 'path',
    about:
      'file or folder to learn from: IDX (.gz) for mnist, CIFAR-10 binary, text, CSV or Parquet for bert and gpt2; what is named test does the testing',
    default: undefined,
    defaultAbout: 'what comes with the package',
  }),
  labels: integer<number | undefined>({
    about: 'how many training rows keep their label; the others teach the student without',
    default: undefined,
    defaultAbout: 'all',
    min: 64,
    max: 10_000_000,
  }),
  learning_rate: real<number | undefined>({
    about: 'learning rate',
    default: undefined,
    defaultAbout: "the model's own",
    min: 0,
    max: 10,
  }),
  train: onOff({
    about: "learn from this neuron's own batches; without, it serves and learns from callers only",
    default: true,
  }),
  server_learn_from_callers: choice<CallerPolicy>({
    flag: 'server.learn_from_callers',
    about:
      'whose gradients are learnt from: of nobody, of all (those without a stake count little), of those with a stake; clipped, weighed by stake, joined as the majority has them',
    default: 'all',
    of: CALLER_POLICIES,
  }),
  learn_from_callers: onOff({
    about: 'learn from the gradients that callers send back, as --server.learn_from_callers says',
    default: true,
  }),
  ...axonSettings,
  ...dendriteSettings,
  log_level: choice<'debug' | 'info' | 'warn' | 'error'>({
    about: 'how much to log',
    default: 'info',
    of: ['debug', 'info', 'warn', 'error'],
  }),
} satisfies SettingTable;

export type RunSettings = SettingValues<typeof runSettings>;
