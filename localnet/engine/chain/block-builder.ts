import { u64le } from '../../../src/base/bytes.js';
import { isBittensorError, messageOf } from '../../../src/base/errors.js';
import { compact, join, lengthPrefixed, Reader, unhex } from '../codec.js';
import { engineError } from '../errors.js';
import { isTimeout } from '../runtime/executor.js';
import { decodeApplied, type Invalidity, type Runtime } from '../runtime/runtime.js';
import { TimeLimitError } from '../runtime/time-limit.js';
import { Overlay, type StateReader } from '../state/overlay.js';
import type { BlockTimes } from './block-times.js';
import { type Block, encodeHeader, makeBlock } from './header.js';
import { type Slots, slotsOf } from './slots.js';

const NONE = new Uint8Array();
const ZERO_HASH = new Uint8Array(32);
/** Transactions that do not fit before a block counts as full, as sc-basic-authorship has it. */
const SKIPPED_AT_MOST = 8;

/** Where a block under construction takes its transactions from, best first. */
export interface Candidates {
  next(): { readonly bytes: Uint8Array } | undefined;
  /** The last one was not included, so what depends on it must not be offered. */
  rejected(reason: Rejection): void;
}

/** `full`: it may fit into a later block; `later`: keep it; `invalid`: drop it. */
export interface Rejection {
  fate: 'full' | 'later' | 'invalid';
  reason: string;
  /** It cannot be judged here, whatever the transaction is: the user has to know. */
  isOurs?: boolean;
}

/** What the next block stands on. */
export interface Base {
  head: Block;
  runtime: Runtime;
  state: StateReader;
  /** The chain's own time in milliseconds; 0 before the first block. */
  timestampMs: number;
}

/** A block in the making. */
export interface OpenBlock {
  runtime: Runtime;
  state: Overlay;
  /** Its inherents so far. */
  extrinsics: Uint8Array[];
}

/** Makes blocks; nothing is kept of one until somebody verifies it. */
export class BlockBuilder {
  /** Learnt when the runtime refuses two blocks in one slot. */
  private oneBlockPerSlot = false;

  constructor(private readonly times: BlockTimes) {}

  /** Digest, initialisation, timestamp: `timeMs`, or what the clock says. */
  open(base: Base, timeMs?: number): OpenBlock {
    const { runtime, state, timestampMs: last, head } = base;
    const slots = slotsOf(runtime, state);
    const { lengthMs: slotMs } = slots;
    const soon = timeMs ?? this.times.next({ block: head.header.number + 1, lastMs: last, slotMs });
    const nextSlot = Math.max(soon, (Math.floor(last / slotMs) + 1) * slotMs);
    if (this.oneBlockPerSlot) return openAt(base, nextSlot, slots);
    try {
      return openAt(base, soon, slots);
    } catch (error) {
      // Some runtimes want a slot of its own, or half a slot of time, for each block.
      if (nextSlot === soon || !isTrap(error) || isTimeout(error)) throw error;
      const opened = openAt(base, nextSlot, slots);
      this.oneBlockPerSlot = true;
      return opened;
    }
  }

  /** A block of what the candidates offer, until `deadlineMs` (of `performance.now()`), and what `check` makes of it. */
  build<T>(
    base: Base,
    candidates: Candidates,
    { deadlineMs, timeMs, check }: { deadlineMs: number; timeMs: number | undefined; check: (block: Block) => T },
  ): { block: Block; checked: T } {
    const { executor } = base.runtime;
    const at: Progress = { isTrying: false, takeUntilMs: deadlineMs, stopAtMs: Number.POSITIVE_INFINITY };
    const work = () => {
      const opened = this.open(base, timeMs);
      applyCandidates(opened, candidates, at);
      const header = executor.call(opened.state, 'BlockBuilder_finalize_block', NONE);
      const block = makeBlock(header, opened.extrinsics);
      return { block, checked: check(block) };
    };
    try {
      // Without a deadline each call has a limit of its own.
      if (deadlineMs === Number.POSITIVE_INFINITY) return work();
      const now = performance.now();
      at.takeUntilMs = Math.min(deadlineMs, now + executor.callLimitMs / 3);
      at.stopAtMs = now + 0.9 * executor.callLimitMs;
      return executor.limited('building a block', work);
    } catch (error) {
      if (!isTimeout(error)) throw error;
      // Nobody alone is to blame, as when a block does not verify.
      if (!at.isTrying) throw engineError('bad_block', messageOf(error), { cause: error });
      candidates.rejected({ fate: 'invalid', reason: messageOf(error) });
      throw error;
    }
  }
}

function openAt({ head, runtime, state: below }: Base, timeMs: number, slots: Slots): OpenBlock {
  const state = new Overlay(below);
  const time = u64le(BigInt(timeMs));
  const header = encodeHeader({
    parentHash: unhex(head.hash),
    number: head.header.number + 1,
    stateRoot: ZERO_HASH,
    extrinsicsRoot: ZERO_HASH,
    digest: slots.digest(Math.floor(timeMs / slots.lengthMs)),
  });
  runtime.executor.call(state, 'Core_initialize_block', header);
  const inherents = join(compact(1), Buffer.from('timstap0'), lengthPrefixed(time));
  const reader = new Reader(runtime.executor.call(state, 'BlockBuilder_inherent_extrinsics', inherents));
  const extrinsics = Array.from({ length: reader.compact() }, () => lengthPrefixed(reader.vec()));
  for (const extrinsic of extrinsics) {
    const refused = decodeApplied(runtime.executor.call(state, 'BlockBuilder_apply_extrinsic', extrinsic));
    if (refused) throw engineError('runtime_trap', `the runtime refuses its own inherent: ${refused.reason}`);
  }
  return { runtime, state, extrinsics };
}

/** Where building is. The limit of a call must not stop it while the candidates' owner works, so that ends well before. */
interface Progress {
  isTrying: boolean;
  takeUntilMs: number;
  stopAtMs: number;
}

function applyCandidates({ runtime, state, extrinsics }: OpenBlock, candidates: Candidates, at: Progress): void {
  let skipped = 0;
  while (skipped < SKIPPED_AT_MOST && performance.now() < at.takeUntilMs) {
    const candidate = candidates.next();
    if (!candidate) return;
    state.start();
    at.isTrying = true;
    const refused = tryApply(runtime, state, candidate.bytes);
    if (performance.now() > at.stopAtMs) throw new TimeLimitError(runtime.executor.callLimitMs);
    at.isTrying = false;
    if (!refused) {
      state.commit();
      extrinsics.push(candidate.bytes);
      continue;
    }
    state.rollback();
    candidates.rejected(refused);
    if (refused.fate === 'full') skipped++;
  }
}

function tryApply(runtime: Runtime, state: Overlay, extrinsic: Uint8Array): Rejection | undefined {
  let refused: Invalidity | undefined;
  try {
    refused = decodeApplied(runtime.executor.call(state, 'BlockBuilder_apply_extrinsic', extrinsic));
  } catch (error) {
    // Half of what it did may be in the state.
    if (isTimeout(error)) throw error;
    // It would be tried again and again.
    if (isBittensorError(error) && error.code === 'not_here') {
      return { fate: 'invalid', reason: messageOf(error), isOurs: true };
    }
    // A panic is the transaction's doing; anything else is ours, and says nothing about it.
    return { fate: isTrap(error) ? 'invalid' : 'later', reason: messageOf(error) };
  }
  if (!refused) return undefined;
  const fate = refused.variant === 'ExhaustsResources' ? 'full' : refused.variant === 'Future' ? 'later' : 'invalid';
  return { fate, reason: refused.reason };
}

function isTrap(error: unknown): boolean {
  return isBittensorError(error) && error.code === 'runtime_trap';
}
