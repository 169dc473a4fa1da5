import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../../../src/base/abort.js';
import { isBittensorError, messageOf, systemCodeOf } from '../../../src/base/errors.js';
import { makeFolder, writeFileAtomic } from '../../../src/base/files.js';
import type { Log } from '../../../src/base/silent-log.js';
import type { GenesisSource } from '../chain/genesis.js';
import { unhex } from '../codec.js';
import { engineError } from '../errors.js';
import { Connection } from '../remote/connection.js';
import { RpcError } from '../rpc-error.js';
import { readGenesis } from '../store/genesis-record.js';
import { readHash } from './wire.js';

const TRY_EVERY_MS = 250;
const METHOD_NOT_FOUND = -32601;
const GENESIS_BYTES = 2 ** 30;
/** What the leader says of its chain, for a start without the leader. */
const FILE = 'leader.json';

export interface LeaderChain {
  /** The leader's word for what the first state has to come to. */
  genesis: string;
  name: string;
  properties: Record<string, unknown>;
}

/** What the leader's chain is: from our own folder, or from the leader, which is waited for a while. */
export async function chainToFollow({
  url,
  folder,
  log,
  patienceMs,
  onWaiting,
}: {
  url: string;
  folder: string;
  log: Log;
  /** How long a leader that does not answer is waited for; undefined: for ever. */
  patienceMs: number | undefined;
  /** Told once why it is waited for. */
  onWaiting: (reason: string) => void;
}): Promise<LeaderChain & { source: GenesisSource }> {
  const known = readKnown(folder);
  if (known) return { ...known, source: { kind: 'stored', read: () => new Map() } };
  const signal = patienceMs === undefined ? new AbortController().signal : AbortSignal.timeout(patienceMs);
  for (let said = false; ; said = true) {
    try {
      // What the leader sends takes as long as it takes: each request has a deadline.
      using connection = await Connection.open(url);
      return await fetchChain(connection, folder, log);
    } catch (error) {
      if (!isBittensorError(error) || error.code !== 'unreachable' || signal.aborted) throw error;
      if (!said) {
        log.info(`waiting for the leader: ${messageOf(error)}`);
        onWaiting(messageOf(error));
      }
      await sleep(TRY_EVERY_MS, signal).catch(() => {});
    }
  }
}

async function fetchChain(connection: Connection, folder: string, log: Log) {
  const { url } = connection;
  const genesis = readHash(url, await connection.request('chain_getBlockHash', [0]));
  const name = await connection.request('system_chain');
  const properties = await connection.request('system_properties');
  if (typeof name !== 'string' || !isRecord(properties)) {
    throw engineError('bad_answer', `${url} does not say what its chain is called`);
  }
  makeFolder(folder);
  const path = join(folder, 'genesis.part');
  try {
    const header = await fetchGenesis(connection, path);
    const values = readFetched(url, path, log);
    const chain: LeaderChain = { genesis, name, properties };
    writeFileAtomic(join(folder, FILE), `${JSON.stringify(chain, undefined, 2)}\n`);
    return { ...chain, source: { kind: 'stored', read: () => values, header } as const };
  } finally {
    rmSync(path, { force: true });
  }
}

/** Returns the header of the block whose state it is, when that is not block 0. */
async function fetchGenesis(connection: Connection, path: string): Promise<string | undefined> {
  let header: string | undefined;
  const file = openSync(path, 'w', 0o600);
  try {
    for (let done = 0, total = 1; done < total; ) {
      const part = (await askGenesis(connection, done)) as {
        bytes?: unknown;
        total?: unknown;
        header?: unknown;
      } | null;
      if (typeof part?.header === 'string') header = part.header;
      total = part?.total as number;
      const bytes = typeof part?.bytes === 'string' ? unhex(part.bytes) : new Uint8Array();
      if (!(total <= GENESIS_BYTES) || bytes.length === 0 || done + bytes.length > total) {
        throw new RangeError(`${bytes.length} bytes behind ${done} of ${total}`);
      }
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
      done += bytes.length;
    }
    return header;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw engineError('bad_answer', `${connection.url} sent what is no part of a first state: ${error.message}`);
  } finally {
    closeSync(file);
  }
}

/** A part of it, or in words why there is none. */
async function askGenesis(connection: Connection, offset: number): Promise<unknown> {
  const { url } = connection;
  try {
    return await connection.request('dev_genesis', [offset]);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const why =
      error.code === METHOD_NOT_FOUND
        ? `it is no chain of this program (it has no dev_genesis), and only those can be followed: \`localnet start --fork ${url}\` goes on from its state`
        : error.message;
    throw engineError(
      'bad_setting',
      `${url} cannot be followed: ${why.replace(/^this chain cannot be followed: /, '')}`,
    );
  }
}

function readFetched(url: string, path: string, log: Log) {
  try {
    return readGenesis(path, log).values;
  } catch (error) {
    throw engineError('bad_answer', `${url} sent what is no first state`, { cause: error });
  }
}

function readKnown(folder: string): LeaderChain | undefined {
  try {
    readFileSync(join(folder, 'chain.json'));
    return JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as LeaderChain;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw engineError('bad_data', `cannot read ${join(folder, FILE)}: ${messageOf(error)}`, { cause: error });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
