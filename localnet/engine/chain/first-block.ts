import { hex, type Key, Reader, toKey, unhex } from '../codec.js';
import { engineError } from '../errors.js';
import type { StateVersion } from '../state/trie.js';
import { type GenesisSource, genesisBlock } from './genesis.js';
import { type Block, decodeHeader, encodeHeader, type Header, makeBlock } from './header.js';

/** `System.Number`, and `System.BlockHash` of block 0, as every FRAME chain has them. */
const NUMBER = toKey(unhex('0x26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac'));
const GENESIS_HASH = toKey(
  unhex('0x26aa394eea5630e07c48ae0c9558cef7a44704b568d21667356a5a050c118746b4def25cfda6ef3a00000000'),
);

export interface FirstBlock {
  block: Block;
  /** What transactions are signed for: the hash of block 0, of the chain that the state was taken from if it was. */
  genesis: string;
}

/**
 * The number that a chain with this first state begins with: 0, or that of the block whose state it is, because a runtime
 * wants its blocks without a gap.
 */
export function firstNumber(source: GenesisSource, values: ReadonlyMap<Key, Uint8Array>): number {
  if (source.kind === 'stored') return source.header === undefined ? 0 : (read(source.header)?.header.number ?? 0);
  const stored = source.kind === 'raw' ? values.get(NUMBER) : undefined;
  if (!stored || (stored.length !== 4 && stored.length !== 8)) return 0;
  const reader = new Reader(stored);
  return stored.length === 4 ? reader.u32() : Number(reader.u64());
}

/** The block that a chain begins with; a dump says which header it had. */
export function firstBlock(
  source: GenesisSource,
  first: { values: ReadonlyMap<Key, Uint8Array>; number: number; root: Uint8Array; version: StateVersion },
): FirstBlock {
  const { values, number, root, version } = first;
  const plain = genesisBlock(root, version);
  if (number === 0) return { block: plain, genesis: plain.hash };
  const given =
    source.kind === 'raw' ? source.spec.localnet?.header : source.kind === 'stored' ? source.header : undefined;
  const block = makeBlock(
    given === undefined ? encodeHeader({ ...plain.header, number }) : headerIn(given, number, root),
    [],
  );
  const genesis = values.get(GENESIS_HASH);
  return { block, genesis: genesis?.length === 32 ? hex(genesis) : block.hash };
}

function headerIn(text: unknown, number: number, root: Uint8Array): Uint8Array {
  const found = read(text);
  if (found?.header.number === number && hex(found.header.stateRoot) === hex(root)) return found.bytes;
  throw engineError(
    'bad_genesis',
    `what came with the first state (localnet.header) is not the header of block ${number} with the state root ${hex(root)}`,
  );
}

function read(text: unknown): { bytes: Uint8Array; header: Header } | undefined {
  try {
    const bytes = unhex(String(text));
    return { bytes, header: decodeHeader(bytes) };
  } catch {
    return undefined;
  }
}
