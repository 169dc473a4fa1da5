import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { BittensorError, isBittensorError } from '../../../base/index.js';
import type { LocalAccount, Localnet, LocalnetOptions } from '../../../chain/index.js';
import { cliError } from '../../errors.js';
import type { Action, Input } from '../../frame/command.js';
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
  const until = settings.detach ? 'for 20 s' : 'until Ctrl-C';
  const onWaiting = (reason: string) => ui.note(`waiting for the leader ${until}: ${reason}`);
  let runs = false;
  try {
    const chain = await startLocalnet({ ...engine, detached: settings.detach, signal, onWaiting }).catch(error => {
      // Its message has the last line of the log.
      if (isThrowaway) rmSync(dataFolder, { recursive: true, force: true });
      throw error;
    });
    if (chain.joined) return await tellRunning(chain.url, await chainProcessAt(chain.url), engine, input);
    markThrowaway(dataFolder, isThrowaway);
    await tellStart(chain, engine, input, hints).finally(() => (signal.aborted ? chain.stop() : undefined));
    signal.throwIfAborted();
    runs = true;
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
    if (!signal.aborted) throw error;
    // Nothing was lost, and nothing is wrong; but nothing runs, either.
    if (!runs) throw cliError('interrupted', 'stopped by the user before the chain ran', {}, error);
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
    `Explorer at ${explorerUrl(url)}`,
    ...keys,
    ...(isLoopback(url) ? [] : [OPEN]),
    ...hints,
    settings.detach ? `bittensor-cli localnet stop --port ${port} ends it.` : 'Ctrl-C stops it.',
  ];
  publish({
    json: { started: true, url, explorer: explorerUrl(url), port, pid, genesis, dataFolder, accounts },
    show: ui => (ui.isQuiet ? lines.slice(0, 1) : lines).forEach(ui.line),
  });
}

/** The chain serves the page itself, beside its RPC. */
function explorerUrl(url: string): string {
  return `${url.replace(/^ws/, 'http').replace(/\/$/, '')}/explorer/`;
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

/**
 * Somebody has the port. With `--detach`, the chain that keeps its data in this very folder is what was asked for; of one that
 * was to begin with a specification, a fork or a leader nobody can tell from here.
 */
async function tellRunning(
  url: string,
  found: { pid: number; dataFolder: string | undefined } | undefined,
  { port, dataFolder, chainSpec, fork, follow: leader }: LocalnetOptions,
  { settings, publish }: Running,
): Promise<void> {
  const isOther = chainSpec !== undefined || fork !== undefined || leader !== undefined;
  if (!found || isOther || !settings.detach || found.dataFolder !== resolve(dataFolder)) {
    const what = found
      ? `a chain is already running at ${url} (process ${found.pid})`
      : `port ${port} is in use by another program`;
    throw new BittensorError('port_in_use', what, { data: { port } });
  }
  const { openLocalChain } = await import('../../../chain/index.js');
  await using chain = await openLocalChain(url);
  const { genesis } = await chain.status();
  const accounts = await chain.accounts();
  const { pid } = found;
  const lines = [
    `A chain is already running at ${url}, process ${pid}, data in ${found.dataFolder}; it goes on with the settings that it has.`,
    `Explorer at ${explorerUrl(url)}`,
    `bittensor-cli localnet stop --port ${port} ends it.`,
  ];
  publish({
    json: {
      started: false,
      url,
      explorer: explorerUrl(url),
      port,
      pid,
      genesis,
      dataFolder: found.dataFolder,
      accounts,
    },
    show: ui => (ui.isQuiet ? lines.slice(0, 1) : lines).forEach(ui.line),
  });
}
