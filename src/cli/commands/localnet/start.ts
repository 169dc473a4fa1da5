import { rmSync } from 'node:fs';
import { BittensorError, isBittensorError } from '../../../base/index.js';
import type { LocalAccount, Localnet, LocalnetOptions } from '../../../chain/index.js';
import type { Action, Input } from '../../command.js';
import { accountLines, PUBLIC_KEYS } from './accounts.js';
import { badArgument } from './parse.js';
import { folderOf, type followSettings, keepOptions, startOptions, type startSettings } from './settings.js';
import { hasOwnFolder, markThrowaway, removedLine, removeThrowaway } from './throwaway.js';

/** Of a chain that is not bound to loopback. */
const OPEN =
  'Other machines reach this address, too: whoever does can send transactions and ask for all that the commands do.';

type Running = Pick<Input<typeof followSettings>, 'settings' | 'ui' | 'signal' | 'publish'>;

export const start: Action<typeof startSettings> = async input => {
  const { settings } = input;
  const hints =
    settings.block_time === 'manual' ? [`Blocks are made on request: bittensor-cli localnet mine [count]`] : [];
  await runChain({ ...startOptions(settings), dataFolder: folderOf(settings) }, input, hints);
  return undefined;
};

/** Runs a chain that takes the blocks of another one and makes none. */
export const follow: Action<typeof followSettings> = async input => {
  const [leader = ''] = input.args;
  if (!URL.canParse(leader) || !/^(wss?|https?):$/.test(new URL(leader).protocol)) {
    throw badArgument(`${JSON.stringify(leader.slice(0, 80))} is no address like ws://127.0.0.1:9944`);
  }
  const { port, host } = input.settings;
  const engine = { port, host, follow: leader, ...keepOptions(input.settings), dataFolder: folderOf(input.settings) };
  await runChain(engine, input, [`It follows ${leader}, checks each of its blocks, and makes none.`]);
  return undefined;
};

async function runChain(engine: LocalnetOptions, input: Running, hints: readonly string[]): Promise<void> {
  const { chainProcessAt, startLocalnet } = await import('../../../chain/index.js');
  const { dataFolder } = engine;
  const { settings, signal, ui } = input;
  const isThrowaway = hasOwnFolder(settings);
  try {
    const chain = await startLocalnet({ ...engine, detached: settings.detach, signal }).catch(error => {
      // Its message has the last line of the log.
      if (isThrowaway) rmSync(dataFolder, { recursive: true, force: true });
      throw error;
    });
    if (!chain.joined) markThrowaway(dataFolder, isThrowaway);
    if (chain.joined) throw portInUse(engine.port, chain.url, await chainProcessAt(chain.url));
    await tellStart(chain, engine, input, hints);
    if (settings.detach) return;
    const stopChain = () => void chain.stop();
    signal.addEventListener('abort', stopChain, { once: true });
    if (signal.aborted) stopChain();
    const code = await chain.exited;
    // `localnet stop` in another terminal is a clean end, too.
    if (!signal.aborted && code !== 0) {
      throw new BittensorError('chain_unreachable', `the local chain ended by itself (exit code ${code})`);
    }
    const isGone = removeThrowaway(dataFolder);
    ui.line(
      isGone
        ? `Stopped. ${removedLine(dataFolder)}`
        : 'Stopped; the chain goes on from its last block at the next start.',
    );
  } catch (error) {
    // Ctrl-C while it was starting: nothing was lost, and nothing is wrong.
    if (!signal.aborted) throw error;
  }
}

async function tellStart(
  { url, port, pid, genesis }: Localnet,
  { dataFolder, follow: leader }: LocalnetOptions,
  { settings, publish }: Running,
  hints: readonly string[],
): Promise<void> {
  const { isLoopback } = await import('../../../chain/index.js');
  const accounts = leader === undefined ? await developmentAccounts(url) : [];
  const keys = accounts.length === 0 ? [] : ['', ...accountLines(accounts), '', PUBLIC_KEYS];
  const lines = [
    `Local chain at ${url}, genesis ${genesis}, process ${pid}, data in ${dataFolder}`,
    ...keys,
    ...(isLoopback(url) ? [] : [OPEN]),
    ...hints,
    settings.detach ? `bittensor-cli localnet stop --port ${port} ends it.` : 'Ctrl-C stops it.',
  ];
  publish({ json: { url, port, pid, genesis, dataFolder, accounts }, show: ui => lines.forEach(ui.line) });
}

/** None on a chain that is not of this package. */
async function developmentAccounts(url: string): Promise<LocalAccount[]> {
  const { openLocalChain } = await import('../../../chain/index.js');
  try {
    await using chain = await openLocalChain(url);
    return await chain.accounts();
  } catch (error) {
    if (isBittensorError(error)) return [];
    throw error;
  }
}

function portInUse(port: number, url: string, pid: number | undefined): BittensorError {
  const what =
    pid === undefined
      ? `port ${port} is in use by another program`
      : `a chain is already running at ${url} (process ${pid})`;
  return new BittensorError('port_in_use', what, { data: { port } });
}
