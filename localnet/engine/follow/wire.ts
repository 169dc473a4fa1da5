import { type Block, makeBlock } from '../chain/header.js';
import { compact, hex, join, lengthPrefixed, Reader, unhex } from '../codec.js';
import { engineError } from '../errors.js';

/** What `dev_blocks` answers: blocks behind one that both sides have, or that the asked one does not have it. */
export interface BlocksAnswer {
  /** The newest block of the side that answers. */
  head: { number: number; hash: string };
  /** False: the block after which was asked is not on that side's chain. */
  known: boolean;
  blocks: readonly string[];
}

/** What `dev_poolStatus` answers of transactions named by their hashes. */
export interface PoolAnswer {
  /** The number of the newest block: what the pool lost to it is in a block. */
  head: number;
  /** Null: it does not wait there. */
  status: readonly ('ready' | 'future' | null)[];
}

/** Header with its length, number of extrinsics, extrinsics. */
export function writeBlock(block: Block): string {
  return hex(join(lengthPrefixed(block.encodedHeader), compact(block.extrinsics.length), ...block.extrinsics));
}

/** The answer as read from a side that is not trusted, or `bad_answer`. */
export function readBlocks(
  url: string,
  answer: unknown,
): { head: BlocksAnswer['head']; known: boolean; blocks: Block[] } {
  try {
    const { head, known, blocks } = answer as BlocksAnswer;
    if (!Number.isSafeInteger(head.number) || head.number < 0 || !isHash(head.hash)) throw new RangeError('no head');
    if (typeof known !== 'boolean') throw new RangeError('"known" is missing');
    return { head: { number: head.number, hash: head.hash }, known, blocks: blocks.map(readBlock) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw engineError('bad_answer', `${url} sent what are no blocks: ${why.slice(0, 200)}`, { cause: error });
  }
}

/** The same, of so many transactions. */
export function readPoolStatus(url: string, answer: unknown, count: number): PoolAnswer {
  const { head, status } = (answer ?? {}) as Partial<PoolAnswer>;
  const isStatus = (each: unknown) => each === null || each === 'ready' || each === 'future';
  if (Number.isSafeInteger(head) && Array.isArray(status) && status.length === count && status.every(isStatus)) {
    return { head: head!, status };
  }
  throw engineError('bad_answer', `${url} does not say which of ${count} transactions wait in its pool`);
}

function readBlock(text: unknown): Block {
  if (typeof text !== 'string') throw new RangeError('a block is no string');
  const reader = new Reader(unhex(text));
  const header = reader.vec();
  const count = reader.compact();
  // Each has a byte at least, so that a count without bytes behind it makes no long list.
  if (count > reader.left) throw new RangeError(`${count} extrinsics in ${reader.left} bytes`);
  const extrinsics = Array.from({ length: count }, () => {
    const start = reader.offset;
    reader.vec();
    return reader.bytes.subarray(start, reader.offset);
  });
  if (reader.left > 0) throw new RangeError(`a block with ${reader.left} bytes too many`);
  return makeBlock(header, extrinsics);
}

/** The hash of a block, as answered by the other side. */
export function readHash(url: string, answer: unknown): string {
  if (isHash(answer)) return answer;
  throw engineError('bad_answer', `${url} sent what is no block hash: ${JSON.stringify(answer)?.slice(0, 80)}`);
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value);
}
