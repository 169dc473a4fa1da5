import { existsSync, statSync } from 'node:fs';
import { BittensorError, writeFileAtomic } from '../../../base/index.js';
import type { LocalChain, LocalStatus } from '../../../chain/index.js';
import type { Action } from '../../frame/command.js';
import { shellWord } from '../../secrets/key-flags.js';
import { withLocalChain } from './local-chain.js';
import { badArgument, parseCount, parseTravel } from './parse.js';
import { say } from './say.js';
import { type dumpSettings, type revertSettings, type stopSettings, type targetSettings, urlOf } from './settings.js';
import { removedLine, removeThrowaway } from './throwaway.js';

const MOST_BLOCKS = 10_000;

type Verb = Action<typeof targetSettings>;

export const stop: Action<typeof stopSettings> = async ({ settings }) => {
  const { stopLocalnet } = await import('../../../chain/index.js');
  const { data } = settings;
  const url = urlOf(settings);
  const stopped = await stopLocalnet(data === undefined ? { url } : { dataFolder: data });
  const where = data === undefined ? `at ${url}` : `with its data in ${data}`;
  const line = stopped ? `Stopped the chain ${where} (process ${stopped.pid}).` : `No local chain runs ${where}.`;
  const removed = stopped && removeThrowaway(stopped.dataFolder) ? stopped.dataFolder : undefined;
  return say(
    { stopped: stopped !== undefined, pid: stopped?.pid, ...(data === undefined ? { url } : { data }), removed },
    [line, ...(removed === undefined ? [] : [removedLine(removed)])],
  );
};

export const status: Verb = async ({ settings, signal }) => {
  const [url, found] = await withLocalChain(
    settings,
    signal,
    async chain => [chain.url, await chain.status()] as const,
  );
  return say({ running: true, url, ...found }, statusLines(url, found));
};

function statusLines(url: string, found: LocalStatus): string[] {
  const { pid, number, head, genesis, blockTime, finalizedNumber, snapshots, forkedFrom, following } = found;
  const each = typeof blockTime === 'number' ? `every ${blockTime} ms` : blockTime;
  const waiting = found.ready + found.future;
  return [
    `Local chain at ${url}: block ${number}, genesis ${genesis}`,
    `  head       ${head}${finalizedNumber === undefined ? '' : `, block ${finalizedNumber} is final`}`,
    `  time       ${new Date(found.timestampMs).toISOString()}, blocks ${each}`,
    `  pool       ${waiting === 0 ? 'empty' : `${found.ready} ready, ${found.future} waiting for others`}`,
    `  process    ${pid}, data in ${found.dataFolder}`,
    ...(snapshots.length > 0
      ? [`  snapshots  ${snapshots.map(({ id, block }) => `${id} (block ${block})`).join(', ')}`]
      : []),
    ...(isRecord(forkedFrom) ? [`  forked     ${forkLine(forkedFrom)}`] : []),
    ...(isRecord(following) ? [`  follows    ${followLine(following)}`] : []),
  ];
}

function forkLine({ url, number, hash, isWhole }: Record<string, unknown>): string {
  const rest = isWhole === true ? 'all of its state is here' : 'its state is fetched when it is needed';
  return `from ${url} at block ${number}, ${hash}; ${rest}`;
}

function followLine({ url, leader, lost, refused }: Record<string, unknown>): string {
  const at = isRecord(leader) ? `, which is at block ${leader['number']}` : '';
  if (isRecord(refused)) return `${url}${at}; block ${refused['number']} is refused: ${refused['reason']}`;
  return lost === undefined || lost === null ? `${url}${at}` : `${url}; lost: ${lost}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const mine: Verb = async ({ args, settings, signal }) => {
  const count = parseCount(args[0] ?? '1', MOST_BLOCKS);
  const { number, hash } = await withLocalChain(settings, signal, async chain => {
    const hash = await chain.mine(count);
    return { number: (await chain.status()).number, hash };
  });
  const line = `Mined ${count === 1 ? 'a block' : `${count} blocks`}: the last is ${hash}; the chain is at block ${number}.`;
  return say({ mined: count, hash, number }, [line]);
};

export const travel: Verb = async ({ args, settings, signal }) => {
  const how = parseTravel(args[0] ?? '');
  const { timestampMs, block } = await withLocalChain(settings, signal, chain => chain.travel(how));
  const time = new Date(timestampMs).toISOString();
  return say({ timestampMs, time, block }, [`It is ${time} on the chain, since block ${block}.`]);
};

export const snapshot: Verb = async ({ settings, signal }) => {
  const { id, block, hash } = await withLocalChain(settings, signal, chain => chain.snapshot());
  const lines = [`Snapshot ${id} of block ${block}, ${hash}`, `bittensor-cli localnet revert ${id} goes back to it.`];
  return say({ id, block, hash }, lines);
};

export const revert: Action<typeof revertSettings> = async ({ args: [id], settings, signal }) => {
  const { block } = settings;
  if (id !== undefined && block !== undefined) throw badArgument('give a snapshot or --block, not both');
  const done = await withLocalChain(settings, signal, async chain =>
    chain.revert(block === undefined ? { id: await snapshotId(chain, id) } : { block }),
  );
  const line = `The chain is back at block ${done.block}, ${done.hash}; later blocks and snapshots are gone.`;
  return say({ block: done.block, hash: done.hash }, [line]);
};

/** As the chain names it, which may be a number; the newest one when none is given. */
async function snapshotId(chain: LocalChain, id: string | undefined): Promise<string | number> {
  const { snapshots } = await chain.status();
  const found = id === undefined ? snapshots.at(-1) : snapshots.find(entry => String(entry.id) === id);
  if (found) return found.id;
  const there = snapshots.length === 0 ? 'for there is none' : `only ${snapshots.map(entry => entry.id).join(', ')}`;
  throw badArgument(
    id === undefined
      ? 'there is no snapshot to go back to: make one with `localnet snapshot`, or give --block'
      : `there is no snapshot ${id.slice(0, 80)}, ${there}`,
  );
}

export const dump: Action<typeof dumpSettings> = async ({ args: [file = ''], settings, signal }) => {
  if (existsSync(file) && (!settings.force || !statSync(file).isFile())) {
    throw new BittensorError('file_exists', `${file} is there already: --force overwrites it`, { data: { file } });
  }
  const spec = await withLocalChain(settings, signal, chain => chain.dumpState(settings.at));
  const text = `${JSON.stringify(spec)}\n`;
  writeFileAtomic(file, text);
  const size = `${(text.length / 2 ** 20).toFixed(1)} MiB`;
  const lines = [
    `Wrote ${file} (${size}).`,
    `bittensor-cli localnet start --chain ${shellWord(file)} --port 0 starts from it.`,
  ];
  return say({ file, bytes: text.length, name: spec['name'] }, lines);
};
