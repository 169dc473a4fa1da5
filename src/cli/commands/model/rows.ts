import { join } from 'node:path';
import { choice, homeFolder, integer, real, text } from '../../../base/index.js';
import { netuidRow, networkRows } from '../../settings/network.js';
import { passwordRows, walletRows } from '../../settings/wallet.js';

const models = text({
  argument: 'folder',
  about: 'folder of the students that were pulled',
  default: join(homeFolder(), '.bittensor', 'models'),
  defaultAbout: '~/.bittensor/models',
});

export const listRows = { models };

const device = choice<'auto' | 'gpu' | 'cpu' | 'wasm' | 'js'>({
  about: 'where to compute',
  default: 'auto',
  of: ['auto', 'gpu', 'cpu', 'wasm', 'js'],
});

export const pullRows = {
  ...walletRows,
  ...passwordRows,
  ...networkRows,
  // As `run` has it.
  subtensor_chain_endpoint: { ...networkRows.subtensor_chain_endpoint, short: '-c' },
  ...netuidRow,
  address: text<string | undefined>({
    argument: 'host:port',
    about: "the neuron's axon, where no chain is to be asked for it",
    default: undefined,
    defaultAbout: 'as the metagraph has it',
  }),
  to: text<string | undefined>({
    argument: 'folder',
    about: 'folder to put the student into, which must not be there yet',
    default: undefined,
    defaultAbout: 'one named by hotkey and content, among the models',
  }),
  models,
  max_mib: integer({ about: 'refuse a larger student, MiB', default: 4_096, min: 1, max: 1_048_576 }),
  timeout_ms: integer({
    about: 'how long one part may take, milliseconds',
    default: 30_000,
    min: 1,
    max: 600_000,
  }),
};

export const runRows = {
  models,
  device,
  input: text<string | undefined>({
    argument: 'file',
    about: 'images to look at: IDX (.gz too), PNG, or CSV with an image in each row',
    default: undefined,
  }),
  sample: integer<number | undefined>({
    about: 'look at so many rows of the packaged test data instead',
    default: undefined,
    min: 1,
    max: 1_000_000,
  }),
  text: text<string | undefined>({
    argument: 'text',
    about: 'text to go on with (gpt2), or with [MASK] where a word is wanted (bert)',
    default: undefined,
  }),
  tokens: integer({ about: 'how many tokens to add to the text', default: 40, min: 1, max: 100_000 }),
  temperature: real({
    about: '0: always the likeliest token; 1: as likely as the model says',
    default: 0.8,
    min: 0,
    max: 100,
  }),
  seed: integer({ about: 'seed of the tokens that are drawn', default: 0, min: 0, max: 2 ** 31 - 1 }),
  top: integer({ about: 'how many words to name for each [MASK]', default: 5, min: 1, max: 1_000 }),
};
