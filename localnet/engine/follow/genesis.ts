import { sleep } from '../../../src/base/abort.js';
import { messageOf } from '../../../src/base/errors.js';
import type { Log } from '../../../src/base/log.js';
import type { GenesisSource } from '../chain/genesis.js';
import { parseRawSpec } from '../chain/genesis.js';
import { ascii, readGenesisFile } from '../chain/genesis-file.js';
import { engineError } from '../errors.js';
import { Connection } from '../remote/connection.js';

const PATIENCE_MS = 20_000;
const TRY_EVERY_MS = 250;
const GENESIS_CHARACTERS = 2 ** 29 - 2 ** 10;

export interface LeaderGenesis {
  source: Extract<GenesisSource, { kind: 'raw' }>;
  /** The genesis hash that the leader says; its first state has to give the same. Undefined: it is already in the folder. */
  hash: string | undefined;
}

/** The first state of the leader's chain: from our own folder, or from the leader, which is waited for a while. */
export async function genesisToFollow(url: string, folder: string, log: Log): Promise<LeaderGenesis> {
  const stored = readGenesisFile(folder);
  if (stored !== undefined) return { source: sourceOf(stored), hash: undefined };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  for (let said = false; ; said = true) {
    try {
      using connection = await Connection.open(url, { signal });
      return await fetchGenesis(connection);
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      if (code !== 'unreachable' || signal.aborted) throw error;
      if (!said) log.info(`waiting for the leader: ${messageOf(error)}`);
      await sleep(TRY_EVERY_MS, signal).catch(() => {});
    }
  }
}

async function fetchGenesis(connection: Connection): Promise<LeaderGenesis> {
  const hash = await connection.request('chain_getBlockHash', [0]);
  if (typeof hash !== 'string') throw engineError('bad_answer', `${connection.url} has no block 0`);
  let text = '';
  for (;;) {
    const part = (await connection.request('dev_genesis', [text.length])) as { text?: unknown; total?: unknown } | null;
    const { total } = part ?? {};
    if (typeof part?.text !== 'string' || typeof total !== 'number' || !(total <= GENESIS_CHARACTERS)) {
      throw engineError('bad_answer', `${connection.url} sent what is no part of a first state`);
    }
    text += part.text;
    if (text.length === total) return { source: sourceOf(await named(connection, text)), hash };
    if (part.text.length === 0 || text.length > total) {
      throw engineError('bad_answer', `${connection.url} sent ${text.length} characters of a first state of ${total}`);
    }
  }
}

/** With the name and the properties that the leader gives its clients. */
async function named(connection: Connection, text: string): Promise<string> {
  const [name, properties] = await Promise.all([
    connection.request('system_chain'),
    connection.request('system_properties'),
  ]);
  if (typeof name !== 'string' || typeof properties !== 'object') {
    throw engineError('bad_answer', `${connection.url} does not say what its chain is called`);
  }
  return ascii(JSON.stringify({ ...parseRawSpec(text), name, properties: properties ?? {} }));
}

function sourceOf(text: string): LeaderGenesis['source'] {
  return { kind: 'raw', spec: parseRawSpec(text), text };
}
