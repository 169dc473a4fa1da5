import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { messageOf, systemCodeOf } from '../../../src/base/errors.js';
import { makeFolder, writeFileAtomic } from '../../../src/base/files.js';
import type { Log } from '../../../src/base/silent-log.js';
import type { Block } from '../chain/header.js';
import { type Key, Reader } from '../codec.js';
import { engineError } from '../errors.js';
import { NOTHING } from '../runtime/executor.js';
import type { Runtimes } from '../runtime/runtime.js';
import type { StateReader } from '../state/overlay.js';
import { Below, fetchBlock, hashIn } from './below.js';
import { FETCHED, type Fetched, FetchedLog } from './fetched.js';
import { layered } from './layered.js';
import { RemoteState } from './remote-state.js';
import { Source } from './source.js';

const FILE = 'fork.json';

/** What a fork is, for a start without its source. */
interface ForkRecord {
  /** As it may be shown. */
  url: string;
  number: number;
  hash: string;
  genesis: string;
  name: string;
  properties: Record<string, unknown>;
}

/** A chain that begins with a block and the state of another. */
export interface Fork extends ForkRecord {
  /** What lies before. */
  readonly below: Below;
  /** The fork's block, and what is written over its state; asked for once, when the chain begins. */
  begin(): { block: Block; values: ReadonlyMap<Key, Uint8Array> };
  /** The whole state, given what was written since. */
  over(upper: StateReader): StateReader;
  /** Begins to fetch what nobody has asked for yet. */
  start(): void;
  /** True when everything that the source had is here. */
  readonly isWhole: boolean;
  syncSoon(): void;
  close(): void;
}

export interface ForkOptions {
  url: string;
  /** A block hash or a number; without it, the newest final block. */
  block: string | undefined;
  deadlineMs: number;
  folder: string;
  runtimes: Runtimes;
  log: Log;
  /** Keys that are fetched before anybody reads them. */
  ahead: number;
  /** Public keys of development accounts, which get coins; the first one becomes sudo. */
  accounts: readonly Uint8Array[];
}

/** Goes on with the fork in the folder, or begins one, for which the source has to answer. */
export async function openFork(options: ForkOptions): Promise<Fork> {
  const { url, deadlineMs, folder } = options;
  const known = readRecord(folder);
  if (known) {
    checkSame(options, known);
    const source = new Source({ url, deadlineMs, expected: known });
    return openParts({ ...known, url: source.url }, source, options);
  }
  makeFolder(folder);
  // Of a start that was interrupted, perhaps at another block.
  rmSync(joinPath(folder, FETCHED), { force: true });
  const source = new Source({ url, deadlineMs });
  try {
    return await beginFork(source, options);
  } catch (error) {
    source.close();
    throw error;
  }
}

async function beginFork(source: Source, options: ForkOptions): Promise<Fork> {
  const ask = (what: string, method: string, ...params: unknown[]) => source.ask(what, method, params);
  const genesis = hashIn(source, 'block 0', ask('block 0', 'chain_getBlockHash', 0));
  const name = ask('the name of the chain', 'system_chain');
  const properties = ask('the properties of the chain', 'system_properties') ?? {};
  if (genesis === undefined || typeof name !== 'string' || typeof properties !== 'object') {
    throw source.nonsense('the name of the chain', 'no name');
  }
  const hash = chooseBlock(source, options.block);
  const block = fetchBlock(source, hash);
  if (!block) throw engineError('bad_setting', `${source.url} has no block ${hash}`);
  const { number } = block.header;
  const record = { url: source.url, number, hash, genesis, name, properties: properties as Record<string, unknown> };
  source.expect(record);
  const fork = openParts(record, source, options);
  try {
    const { runtimes, accounts, log } = options;
    const state = fork.over(NOTHING);
    const metadata = new Reader(runtimes.of(state).constant('Metadata_metadata', new Uint8Array())).vec();
    const { comfortsOf } = await import('./comforts.js');
    const decimals = decimalsOf(record.properties);
    const comforts = comfortsOf({ metadata, read: key => state.get(key), accounts, decimals });
    writeFileAtomic(joinPath(options.folder, FILE), `${JSON.stringify(record, undefined, 2)}\n`);
    const gifts = [
      ...(comforts.hasSudo ? ['//Alice is its sudo key'] : []),
      ...(comforts.coins > 0n ? [`${accounts.length} development accounts have ${comforts.coins} coins or more`] : []),
    ];
    const said = gifts.length > 0 ? `; here, ${gifts.join(', and ')}` : '';
    log.info(`forked ${name} at block ${number} (${hash}) of ${source.url}${said}`);
    return Object.assign(fork, { begin: () => ({ block, values: comforts.values }) });
  } catch (error) {
    fork.close();
    throw error;
  }
}

function openParts(record: ForkRecord, source: Source, { folder, log, ahead }: ForkOptions): Fork {
  let closed = false;
  let kept: FetchedLog | undefined;
  const onFetched = (what: Fetched) => {
    if (!closed) kept?.add(what);
  };
  const state = new RemoteState({ source, at: record.hash, onFetched });
  kept = FetchedLog.open(folder, log, what => state.restore(what));
  let isWhole = false;
  const fetchAhead = async () => {
    try {
      isWhole = await state.fetchAhead(ahead);
      if (isWhole) log.info(`all of the state of block ${record.number} is here: ${source.url} is no longer needed`);
    } catch (error) {
      if (!closed) log.warn(`fetching ahead has ended: ${messageOf(error)}`);
    }
  };
  return {
    ...record,
    below: new Below(source, record),
    get isWhole() {
      return isWhole;
    },
    start: () => void fetchAhead(),
    begin() {
      throw engineError('bad_data', `${folder} has a ${FILE} but no chain`);
    },
    over: upper => layered(upper, state),
    syncSoon: () => kept?.syncSoon(),
    close() {
      closed = true;
      kept?.close();
      source.close();
    },
  };
}

/** The hash of the block to begin with. */
function chooseBlock(source: Source, wanted: string | undefined): string {
  if (wanted?.startsWith('0x')) return wanted;
  const what = wanted === undefined ? 'the newest final block' : `block ${wanted}`;
  const answer =
    wanted === undefined
      ? source.ask(what, 'chain_getFinalizedHead', [])
      : source.ask(what, 'chain_getBlockHash', [Number(wanted)]);
  const hash = hashIn(source, what, answer);
  if (hash === undefined) throw engineError('bad_setting', `${source.url} has no block ${wanted}`);
  return hash;
}

function checkSame({ folder, block }: ForkOptions, known: ForkRecord): void {
  if (block === undefined || block === known.hash || block === String(known.number)) return;
  throw engineError('bad_data', `${folder} holds a fork of block ${known.number} (${known.hash}): use another folder`);
}

function readRecord(folder: string): ForkRecord | undefined {
  // The last file of a start; without it there is no chain.
  if (!existsSync(joinPath(folder, 'chain.json'))) return undefined;
  try {
    return JSON.parse(readFileSync(joinPath(folder, FILE), 'utf8')) as ForkRecord;
  } catch (error) {
    const why =
      systemCodeOf(error) === 'ENOENT' ? `holds a chain that is no fork` : `has a ${FILE} that cannot be read`;
    throw engineError('bad_data', `${folder} ${why}: use another folder`, { cause: error });
  }
}

function decimalsOf(properties: Record<string, unknown>): number {
  const said = properties['tokenDecimals'];
  const first: unknown = Array.isArray(said) ? said[0] : said;
  return Number.isSafeInteger(first) && (first as number) >= 0 && (first as number) <= 24 ? (first as number) : 9;
}
