import type { Command } from 'commander';
import { createLog, readConfigFile, resolveSettings } from '../../base/index.js';
import { NEURON_KINDS, runNeuron, runSettings } from '../../neuron/index.js';
import { BANNER } from '../banner.js';
import { addFlags, typedFlags } from '../flags.js';
import { createOutput } from '../output.js';
import { stopOnSignal } from '../signals.js';

/** Read from the working folder when it is there. */
const CONFIG_FILE = 'configuration.yaml';

export function addRunCommand(program: Command): void {
  const command = program
    .command('run')
    .summary('run a neuron: it learns, serves and is ranked')
    .description(
      'Runs a neuron until Ctrl-C: joins (or starts) the chain, trains, serves its model to peers, learns from theirs and ranks them.\n' +
        `Settings come from flags, the environment (names in brackets) and ./${CONFIG_FILE}, in this order.`,
    )
    .argument('[neuron]', `which model to run: ${NEURON_KINDS.join(', ')}`)
    .option('--config <file>', `config file (default: ./${CONFIG_FILE} if it is there)`);
  addFlags(command, runSettings);
  command.action(async (neuron: string | undefined, options: Record<string, unknown>) => {
    const flags = typedFlags(options, runSettings);
    if (neuron !== undefined) flags['neuron'] ??= neuron;
    const file = options['config'] as string | undefined;
    const settings = resolveSettings(runSettings, {
      flags,
      env: process.env,
      file: readConfigFile(file ?? CONFIG_FILE, { required: file !== undefined }),
    });
    const stop = stopOnSignal(() => output.close());
    const output = createOutput(stop.stop);
    output.line(BANNER);
    try {
      await runNeuron(settings, {
        signal: stop.signal,
        openLog: folder => createLog({ level: settings.values.log_level, folder, write: line => output.line(line) }),
        progress: output.progress,
      });
    } finally {
      output.close();
      stop.dispose();
    }
  });
}
