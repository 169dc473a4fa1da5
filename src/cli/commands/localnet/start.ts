import { rmSync } from 'node:fs';
import { BittensorError, isBittensorError } from '../../../base/index.js';
import type { LocalAccount, Localnet, LocalnetOptions } from '../../../chain/index.js';
import { stopOnSignal } from '../../signals.js';
import { accountLines, PUBLIC_KEYS } from './accounts.js';
import { badArgument } from './parse.js';
import { say } from './say.js';
import {
  folderOf,
  followSettings,
  keepOptions,
  type Options,
  settle,
  startOptions,
  startSettings,
} from './settings.js';
import { hasOwnFolder, markThrowaway, removedLine, removeThrowaway } from './throwaway.js';

/** Of a chain that is not bound to loopback. */
const OPEN =
  'Other machines reach this address, too: whoever does can send transactions and ask for all that the commands do.';

export async function start(options: Options): Promise<void> {
  const values = settle(startSettings, options);
  const hints =
    values.block_time === 'manual' ? [`Blocks are made on request: bittensor-cli localnet mine [count]`] : [];
  await runChain({ ...startOptions(values), dataFolder: folderOf(values) }, options, hints, hasOwnFolder(values));
}

/** Runs a chain that takes the blocks of another one and makes none. */
export async function follow(leader: string, options: Options): Promise<void> {
  if (!URL.canParse(leader) || !/^(wss?|https?):$/.test(new URL(leader).protocol)) {
    throw badArgument(`${JSON.stringify(leader.slice(0, 80))} is no address like ws://127.0.0.1:9944`);
  }
  const values = settle(followSettings, options);
  const { port, host } = values;
  const engine = { port, host, follow: leader, ...keepOptions(values), dataFolder: folderOf(values) };
  const hint = `It follows ${leader}, checks each of its blocks, and makes none.`;
  await runChain(engine, options, [hint], hasOwnFolder(values));
}

async function runChain(
  engine: LocalnetOptions,
  options: Options,
  hints: readonly string[],
  isThrowaway: boolean,
): Promise<void> {
  const { chainProcessAt, startLocalnet } = await import('../../../chain/index.js');
  const { dataFolder } = engine;
  const detached = options['detach'] === true;
  const stop = stopOnSignal();
  try {
    const chain = await startLocalnet({ ...engine, detached, signal: stop.signal }).catch(error => {
      // Its message has the last line of the log.
      if (isThrowaway) rmSync(dataFolder, { recursive: true, force: true });
      throw error;
    });
    if (!chain.joined) markThrowaway(dataFolder, isThrowaway);
    if (chain.joined) throw portInUse(engine.port, chain.url, await chainProcessAt(chain.url));
    await tellStart(chain, engine, options, hints);
    if (detached) return;
    stop.signal.addEventListener('abort', () => void chain.stop(), { once: true });
    const code = await chain.exited;
    // `localnet stop` in another terminal is a clean end, too.
    if (!stop.signal.aborted && code !== 0) {
      throw new BittensorError('chain_unreachable', `the local chain ended by itself (exit code ${code})`);
    }
    const isGone = removeThrowaway(dataFolder);
    if (options['json'] === true) return;
    console.log(
      isGone
        ? `Stopped. ${removedLine(dataFolder)}`
        : 'Stopped; the chain goes on from its last block at the next start.',
    );
  } catch (error) {
    // Ctrl-C while it was starting: nothing was lost, and nothing is wrong.
    if (!stop.signal.aborted) throw error;
  } finally {
    stop.dispose();
  }
}

async function tellStart(
  { url, port, pid, genesis }: Localnet,
  { dataFolder, follow: leader }: LocalnetOptions,
  options: Options,
  hints: readonly string[],
): Promise<void> {
  const { isLoopback } = await import('../../../chain/index.js');
  const accounts = leader === undefined ? await developmentAccounts(url) : [];
  const keys = accounts.length === 0 ? [] : ['', ...accountLines(accounts), '', PUBLIC_KEYS];
  say(options, { url, port, pid, genesis, dataFolder, accounts }, [
    `Local chain at ${url}, genesis ${genesis}, process ${pid}, data in ${dataFolder}`,
    ...keys,
    ...(isLoopback(url) ? [] : [OPEN]),
    ...hints,
    options['detach'] === true ? `bittensor-cli localnet stop --port ${port} ends it.` : 'Ctrl-C stops it.',
  ]);
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
