import { command, group } from '../../command.js';
import {
  addressSchema,
  booleanSchema,
  hashSchema,
  integerSchema,
  listOf,
  objectOf,
  oneOf,
  raoSchema,
  textSchema,
} from '../../schema.js';
import {
  dumpSettings,
  followSettings,
  revertSettings,
  startSettings,
  stopSettings,
  targetSettings,
} from './settings.js';

const account = objectOf({
  name: textSchema,
  address: addressSchema,
  uri: textSchema,
  secretSeed: textSchema,
  freeRao: raoSchema,
});
const started = objectOf({
  /** False: it ran already. */
  started: booleanSchema,
  url: textSchema,
  port: integerSchema,
  pid: integerSchema,
  genesis: hashSchema,
  dataFolder: textSchema,
  accounts: listOf(account),
});
const snapshotOf = { id: { type: ['integer', 'string'] }, block: integerSchema, hash: hashSchema };

/** `bittensor-cli localnet <verb>`. */
export const localnet = group({
  name: 'localnet',
  about: 'a local chain: starts in half a second, forgets nothing, and does what you say',
  commands: [
    command({
      name: 'start',
      about: 'runs a local chain',
      long: 'Runs a local chain until Ctrl-C, with ten funded accounts; with --detach it goes on in the background until `localnet stop`.',
      settings: startSettings,
      examples: [
        'localnet start                                     the Bittensor chain, a block every 250 ms, on port 9944',
        'localnet start --port 0 --block-time manual        any free port, blocks on request (`localnet mine`)',
        'localnet start --chain spec.json                   any Substrate runtime, from a raw specification',
        'localnet start --fork wss://test.finney.opentensor.ai:443     a copy of a live chain, to try things on',
      ],
      output: started,
      untilStopped: true,
      load: async () => (await import('./start.js')).start,
    }),
    command({
      name: 'follow',
      about: 'runs a chain that follows another one',
      long: 'Runs a chain that fetches the blocks of another one, checks each of them, and answers what is asked of it.',
      arguments: [{ name: 'url', about: 'address of the chain to follow' }],
      settings: followSettings,
      examples: ['localnet follow ws://127.0.0.1:9944'],
      output: started,
      untilStopped: true,
      load: async () => (await import('./start.js')).follow,
    }),
    command({
      name: 'stop',
      about: 'ends the chain in the background',
      settings: stopSettings,
      examples: ['localnet stop', 'localnet stop --port 9950'],
      output: objectOf({
        stopped: booleanSchema,
        'pid?': integerSchema,
        'url?': textSchema,
        'data?': textSchema,
        'removed?': textSchema,
      }),
      load: async () => (await import('./verbs.js')).stop,
    }),
    command({
      name: 'status',
      about: 'says whether a chain runs, and at which block it is',
      settings: targetSettings,
      examples: ['localnet status', 'localnet status --json'],
      output: {
        type: 'object',
        properties: {
          running: oneOf(true),
          url: textSchema,
          number: integerSchema,
          genesis: hashSchema,
          head: hashSchema,
        },
        required: ['running', 'url', 'number', 'genesis', 'head', 'pid', 'dataFolder', 'blockTime', 'snapshots'],
      },
      load: async () => (await import('./verbs.js')).status,
    }),
    command({
      name: 'mine',
      about: 'makes blocks now',
      arguments: [{ name: 'count', about: 'how many, 1 to 10000 (default: 1)', optional: true }],
      settings: targetSettings,
      examples: ['localnet mine', 'localnet mine 100'],
      output: objectOf({ mined: integerSchema, hash: hashSchema, number: integerSchema }),
      load: async () => (await import('./verbs.js')).mine,
    }),
    command({
      name: 'travel',
      about: "moves the chain's clock forward and mines a block",
      arguments: [{ name: 'time', about: 'how far (90s, 1h30m, 2d), or where to (2027-01-01T00:00:00Z)' }],
      settings: targetSettings,
      examples: ['localnet travel 1h30m', 'localnet travel 2d', 'localnet travel 2027-01-01T00:00:00Z'],
      output: objectOf({ timestampMs: integerSchema, time: textSchema, block: hashSchema }),
      load: async () => (await import('./verbs.js')).travel,
    }),
    command({
      name: 'snapshot',
      about: 'remembers the chain as it is, to come back to',
      settings: targetSettings,
      examples: ['localnet snapshot'],
      output: objectOf(snapshotOf),
      load: async () => (await import('./verbs.js')).snapshot,
    }),
    command({
      name: 'revert',
      about: 'goes back to a snapshot or a block; what came after is gone',
      arguments: [{ name: 'snapshot', about: 'its number (default: the newest)', optional: true }],
      settings: revertSettings,
      examples: ['localnet revert          to the newest snapshot', 'localnet revert 2', 'localnet revert --block 100'],
      output: objectOf({ block: integerSchema, hash: hashSchema }),
      load: async () => (await import('./verbs.js')).revert,
    }),
    command({
      name: 'fund',
      about: 'sends TAO from a development account',
      arguments: [
        { name: 'address', about: 'ss58 address' },
        { name: 'tao', about: 'amount in TAO' },
      ],
      settings: targetSettings,
      examples: ['localnet fund 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty 100'],
      output: objectOf({ address: addressSchema, amountRao: raoSchema, hash: hashSchema, block: hashSchema }),
      load: async () => (await import('./verbs.js')).fund,
    }),
    command({
      name: 'accounts',
      about: 'lists the development accounts, their keys and what they own',
      settings: targetSettings,
      examples: ['localnet accounts'],
      output: objectOf({ accounts: listOf(account), warning: textSchema }),
      load: async () => (await import('./accounts.js')).accounts,
    }),
    command({
      name: 'dump',
      about: 'writes all state as a raw chain specification, to start from',
      arguments: [{ name: 'file', about: 'JSON file to write' }],
      settings: dumpSettings,
      examples: ['localnet dump state.json && bittensor-cli localnet start --chain state.json --port 0'],
      output: objectOf({ file: textSchema, bytes: integerSchema, 'name?': textSchema }),
      load: async () => (await import('./verbs.js')).dump,
    }),
  ],
});
