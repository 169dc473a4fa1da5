import { command, group } from '../../frame/command.js';
import {
  addressSchema,
  booleanSchema,
  integerSchema,
  listOf,
  nullable,
  objectOf,
  raoSchema,
  textSchema,
  tokenSchema,
} from '../../frame/schema.js';
import { transactionOutput } from '../../settings/transaction.js';
import { addRows, listRows, removeRows } from './rows.js';

const add = command({
  name: 'add',
  flat: ['stake', 'add-stake'],
  about: 'stakes TAO on a hotkey',
  long: "Stakes TAO of your coldkey on a hotkey: it buys the subnet's alpha at the price of now, and that is staked.",
  settings: addRows,
  examples: [
    'stake add --amount 10 --netuid 1 --wallet.name alice --wallet.hotkey miner',
    'stake add --amount 10 --max-price 1.05  not when it has become dearer',
    'stake add --all --dry-run',
  ],
  output: transactionOutput({ netuid: integerSchema, hotkey: addressSchema, stakeRao: raoSchema }),
  load: async () => (await import('./add.js')).add,
});

const remove = command({
  name: 'remove',
  aliases: ['rm'],
  flat: ['unstake', 'remove-stake'],
  about: 'takes stake back',
  settings: removeRows,
  examples: [
    'stake remove --amount 5 --netuid 1',
    'stake remove --all --netuid 1',
    'stake remove --all --dry-run  from all subnets',
  ],
  output: transactionOutput({ netuid: nullable(integerSchema), hotkey: addressSchema, stakeRao: nullable(raoSchema) }),
  load: async () => (await import('./remove.js')).remove,
});

const list = command({
  name: 'list',
  aliases: ['ls', 'show'],
  about: 'shows what a coldkey has staked',
  settings: listRows,
  examples: ['stake list', 'stake list --coldkey-ss58 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty --json'],
  output: objectOf({
    network: textSchema,
    block: integerSchema,
    coldkey: addressSchema,
    stakes: listOf(
      objectOf({
        netuid: nullable(integerSchema),
        hotkey: addressSchema,
        token: tokenSchema,
        stakeRao: raoSchema,
        valueRao: nullable(raoSchema),
        emissionRao: nullable(raoSchema),
        registered: nullable(booleanSchema),
      }),
    ),
    totalValueRao: nullable(raoSchema),
    freeRao: raoSchema,
  }),
  load: async () => (await import('./list.js')).list,
});

export const stake = group({
  name: 'stake',
  aliases: ['st'],
  about: 'stake: add, take back, look at',
  commands: [add, remove, list],
});
