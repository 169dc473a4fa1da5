import type { ApiPromise } from '@polkadot/api';
import type { Header as HeaderCodec } from '@polkadot/types/interfaces';

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

/** A header as JSON-RPC gives it, with the hash that it has; undefined when it is none. */
export function readHeader(api: ApiPromise, json: unknown): Header | undefined {
  const { parentHash, number } = (json ?? {}) as Record<string, unknown>;
  if (typeof parentHash !== 'string' || typeof number !== 'string') return undefined;
  try {
    const header = api.registry.createTypeUnsafe<HeaderCodec>('Header', [json]);
    return {
      number: header.number.toNumber(),
      hash: header.hash.toHex(),
      parentHash,
      changesRuntime: header.digest.logs.some(log => log.isRuntimeEnvironmentUpdated),
    };
  } catch {
    return undefined;
  }
}
