import { makeFolder } from '../../../src/base/files.js';
import type { Log } from '../../../src/base/silent-log.js';
import { engineError } from '../errors.js';
import type { Fork } from '../fork/open.js';
import { NOTHING } from '../runtime/executor.js';
import { CODE_KEY, type Runtimes } from '../runtime/runtime.js';
import { BlockLog } from '../store/block-log.js';
import { type ChainNotes, NO_NOTES, readNotes } from '../store/chain-notes.js';
import { keepGenesis } from '../store/genesis-record.js';
import { StateLog } from '../store/state-log.js';
import { type Description, readDescription, writeDescription } from './description.js';
import { firstBlock, firstNumber } from './first-block.js';
import { buildGenesis, type GenesisSource, sourceId } from './genesis.js';
import { executeMissing, openStates } from './recovery.js';
import { Snapshots } from './snapshots.js';

export interface FolderOptions {
  folder: string;
  source: GenesisSource;
  /** The hash that a new chain has to begin with, when somebody else has begun it. */
  genesisHash?: string | undefined;
  runtimes: Runtimes;
  /** Blocks whose state is kept; undefined keeps all. */
  keepBlocks: number | undefined;
  log: Log;
}

/** What a folder holds: blocks, the state behind the newest of them, and what is not in the blocks. */
export interface OpenFolder {
  /** What transactions are signed for: the hash of block 0, wherever that is. */
  genesis: string;
  isNew: boolean;
  blocks: BlockLog;
  states: StateLog;
  snapshots: Snapshots;
  notes: ChainNotes;
}

/** Begins a chain in an empty folder, or opens the one that is there. */
export function openFolder(options: FolderOptions): OpenFolder {
  makeFolder(options.folder);
  const known = readDescription(options.folder);
  if (known) return resume(options, known);
  const { source } = options;
  return source.kind === 'fork' ? beginFork(options, source.fork) : begin(options);
}

function begin({ folder, source, runtimes, log, keepBlocks, genesisHash }: FolderOptions): OpenFolder {
  const blocks = BlockLog.open(folder, log);
  if (blocks.head > blocks.oldest) throw engineError('bad_data', `${folder} has blocks but no chain.json`);
  // A start that was interrupted before chain.json was written is made again.
  if (!blocks.isEmpty) blocks.dropLast();
  const values = buildGenesis(source, runtimes);
  const version = runtimes.of({ get: key => values.get(key) ?? null }).version.stateVersion;
  const snapshots = new Snapshots([], 0);
  const pins = () => snapshots.blocks;
  const rootOf = (number: number) => blocks.block(number)?.header.stateRoot;
  const first = firstNumber(source, values);
  const states = StateLog.create(folder, values, version, { keepBlocks, log, pins, rootOf, first });
  const { root } = states.head().trie(version);
  const { block, genesis } = firstBlock(source, { values, number: first, root, version });
  if (genesisHash !== undefined && genesis !== genesisHash) {
    throw engineError(
      'bad_genesis',
      `the first state that was sent gives block 0 the hash ${genesis}, not ${genesisHash}`,
    );
  }
  blocks.append(block);
  blocks.sync();
  keepGenesis(folder, first);
  const later = first === 0 ? undefined : { first: { number: first, hash: block.hash } };
  writeDescription(folder, { genesis, source: sourceId(source), ...later });
  return { genesis, isNew: true, blocks, states, snapshots, notes: NO_NOTES };
}

/** Begins with a block and the state of another chain. */
function beginFork({ folder, source, runtimes, log, keepBlocks }: FolderOptions, fork: Fork): OpenFolder {
  const blocks = BlockLog.open(folder, log);
  while (!blocks.isEmpty) blocks.dropLast();
  const { block, values } = fork.begin();
  const version = runtimes.of(fork.over(NOTHING)).version.stateVersion;
  const snapshots = new Snapshots([], 0);
  const pins = () => snapshots.blocks;
  const states = StateLog.create(folder, values, version, { keepBlocks, log, pins, first: fork.number });
  blocks.append(block);
  blocks.sync();
  const { genesis } = fork;
  writeDescription(folder, { genesis, source: sourceId(source) });
  return { genesis, isNew: true, blocks, states, snapshots, notes: NO_NOTES };
}

function resume(options: FolderOptions, known: Description): OpenFolder {
  const { folder, source, runtimes, log, keepBlocks } = options;
  const { genesis } = known;
  if (known.source !== sourceId(source)) {
    throw engineError(
      'bad_data',
      `${folder} holds another chain (genesis ${genesis}): its preset, genesis patch, specification or fork differs; start it as it was started first (--chain, --fork), or use another folder`,
      { data: { folder, genesis } },
    );
  }
  const blocks = BlockLog.open(folder, log);
  const fork = source.kind === 'fork' ? source.fork : undefined;
  const first = fork ?? known.first ?? { number: 0, hash: genesis };
  const found = blocks.hashAt(first.number);
  if (found !== first.hash) {
    const named = fork ? `is a fork of ${first.hash}` : `names genesis ${first.hash}`;
    throw engineError('bad_data', `${folder} ${named}, but block ${first.number} is ${found}`);
  }
  const notes = readNotes(folder, log);
  // Those of blocks that a crash or a rewind took away are gone.
  const snapshots = new Snapshots(
    notes.snapshots.filter(({ block, hash }) => blocks.hashAt(block) === hash),
    notes.lastSnapshot,
  );
  const states = openStates(folder, blocks.head, runtimes, {
    keepBlocks,
    log,
    pins: () => snapshots.blocks,
    // The root of a fork's own block is that of a state which is elsewhere.
    rootOf: number => (number === fork?.number ? undefined : blocks.block(number)?.header.stateRoot),
  });
  const whole = () => fork?.over(states.head()) ?? states.head();
  compareCode(options, whole().get(CODE_KEY));
  executeMissing({ blocks, states, whole, runtimes, log });
  // A snapshot whose state the folder does not hold is of no use.
  for (const { id, block } of snapshots.all) {
    if (states.has(block)) continue;
    log.warn(`snapshot ${id} is gone: the folder does not hold the state of block ${block}`);
    snapshots.drop(id);
  }
  return { genesis, isNew: false, blocks, states, snapshots, notes };
}

function compareCode({ source, runtimes, log }: FolderOptions, stored: Uint8Array | null): void {
  if (source.kind !== 'runtime' || !stored || Buffer.compare(stored, source.code) === 0) return;
  const { specVersion } = runtimes.of({ get: () => stored }).version;
  log.info(
    `this chain goes on with its own runtime (spec version ${specVersion}); the one that came with the program begins with a new data folder`,
  );
}
