import { createLog, type ResolvedSettings, type SettingSource, type SettingValues } from '../../../base/index.js';
import { NEURON_KINDS, type NeuronKind, runNeuron, runSettings } from '../../../neuron/index.js';
import { cliError } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { readPassword } from '../../secrets/password.js';
import { createOutput } from '../../terminal/output.js';
import { BANNER } from './banner.js';
import type { runRows } from './command.js';

export const run: Action<typeof runRows> = async input => {
  const settled = neuronSettings(input);
  const output = createOutput(input.isJson ? process.stderr : process.stdout);
  let saved = {};
  output.line(BANNER);
  try {
    await runNeuron(settled, {
      signal: input.signal,
      openLog: folder => createLog({ level: settled.values.log_level, folder, write: line => output.line(line) }),
      progress: output.progress,
      onSaved: summary => {
        saved = summary;
      },
      password: keyFile => readPassword(input.ui, input.settings, keyFile, 'open'),
    });
  } finally {
    output.close();
  }
  return { json: { neuron: settled.values.neuron, stopped: true, ...saved } };
};

type Given = Pick<Parameters<Action<typeof runRows>>[0], 'settings' | 'sources' | 'args'>;

/** The settings that the neuron knows: the other names for them are settled, and the argument is `--neuron`. */
export function neuronSettings({ settings, sources, args }: Given): ResolvedSettings<typeof runSettings> {
  const values: Record<string, unknown> = Object.fromEntries(
    Object.keys(runSettings).map(key => [key, settings[key as keyof typeof settings]]),
  );
  const from: Record<string, SettingSource> = { ...sources };
  const prefer = (key: 'chain_endpoint' | 'neuron_key', other: keyof typeof runRows) => {
    if (RANK.indexOf(sources[other]) <= RANK.indexOf(from[key]!)) return;
    values[key] = settings[other];
    from[key] = sources[other];
  };
  prefer('chain_endpoint', 'subtensor_chain_endpoint');
  prefer('chain_endpoint', 'subtensor_network');
  prefer('neuron_key', 'wallet_hotkey');
  const [neuron] = args;
  if (neuron !== undefined && sources.neuron !== 'flag') {
    if (!NEURON_KINDS.includes(neuron as NeuronKind)) {
      throw cliError(
        'usage',
        `there is no neuron ${JSON.stringify(neuron.slice(0, 80))}, only ${NEURON_KINDS.join(', ')}`,
      );
    }
    values['neuron'] = neuron;
    from['neuron'] = 'flag';
  }
  return {
    values: values as SettingValues<typeof runSettings>,
    sources: from as ResolvedSettings<typeof runSettings>['sources'],
  };
}

const RANK: readonly SettingSource[] = ['default', 'file', 'environment', 'flag'];
