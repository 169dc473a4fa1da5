import { command, group } from '../../frame/command.js';
import {
  addressSchema,
  booleanSchema,
  hashSchema,
  integerSchema,
  listOf,
  nullable,
  objectOf,
  raoSchema,
  textSchema,
  tokenSchema,
} from '../../frame/schema.js';
import { transactionOutput } from '../../settings/transaction.js';
import { neuronFields } from './neuron-json.js';
import { createRows, listRows, metagraphRows, oneSubnetRows, powRows, registerRows, startRows } from './rows.js';

const SUBNET = {
  netuid: integerSchema,
  name: textSchema,
  symbol: nullable(textSchema),
  token: tokenSchema,
  owner: nullable(addressSchema),
  ownerHotkey: nullable(addressSchema),
  n: integerSchema,
  maxN: nullable(integerSchema),
  tempo: integerSchema,
  priceRao: nullable(raoSchema),
  emissionRao: nullable(raoSchema),
  taoEmissionRao: nullable(raoSchema),
  taoInRao: nullable(raoSchema),
  alphaInRao: nullable(raoSchema),
  alphaOutRao: nullable(raoSchema),
  registrationCostRao: nullable(raoSchema),
  difficulty: nullable(textSchema),
  registrationAllowed: nullable(booleanSchema),
  powRegistrationAllowed: nullable(booleanSchema),
  started: nullable(booleanSchema),
  registeredAt: nullable(integerSchema),
};

const list = command({
  name: 'list',
  aliases: ['ls'],
  about: 'shows all subnets',
  settings: listRows,
  examples: ['subnet list', 'subnet list --subtensor.network finney --json'],
  output: objectOf({
    network: textSchema,
    block: integerSchema,
    subnets: listOf(objectOf(SUBNET)),
    creationCostRao: nullable(raoSchema),
  }),
  load: async () => (await import('./list.js')).list,
});

const show = command({
  name: 'show',
  about: 'shows one subnet: owner, price, what registering costs, when its next epoch is',
  settings: oneSubnetRows,
  examples: ['subnet show --netuid 1', 'subnet show --json'],
  output: objectOf({
    network: textSchema,
    block: integerSchema,
    ...SUBNET,
    identity: nullable({ type: 'object', additionalProperties: textSchema }),
    immunityPeriod: nullable(integerSchema),
    lockedRao: nullable(raoSchema),
    mechanisms: nullable(integerSchema),
    blocksUntilEpoch: nullable(integerSchema),
  }),
  load: async () => (await import('./show.js')).show,
});

const NEURON = objectOf({ ...neuronFields, dailyRao: raoSchema });

const metagraph = command({
  name: 'metagraph',
  flat: ['metagraph'],
  about: 'shows all neurons of a subnet',
  long: 'Shows all neurons of a subnet at its newest final block: stake and earnings in the token of the subnet (τ for TAO, α for its alpha), whom they trust, and where they listen.',
  settings: metagraphRows,
  examples: ['metagraph --netuid 1', 'subnet metagraph --sort stake', 'metagraph --csv > neurons.csv'],
  output: objectOf({
    network: textSchema,
    netuid: integerSchema,
    block: integerSchema,
    blockHash: hashSchema,
    token: tokenSchema,
    tempo: integerSchema,
    lastEpochBlock: integerSchema,
    blocksUntilEpoch: nullable(integerSchema),
    n: integerSchema,
    neurons: listOf(NEURON),
  }),
  load: async () => (await import('./metagraph.js')).metagraph,
});

const hyperparameters = command({
  name: 'hyperparameters',
  aliases: ['hyperparams', 'params'],
  about: 'shows all settings of a subnet',
  settings: oneSubnetRows,
  examples: ['subnet hyperparameters --netuid 1', 'subnet hyperparameters --json'],
  output: objectOf({
    network: textSchema,
    netuid: integerSchema,
    block: integerSchema,
    hyperparameters: { type: 'object' },
  }),
  load: async () => (await import('./hyperparameters.js')).hyperparameters,
});

const register = command({
  name: 'register',
  aliases: ['burned-register'],
  flat: ['register'],
  about: 'registers a hotkey as a neuron, for the price of now',
  long: 'Registers a hotkey of your coldkey as a neuron. The price is taken from the coldkey and destroyed; it rises with each registration and falls with time.',
  settings: registerRows,
  examples: [
    'subnet register --netuid 1 --wallet.name alice --wallet.hotkey miner',
    'subnet register --netuid 12 --max-cost 0.5 --subtensor.network finney',
    'subnet register --dry-run  what it would cost',
  ],
  output: transactionOutput({
    netuid: integerSchema,
    uid: nullable(integerSchema),
    hotkey: addressSchema,
    paidRao: nullable(raoSchema),
  }),
  load: async () => (await import('./register.js')).register,
});

const powRegister = command({
  name: 'pow-register',
  flat: ['pow-register'],
  about: 'registers a hotkey by proof of work',
  long: 'Registers a hotkey as a neuron by work instead of a price. How much work, the subnet says (its difficulty); it begins anew when its block is too old.',
  settings: powRows,
  examples: ['subnet pow-register --netuid 1', 'subnet pow-register --threads 4'],
  output: transactionOutput({
    netuid: integerSchema,
    uid: nullable(integerSchema),
    hotkey: addressSchema,
    paidRao: nullable(raoSchema),
  }),
  load: async () => (await import('./pow-register.js')).powRegister,
});

const create = command({
  name: 'create',
  about: 'makes a new subnet, which your coldkey owns',
  settings: createRows,
  examples: ['subnet create --dry-run  what it would cost', 'subnet create --max-cost 100'],
  output: transactionOutput({ netuid: nullable(integerSchema), hotkey: addressSchema, paidRao: nullable(raoSchema) }),
  load: async () => (await import('./create.js')).create,
});

const start = command({
  name: 'start',
  about: 'starts a subnet that you own: from then on it earns and can be staked in',
  settings: startRows,
  examples: ['subnet start --netuid 2'],
  output: transactionOutput({ netuid: integerSchema }),
  load: async () => (await import('./start.js')).start,
});

export const subnet = group({
  name: 'subnet',
  aliases: ['subnets', 's'],
  about: 'subnets: look at them, register, make one',
  commands: [list, show, metagraph, hyperparameters, register, powRegister, create, start],
});
