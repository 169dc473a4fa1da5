import { join } from 'node:path';
import {
  createLog,
  type ResolvedSettings,
  type SettingSource,
  type SettingTable,
  type SettingValues,
} from '../../../base/index.js';
import type { ChainClient } from '../../../chain/index.js';
import {
  MODEL_KINDS,
  minerSettings,
  type Neuron,
  type RunSummary,
  runNeuron,
  serverSettings,
  validatorSettings,
} from '../../../neuron/index.js';
import { cliError } from '../../errors.js';
import type { Action, Input } from '../../frame/command.js';
import { readPassword } from '../../secrets/password.js';
import { createOutput } from '../../terminal/output.js';
import { BANNER } from './banner.js';
import { createLiveView, type LiveView } from './live-view.js';
import type { registrar } from './register.js';
import type { minerRows, serverRows, validatorRows } from './rows.js';
import { type Given, neuronSettings, prefer } from './settle.js';

export const runMiner: Action<typeof minerRows> = async input => {
  const settings = settledMiner(input);
  const json = await runRole(input, { role: 'miner', settings });
  return { json: { role: 'miner', neuron: settings.values.model, stopped: true, ...json } };
};

export const runServer: Action<typeof serverRows> = async input => {
  const settings = neuronSettings(input, serverSettings);
  return { json: { role: 'server', stopped: true, ...(await runRole(input, { role: 'server', settings })) } };
};

export const runValidator: Action<typeof validatorRows> = async input => {
  const settings = neuronSettings(input, validatorSettings);
  return { json: { role: 'validator', stopped: true, ...(await runRole(input, { role: 'validator', settings })) } };
};

/** The model that learns may be named by `--neuron`, too. */
export function settledMiner(given: Given<typeof minerRows>): ResolvedSettings<typeof minerSettings> {
  const { neuron } = given.settings;
  if (neuron === undefined || neuron === 'miner') return neuronSettings(given, minerSettings);
  const isModel = MODEL_KINDS.some(kind => kind === neuron);
  if (isModel) return neuronSettings(prefer(given, 'model', 'neuron'), minerSettings);
  const where = NAMED_BY[given.sources.neuron];
  throw cliError(
    'usage',
    `${where} is ${neuron}, and this is a miner: start bittensor-cli run ${neuron} (./start_bittensor.sh -n ${neuron}); ${where} can name a miner's model (${MODEL_KINDS.join(', ')})`,
  );
}

const NAMED_BY: Record<SettingSource, string> = {
  default: '--neuron',
  flag: '--neuron',
  environment: 'BT_NEURON',
  file: '"neuron" in the configuration file',
};

async function runRole<T extends SettingTable>(input: Input<T>, neuron: Neuron): Promise<Partial<RunSummary>> {
  const { values } = neuron.settings;
  const stream = input.isJson ? process.stderr : process.stdout;
  const view = viewFor(input, stream);
  const output = view ?? createOutput(stream, input.ui.env);
  let done: Partial<RunSummary> = {};
  if (!view) output.line(BANNER);
  try {
    await runNeuron(neuron, {
      signal: input.signal,
      openLog: folder => {
        view?.logsTo(join(folder, 'bittensor.log'));
        return createLog({
          level: values.log_level,
          format: values.log_format,
          maxBytes: values.log_max_size,
          keep: values.log_keep,
          folder,
          write: line => output.line(line),
        });
      },
      onStatus: status => view?.watch(status),
      progress: output.progress,
      onDone: summary => {
        done = summary;
      },
      ...registerHook(input, neuron),
      password: keyFile => readPassword(input.ui, input.settings as SettingValues<typeof minerRows>, keyFile, 'open'),
    });
  } finally {
    output.close();
  }
  return done;
}

/** With `--ui` at a terminal; elsewhere lines. */
function viewFor<T extends SettingTable>({ settings, ui }: Input<T>, stream: NodeJS.WriteStream): LiveView | undefined {
  if ((settings as { ui?: boolean }).ui !== true) return undefined;
  if (stream.isTTY && ui.env['TERM'] !== 'dumb') return createLiveView(stream, ui.colors);
  ui.note('There is no terminal to draw on: lines instead of --ui');
  return undefined;
}

/** What `--register` asks for; nothing without it. */
function registerHook<T extends SettingTable>(input: Input<T>, { settings: { values, sources } }: Neuron) {
  const { register, max_cost: maxRao, yes, ...given } = input.settings as SettingValues<typeof minerRows>;
  if (!register) return {};
  if (maxRao === undefined) throw cliError('usage', '--register spends TAO: say by --max-cost how much at most');
  const wallet = { ...given, wallet_name: values.wallet_name ?? 'default', wallet_path: values.wallet_path };
  const { netuid, chain_endpoint: typed } = values;
  const isNetuidGiven = sources.netuid !== 'default';
  const { ui, signal } = input;
  let registerOne: ReturnType<typeof registrar> | undefined;
  return {
    register: async (one: { client: ChainClient; hotkey: string }) => {
      const loaded = await import('./register.js');
      registerOne ??= loaded.registrar({ netuid, isNetuidGiven, typed, maxRao, yes, wallet, ui, signal });
      await registerOne(one);
    },
  };
}
