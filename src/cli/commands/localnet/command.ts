import type { Command } from 'commander';
import type { SettingTable } from '../../../base/index.js';
import { addFlags } from '../../flags.js';
import { accounts } from './accounts.js';
import { followSettings, startSettings, stopSettings, targetSettings } from './settings.js';
import { follow, start } from './start.js';
import { dump, fund, mine, revert, snapshot, status, stop, travel } from './verbs.js';

/** `bittensor-cli localnet <verb>`. */
export function addLocalnetCommand(program: Command): void {
  const localnet = program
    .command('localnet')
    .description('a local chain: starts in half a second, forgets nothing, and does what you say');

  verb(localnet, 'start', startSettings, {
    about: 'runs a local chain',
    long: 'Runs a local chain until Ctrl-C, with ten funded accounts; with --detach it goes on in the background until `localnet stop`.',
    examples: [
      'start                                     the Bittensor chain, a block every 250 ms, on port 9944',
      'start --port 0 --block-time manual        any free port, blocks on request (`localnet mine`)',
      'start --chain spec.json                   any Substrate runtime, from a raw specification',
      'start --fork wss://test.finney.opentensor.ai:443     a copy of a live chain, to try things on',
    ],
  })
    .option('--detach', 'go on in the background')
    .action(start);
  verb(localnet, 'follow', followSettings, {
    about: 'runs a chain that follows another one',
    long: 'Runs a chain that fetches the blocks of another one, checks each of them, and answers what is asked of it.',
    examples: ['follow ws://127.0.0.1:9944'],
  })
    .argument('<url>', 'address of the chain to follow')
    .option('--detach', 'go on in the background')
    .action(follow);
  verb(localnet, 'stop', stopSettings, {
    about: 'ends the chain in the background',
    examples: ['stop', 'stop --port 9950'],
  }).action(stop);
  verb(localnet, 'status', targetSettings, {
    about: 'says whether a chain runs, and at which block it is',
    examples: ['status --json'],
  }).action(status);
  verb(localnet, 'mine', targetSettings, {
    about: 'makes blocks now',
    examples: ['mine', 'mine 100'],
  })
    .argument('[count]', 'how many, 1 to 10000 (default: 1)')
    .action(mine);
  verb(localnet, 'travel', targetSettings, {
    about: "moves the chain's clock forward and mines a block",
    examples: ['travel 1h30m', 'travel 2d', 'travel 2027-01-01T00:00:00Z'],
  })
    .argument('<time>', 'how far (90s, 1h30m, 2d), or where to (2027-01-01T00:00:00Z)')
    .action(travel);
  verb(localnet, 'snapshot', targetSettings, {
    about: 'remembers the chain as it is, to come back to',
    examples: ['snapshot'],
  }).action(snapshot);
  verb(localnet, 'revert', targetSettings, {
    about: 'goes back to a snapshot or a block; what came after is gone',
    examples: ['revert          to the newest snapshot', 'revert 2', 'revert --block 100'],
  })
    .argument('[snapshot]', 'its number (default: the newest)')
    .option('--block <number>', 'go back to this block instead')
    .action(revert);
  verb(localnet, 'fund', targetSettings, {
    about: 'sends TAO from a development account',
    examples: ['fund 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty 100'],
  })
    .argument('<address>', 'ss58 address')
    .argument('<tao>', 'amount in TAO')
    .action(fund);
  verb(localnet, 'accounts', targetSettings, {
    about: 'lists the development accounts, their keys and what they own',
    examples: ['accounts'],
  }).action(accounts);
  verb(localnet, 'dump', targetSettings, {
    about: 'writes all state as a raw chain specification, to start from',
    examples: ['dump state.json && bittensor-cli localnet start --chain state.json --port 0'],
  })
    .argument('<file>', 'JSON file to write')
    .option('--at <hash>', 'the state of this block (default: the newest)')
    .option('--force', 'overwrite the file')
    .action(dump);
  for (const command of localnet.commands) command.exitOverride();
}

interface Help {
  readonly about: string;
  readonly long?: string;
  readonly examples: readonly string[];
}

function verb(localnet: Command, name: string, table: SettingTable, { about, long, examples }: Help): Command {
  const command = localnet
    .command(name)
    .summary(about)
    .description(long ?? `${about[0]!.toUpperCase()}${about.slice(1)}.`);
  addFlags(command, table);
  const lines = examples.map(example => `  bittensor-cli localnet ${example}`);
  return command
    .option('--json', 'print one JSON object, and nothing else')
    .addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
