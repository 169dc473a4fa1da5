import { blake2b256, concat, fromHex, toHex } from '../base/index.js';
import { compact } from './scale.js';

/** A finalized block as subscribers see it. */
export interface Block {
  readonly number: number;
  readonly hash: string;
}

export interface Header extends Block {
  readonly parentHash: string;
  /** True when this block changed the runtime: what follows it may have other shapes. */
  readonly changesRuntime: boolean;
}

/** Index of `RuntimeEnvironmentUpdated` in sp-runtime's `DigestItem`. */
const RUNTIME_UPDATED = 8;

/** A header as JSON-RPC gives it, with the hash that it has; undefined when it is none. */
export function readHeader(json: unknown): Header | undefined {
  try {
    const { parentHash, number, stateRoot, extrinsicsRoot, digest } = json as Record<string, unknown>;
    const logs = ((digest as { logs: string[] }).logs ?? []).map(fromHex);
    const height = Number(number);
    if (typeof parentHash !== 'string' || !Number.isSafeInteger(height)) return undefined;
    const roots = [fromHex(stateRoot as string), fromHex(extrinsicsRoot as string)];
    const bytes = concat(fromHex(parentHash), compact(height), ...roots, compact(logs.length), ...logs);
    return {
      number: height,
      hash: toHex(blake2b256(bytes)),
      parentHash,
      changesRuntime: logs.some(log => log[0] === RUNTIME_UPDATED),
    };
  } catch {
    return undefined;
  }
}
