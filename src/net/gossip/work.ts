import { createHash } from 'node:crypto';
import { concat, fromHex, u32le, u64le, utf8 } from '../../base/index.js';
import { networkForm } from '../auth/signed.js';
import type { Synapse } from '../gen/bittensor.js';

/**
 * Proof of work of gossip entries: a made-up neuron costs its maker processor time, and one that verifies it three
 * microseconds. The work is bound to who is served where and to its time; heartbeats go on with the same proof while it is
 * valid. docs/protocol.md has the same, byte for byte.
 */
const WORK_TAG = utf8('bittensor-net/2 work\0');

/** Zero bits that the work's digest begins with: 2^21 digests, three quarters of a second of one core. */
export const DEFAULT_DIFFICULTY = 21;
/** Digests are searched by their first 32 bits, and there are 2^31 nonces. */
export const MAX_DIFFICULTY = 28;

export interface WorkRules {
  /** Zero bits asked for; 0: no work. */
  readonly difficulty: number;
  /** How old a proof may be, milliseconds. */
  readonly maxAgeMs: number;
  /** How far ahead of this clock. */
  readonly aheadMs: number;
  /** Says whether a block is recent, where neurons have a chain; then every proof must name one. */
  readonly isRecentBlock?: ((hash: string) => boolean) | undefined;
}

/** `old`: was enough once, or will be by another's clock: no lie. `none`: nobody honest passes such a thing on. */
export type WorkVerdict = 'enough' | 'old' | 'none';

/** What the work is done on: 32 bytes that stand for who is served where, of which network, and when the work began. */
export function workSubject(message: Synapse): Uint8Array {
  const hash = createHash('sha256').update(WORK_TAG).update(networkForm(message.network));
  hash.update(fromHex(message.neuronKey));
  for (const text of [message.synapseKey, message.address, message.port, message.metagraph, message.blockHash]) {
    const bytes = utf8(text);
    hash.update(u32le(bytes.length)).update(bytes);
  }
  return new Uint8Array(hash.update(message.proofOfWork).digest());
}

export function workDigest(subject: Uint8Array, nonce: number): Uint8Array {
  return new Uint8Array(
    createHash('sha256')
      .update(concat(subject, u32le(nonce)))
      .digest(),
  );
}

/** Zero bits that bytes begin with. */
export function zeroBits(bytes: Uint8Array): number {
  const at = bytes.findIndex(byte => byte !== 0);
  return at < 0 ? 8 * bytes.length : 8 * at + Math.clz32(bytes[at]!) - 24;
}

/** The `proof_of_work` field: when the work began. */
export function workTime(beganMs: number): Uint8Array {
  return u64le(BigInt(beganMs));
}

/** When the work of an entry began; undefined where there is none. */
export function beganMsOf(message: Synapse): number | undefined {
  const { buffer, byteOffset, length } = message.proofOfWork;
  return length === 8 ? Number(new DataView(buffer, byteOffset, 8).getBigUint64(0, true)) : undefined;
}

export function judgeWork(message: Synapse, rules: WorkRules, nowMs: number): WorkVerdict {
  if (rules.difficulty === 0) return 'enough';
  const beganMs = beganMsOf(message);
  if (beganMs === undefined || message.nonce < 0) return 'none';
  if (zeroBits(workDigest(workSubject(message), message.nonce)) < rules.difficulty) return 'none';
  if (rules.isRecentBlock && !rules.isRecentBlock(message.blockHash)) return 'old';
  return nowMs - beganMs > rules.maxAgeMs || beganMs - nowMs > rules.aheadMs ? 'old' : 'enough';
}
