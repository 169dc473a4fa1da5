import { u64le } from '../../../src/base/bytes.js';
import { messageOf } from '../../../src/base/errors.js';
import { type Block, encodeBlock } from '../chain/header.js';
import { compact, join, lengthPrefixed, Reader } from '../codec.js';
import { engineError } from '../errors.js';
import { type Metadata, readMetadata } from '../runtime/metadata.js';
import type { Runtime } from '../runtime/runtime.js';
import type { StateReader } from '../state/overlay.js';

const METHOD = 'BlockBuilder_check_inherents';
const metadataOf = new WeakMap<Runtime, Metadata>();

/**
 * Asks the runtime whether the block has the inherent extrinsics that it must have, on the state of its parent. A leader may
 * have travelled in time: a block's own time counts as now when it is later. Throws `bad_block`.
 * Source: sp-block-builder; sp-inherents, CheckInherentsResult.
 */
export function checkInherents(runtime: Runtime, parent: StateReader, block: Block, nowMs: number): void {
  if (!runtime.executor.has(METHOD)) return;
  const time = Math.max(nowMs, timeOf(runtime, block) ?? 0);
  const data = join(compact(1), Buffer.from('timstap0'), lengthPrefixed(u64le(BigInt(time))));
  const at = `block ${block.header.number} (${block.hash})`;
  let answer: Reader;
  try {
    answer = new Reader(runtime.view(parent, METHOD, join(encodeBlock(block), data)));
  } catch (error) {
    throw engineError('bad_block', `${at} does not verify: ${messageOf(error)}`, { cause: error });
  }
  if (answer.u8() === 1) return;
  answer.u8();
  const refused = Array.from({ length: answer.compact() }, () => {
    const name = Buffer.from(answer.take(8)).toString('latin1');
    return `${name} ${Buffer.from(answer.vec()).toString('hex')}`;
  });
  throw engineError('bad_block', `${at}: the runtime refuses its inherents: ${refused.join(', ')}`);
}

/** The argument of the block's `Timestamp.set`, in milliseconds. */
function timeOf(runtime: Runtime, block: Block): number | undefined {
  let metadata = metadataOf.get(runtime);
  if (!metadata) {
    metadata = readMetadata(new Reader(runtime.constant('Metadata_metadata', new Uint8Array())).vec());
    metadataOf.set(runtime, metadata);
  }
  const set = metadata.call('Timestamp', 'set');
  if (!set) return undefined;
  for (const extrinsic of block.extrinsics) {
    const reader = new Reader(new Reader(extrinsic).vec());
    // A bare one of version 4 or 5.
    if (reader.left < 4 || (reader.u8() & 0x80) !== 0 || reader.u8() !== set.pallet || reader.u8() !== set.call)
      continue;
    const time = Number(reader.compactBig());
    if (Number.isSafeInteger(time)) return time;
  }
  return undefined;
}
