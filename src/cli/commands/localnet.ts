import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { BittensorError, port, resolveSettings, type SettingTable, text } from '../../base/index.js';
import { addFlags, typedFlags } from '../flags.js';
import { stopOnSignal } from '../signals.js';

/** Settings of `localnet start`, which the other verbs use as far as they apply. */
export const localnetSettings = {
  port: port({ about: 'port of the chain, on loopback', default: 9944, env: 'BT_LOCALNET_PORT' }),
  data: text<string | undefined>({
    argument: 'folder',
    about: 'folder of the chain',
    default: undefined,
    defaultAbout: '~/.bittensor/node/chain-PORT',
    env: 'BT_LOCALNET_DATA',
  }),
  block_time: {
    ...text<string>({
      argument: 'ms|instant|manual',
      about: 'when blocks are made',
      default: '250',
      env: 'BT_LOCALNET_BLOCK_TIME',
    }),
    parse: (value: string) => {
      if (
        value !== 'instant' &&
        value !== 'manual' &&
        !(/^\d+$/.test(value) && Number(value) >= 10 && Number(value) <= 3_600_000)
      ) {
        throw new RangeError('must be milliseconds from 10 to 3600000, instant, or manual');
      }
      return value;
    },
  },
} satisfies SettingTable;

export function addLocalnetCommand(program: Command): void {
  const localnet = program
    .command('localnet')
    .description('a local chain: starts in half a second, funds and forgets nothing');

  const start = localnet
    .command('start')
    .description('Runs a local chain until Ctrl-C; with --detach it goes on in the background until `localnet stop`.')
    .option('--detach', 'go on in the background');
  addFlags(start, localnetSettings);
  start.action(async (options: Record<string, unknown>) => startChain(settle(options), options['detach'] === true));

  for (const [verb, about, action] of [
    ['stop', 'ends the chain in the background', stopChain],
    ['status', 'says whether a chain runs, and at which block it is', showStatus],
  ] as const) {
    const command = localnet.command(verb).description(about);
    addFlags(command, { port: localnetSettings.port, data: localnetSettings.data });
    command.action(async (options: Record<string, unknown>) => action(settle(options)));
  }
  for (const command of localnet.commands) command.exitOverride();
}

interface Settled {
  port: number;
  dataFolder: string;
  /** True when the folder was given, and not derived from the port. */
  byFolder: boolean;
  blockTime: number | 'instant' | 'manual';
}

function settle(options: Record<string, unknown>): Settled {
  const { values } = resolveSettings(localnetSettings, {
    flags: typedFlags(options, localnetSettings),
    env: process.env,
  });
  return {
    port: values.port,
    dataFolder: values.data ?? join(homedir(), '.bittensor', 'node', `chain-${values.port}`),
    byFolder: values.data !== undefined,
    blockTime: /^\d+$/.test(values.block_time)
      ? Number(values.block_time)
      : (values.block_time as 'instant' | 'manual'),
  };
}

async function startChain(settings: Settled, detached: boolean): Promise<void> {
  const { chainProcessAt, startLocalnet } = await import('../../chain/index.js');
  const stop = stopOnSignal();
  try {
    const chain = await startLocalnet({ ...settings, detached, signal: stop.signal });
    if (chain.joined) {
      const pid = await chainProcessAt(chain.url);
      const what =
        pid === undefined
          ? `port ${settings.port} is in use by another program`
          : `a chain is already running at ${chain.url} (process ${pid})`;
      throw new BittensorError('port_in_use', what, { data: { port: settings.port } });
    }
    console.log(
      `Local chain at ${chain.url}, genesis ${chain.genesis}, process ${chain.pid}, data in ${settings.dataFolder}`,
    );
    if (detached) return;
    console.log('Ctrl-C stops it.');
    stop.signal.addEventListener('abort', () => void chain.stop(), { once: true });
    const code = await chain.exited;
    if (!stop.signal.aborted)
      throw new BittensorError('chain_unreachable', `the local chain ended by itself (exit code ${code})`);
    console.log('Stopped; the chain goes on from its last block at the next start.');
  } catch (error) {
    // Ctrl-C while it was starting: nothing was lost, and nothing is wrong.
    if (!stop.signal.aborted) throw error;
  } finally {
    stop.dispose();
  }
}

async function stopChain({ port, dataFolder, byFolder }: Settled): Promise<void> {
  const { stopLocalnet } = await import('../../chain/index.js');
  const url = `ws://127.0.0.1:${port}`;
  const stopped = await stopLocalnet(byFolder ? { dataFolder } : { url });
  const where = byFolder ? `with its data in ${dataFolder}` : `at ${url}`;
  console.log(stopped ? `Stopped the chain ${where} (process ${stopped.pid}).` : `No local chain runs ${where}.`);
}

async function showStatus({ port }: Settled): Promise<void> {
  const { connect } = await import('../../chain/index.js');
  await using chain = await connect({ endpoints: [`ws://127.0.0.1:${port}`], timeoutMs: 3000 });
  console.log(`${chain.chainName} at ${chain.endpoint}: block ${chain.headBlock()}, genesis ${chain.genesisHash}`);
}
