#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { packagePath } from '../base/index.js';
import { runSettings } from '../neuron/index.js';
import { addLocalnetCommand } from './commands/localnet/command.js';
import { localnetSettings } from './commands/localnet/settings.js';
import { addRunCommand } from './commands/run.js';
import { EXIT, explainError } from './exit.js';
import { normalizeArgv } from './flags.js';

export function createProgram(): Command {
  const { version } = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { version: string };
  const program = new Command('bittensor-cli')
    .description('A Bittensor node: wallets, a local chain, neurons that learn from each other')
    .version(version)
    .showHelpAfterError('(--help lists what there is)')
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 2 wrong flag or setting, 3 port in use, 4 chain, 5 key or wallet, 6 checkpoint, 7 disk.',
    );
  addRunCommand(program);
  addLocalnetCommand(program);
  for (const command of program.commands) command.exitOverride();
  return program;
}

async function main(): Promise<number> {
  try {
    await createProgram().parseAsync(normalizeArgv(process.argv.slice(2), [runSettings, localnetSettings]), {
      from: 'user',
    });
    return EXIT.ok;
  } catch (error) {
    // Commander has already said what was wrong; help and version are not errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { line, exit } = explainError(error);
    process.stderr.write(`bittensor-cli: ${line}\n`);
    return exit;
  }
}

// A terminal or pipe that is closed is no reason to crash; `run` then stops cleanly.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
process.exitCode = await main();
