import { MODEL_KINDS } from '../../../neuron/index.js';
import { command, group } from '../../frame/command.js';
import { addressSchema, integerSchema, objectOf, oneOf, textSchema } from '../../frame/schema.js';
import { minerRows, serverRows, validatorRows } from './rows.js';

const miner = command({
  name: 'miner',
  // `run mnist` is `run miner --model mnist`.
  aliases: MODEL_KINDS,
  aliasFlag: 'model',
  about: 'learn with the help of the network, serve what was learnt, and rank who helped',
  long: 'Runs the template miner until Ctrl-C: joins (or starts) the chain, trains a model of its own with the help of its peers, serves it, learns from what they send back, and ranks them on the chain.',
  settings: minerRows,
  examples: [
    'run miner --model gpt2',
    'run mnist --wallet.name alice --wallet.hotkey default --netuid 1',
    'run mnist -m 8120        without a chain, by gossip',
  ],
  output: objectOf({
    role: oneOf('miner'),
    neuron: textSchema,
    stopped: oneOf(true),
    'hotkey?': addressSchema,
    'steps?': integerSchema,
    'checkpoint?': textSchema,
  }),
  untilStopped: true,
  load: async () => (await import('./run.js')).runMiner,
});

const server = command({
  name: 'server',
  about: 'serve a model that is there, and learn from callers by policy',
  long: 'Serves a given model until Ctrl-C: a checkpoint, a student, or a BERT or GPT-2 of Hugging Face. It trains nothing itself and ranks nobody; the gradients of its callers move the model as --server.learn_from_callers says, and what came of them is kept in the slot.',
  settings: serverRows,
  examples: [
    'run server --model_path ~/models/bert-tiny',
    'run server -mp mnist.safetensors --server.learn_from_callers staked',
    'run server -mp student -m 8121 -b 8120        without a chain, by gossip',
  ],
  output: objectOf({
    role: oneOf('server'),
    stopped: oneOf(true),
    'hotkey?': addressSchema,
    'steps?': integerSchema,
    'checkpoint?': textSchema,
  }),
  untilStopped: true,
  load: async () => (await import('./run.js')).runServer,
});

const validator = command({
  name: 'validator',
  about: 'ask peers, judge their answers, and set weights by that',
  long: "Runs a validator until Ctrl-C: asks peers about rows that nobody was trained on, scores them by what their answers take off the loss, and sets weights by that once per tempo. It trains and serves nothing, and needs the chain's permit for its weights to count.",
  settings: validatorRows,
  examples: [
    'run validator --netuid 1 --wallet.name alice --wallet.hotkey default',
    'run validator --model gpt2 --dataset ~/private-texts --validator.interval 5',
  ],
  output: objectOf({
    role: oneOf('validator'),
    stopped: oneOf(true),
    'hotkey?': addressSchema,
    // Questions that were asked.
    'steps?': integerSchema,
  }),
  untilStopped: true,
  load: async () => (await import('./run.js')).runValidator,
});

export const run = group({
  name: 'run',
  about: 'run a neuron; without a role a miner',
  standard: 'miner',
  chosenBy: ['-n', '--neuron'],
  commands: [miner, server, validator],
});
