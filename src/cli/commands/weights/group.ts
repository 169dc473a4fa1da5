import { command, group } from '../../frame/command.js';
import {
  addressSchema,
  integerSchema,
  listOf,
  nullable,
  numberSchema,
  objectOf,
  textSchema,
} from '../../frame/schema.js';
import { transactionOutput } from '../../settings/transaction.js';
import { revealRows, setRows, showRows } from './rows.js';

const ENTRY = objectOf({ uid: integerSchema, weightU16: integerSchema, share: numberSchema });

const show = command({
  name: 'show',
  flat: ['weights'],
  about: 'shows which neurons rank which, and how high',
  settings: showRows,
  examples: ['weights show --netuid 1', 'weights show --uid 0 --json'],
  output: objectOf({
    network: textSchema,
    netuid: integerSchema,
    block: integerSchema,
    rows: listOf(objectOf({ uid: integerSchema, hotkey: addressSchema, weights: listOf(ENTRY) })),
  }),
  load: async () => (await import('./show.js')).show,
});

const set = command({
  name: 'set',
  flat: ['set-weights'],
  about: 'ranks neurons with your hotkey',
  long: 'Ranks neurons of a subnet with your hotkey: they earn by what validators rank them. The new weights replace those of before. Where a subnet hides weights at first, this commits to them, and `weights reveal` shows them later.',
  settings: setRows,
  examples: [
    'weights set --netuid 1 --uids 0,1,2 --weights 0.2,0.3,0.5',
    'set_weights --uids 0 1 2 --weights 1 1 2',
    'weights set --uids 3 --weights 1 --dry-run',
  ],
  output: transactionOutput({
    netuid: integerSchema,
    uid: integerSchema,
    hotkey: addressSchema,
    weights: listOf(ENTRY),
    // Blocks in which committed weights can be revealed, and what is kept for that.
    reveal: nullable(objectOf({ first: integerSchema, last: integerSchema, file: textSchema })),
  }),
  load: async () => (await import('./set.js')).set,
});

const reveal = command({
  name: 'reveal',
  about: 'reveals weights that `weights set` committed to, where a subnet hides them at first',
  settings: revealRows,
  examples: ['weights reveal --netuid 1'],
  output: transactionOutput({
    netuid: integerSchema,
    uid: integerSchema,
    hotkey: addressSchema,
    weights: listOf(ENTRY),
  }),
  load: async () => (await import('./reveal.js')).reveal,
});

export const weights = group({
  name: 'weights',
  aliases: ['weight'],
  about: 'weights: who ranks whom',
  commands: [show, set, reveal],
});
